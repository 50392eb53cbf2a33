"""The answers of assignment 01 against torch, against slow and plain computations, and numbers worked by hand."""

import numpy as np
import pytest
import torch

from autograder import course
from solutions.given.tests.torch_models import agree, drawn, filled, tensor, torch_lstm

N, T, D, H, V = 2, 5, 3, 7, 11
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("01_rnn_lm_sampling")


def lstm_weights(seed, D=D, H=H):
    return drawn(seed, (D, 4 * H), (H, 4 * H), (4 * H,))


# softmax


@pytest.mark.parametrize("shape", [(5,), (2, 5), (2, 3, 7), (1, 1)])
def test_softmax_agrees_with_torch(reference, shape):
    (scores,) = drawn(1, shape)
    sent = scores.copy()
    agree(reference.softmax(scores), torch.softmax(torch.tensor(scores), -1))
    np.testing.assert_array_equal(scores, sent)
    assert reference.softmax(scores.astype(np.float32)).dtype == np.float32


def test_softmax_survives_extreme_scores(reference):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        p = reference.softmax(np.array([[1e4, 1e4, -1e4], [-1e4, -1e4, -np.inf], [-np.inf, 3.0, -np.inf]]))
    np.testing.assert_array_equal(p, [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 1, 0]])


# LSTM, one step


@pytest.mark.parametrize(("n", "d", "h_size"), [(N, D, H), (1, 1, 1), (3, 1, 2)])
def test_lstm_agrees_with_torch(reference, n, d, h_size):
    weights = lstm_weights(2, d, h_size)
    inputs = drawn(3, (n, d), (n, h_size), (n, h_size))
    dh, dc = drawn(4, (n, h_size), (n, h_size))
    theirs, (x, h, c) = [tensor(w) for w in weights], [tensor(a) for a in inputs]
    _, h_next, c_next = torch_lstm(x[:, None], theirs, h, c)
    torch.autograd.backward([h_next, c_next], [torch.tensor(dh), torch.tensor(dc)])
    cell, sent = reference.LSTM(*weights), [array.copy() for array in (*inputs, dh, dc)]
    kept = list(cell.grads)
    for mine, wanted in zip(cell.forward(*inputs), (h_next, c_next), strict=True):
        agree(mine, wanted)
    for _ in range(2):
        for mine, wanted in zip(cell.backward(dh, dc), (x.grad, h.grad, c.grad), strict=True):
            agree(mine, wanted)
        for mine, wanted in zip(cell.grads, theirs, strict=True):
            agree(mine, wanted.grad)
    assert all(mine is before for mine, before in zip(cell.grads, kept, strict=True))
    for array, before in zip((*inputs, dh, dc), sent, strict=True):
        np.testing.assert_array_equal(array, before)


def test_lstm_keeps_float32_and_survives_large_inputs(reference):
    weights = [w.astype(np.float32) for w in lstm_weights(5)]
    x, h, c = (a.astype(np.float32) for a in drawn(6, (N, D), (N, H), (N, H)))
    cell = reference.LSTM(*weights)
    with np.errstate(over="raise", invalid="raise"):
        results = [*cell.forward(1000 * x, h, c), *cell.backward(h, c), *cell.grads]
    assert {array.dtype for array in results} == {np.dtype(np.float32)}
    assert all(np.isfinite(array).all() for array in results)


# TimeLSTM


@pytest.mark.parametrize(("n", "t", "d", "h_size"), [(N, T, D, H), (1, 1, 1, 1), (3, 1, 2, 5), (1, 7, 2, 3)])
def test_time_lstm_agrees_with_torch(reference, n, t, d, h_size):
    weights = lstm_weights(7, d, h_size)
    xs, h0, c0, dhs = drawn(8, (n, t, d), (n, h_size), (n, h_size), (n, t, h_size))
    theirs, (txs, th, tc) = [tensor(w) for w in weights], [tensor(a) for a in (xs, h0, c0)]
    hs, h, c = torch_lstm(txs, theirs, th, tc)
    hs.backward(torch.tensor(dhs))
    layer = reference.TimeLSTM(*weights, stateful=True)
    kept, sent = list(layer.grads), (xs.copy(), dhs.copy())
    layer.set_state(h0, c0)
    agree(layer.forward(xs), hs)
    agree(layer.h, h)
    agree(layer.c, c)
    for _ in range(2):
        agree(layer.backward(dhs), txs.grad)
        agree(layer.dh, th.grad)
        for mine, wanted in zip(layer.grads, theirs, strict=True):
            agree(mine, wanted.grad)
    assert all(mine is before for mine, before in zip(layer.grads, kept, strict=True))
    np.testing.assert_array_equal(xs, sent[0])
    np.testing.assert_array_equal(dhs, sent[1])


def test_time_lstm_is_the_lstm_step_after_step(reference):
    weights, (xs, dhs) = lstm_weights(9), drawn(10, (N, T, D), (N, T, H))
    layer, cells = reference.TimeLSTM(*weights), [reference.LSTM(*weights) for _ in range(T)]
    h = c = np.zeros((N, H))
    hs = []
    for t, cell in enumerate(cells):
        h, c = cell.forward(xs[:, t], h, c)
        hs.append(h)
    agree(layer.forward(xs), np.stack(hs, axis=1))
    dxs, dh, dc = np.zeros_like(xs), np.zeros((N, H)), np.zeros((N, H))
    for t in reversed(range(T)):
        dxs[:, t], dh, dc = cells[t].backward(dhs[:, t] + dh, dc)
    agree(layer.backward(dhs), dxs)
    agree(layer.dh, dh)
    for i, grad in enumerate(layer.grads):
        agree(grad, sum(cell.grads[i] for cell in cells))


def test_time_lstm_numerical_gradient(reference):
    weights, (xs, weight) = lstm_weights(11), drawn(12, (N, T, D), (N, T, H))
    layer = reference.TimeLSTM(*weights)

    def loss():
        return float(np.sum(weight * layer.forward(xs)))

    numerical = [reference.numerical_gradient(loss, array) for array in (*weights, xs)]
    layer.forward(xs)
    analytic = [layer.backward(weight), *layer.grads]
    for mine, wanted in zip(analytic, (numerical[-1], *numerical), strict=False):
        np.testing.assert_allclose(mine, wanted, atol=1e-8)


def test_time_lstm_keeps_float32(reference):
    layer = reference.TimeLSTM(*(w.astype(np.float32) for w in lstm_weights(13)), stateful=True)
    xs, dhs = (a.astype(np.float32) for a in drawn(14, (N, T, D), (N, T, H)))
    layer.set_state(np.zeros((N, H)))
    results = [layer.forward(xs), layer.backward(dhs), layer.h, layer.c, layer.dh, *layer.grads]
    assert {array.dtype for array in results} == {np.dtype(np.float32)}


def test_time_lstm_state(reference):
    weights, (xs, h0) = lstm_weights(15), drawn(16, (N, T, D), (N, H))
    whole = reference.TimeLSTM(*weights).forward(xs)
    layer = reference.TimeLSTM(*weights, stateful=True)
    agree(np.concatenate([layer.forward(xs[:, :2]), layer.forward(xs[:, 2:])], axis=1), whole)
    with pytest.raises(ValueError, match="xs has batch size 1, but the state is of batch size 2"):
        layer.forward(xs[:1])
    layer.reset_state()
    agree(layer.forward(xs[:1]), whole[:1])
    layer.set_state(h0, h0)
    layer.set_state(h0)
    h0_sent = h0.copy()
    from_h = layer.forward(xs)
    theirs = torch_lstm(
        torch.tensor(xs), [torch.tensor(w) for w in weights], torch.tensor(h0), torch.zeros(N, H).double()
    )
    agree(from_h, theirs[0])
    np.testing.assert_array_equal(h0, h0_sent)
    layer.set_state(h0)
    h0[...] = 0  # the layer has copies
    agree(layer.forward(xs), from_h)


def test_stateless_starts_from_zero_whatever_was_set(reference):
    layer, (xs, h0) = reference.TimeLSTM(*lstm_weights(17)), drawn(18, (N, T, D), (N, H))
    first = layer.forward(xs)
    layer.set_state(h0, h0)
    agree(layer.forward(xs), first)
    agree(layer.h, first[:, -1])


# Rnnlm


def ids(seed, *shape, vocab_size=V):
    return np.random.default_rng(seed).integers(vocab_size, size=shape)


def torch_rnnlm(params, pieces, tied=False):
    """Scores of consecutive pieces of text, with the state carried over and the gradient cut between them."""
    W, *rest, b = params
    lstms, affine = ([rest[:3], rest[3:]], W.T) if tied else ([rest[:3]], rest[3])
    states, scores = [(torch.zeros(len(pieces[0]), len(lstm[1])),) * 2 for lstm in lstms], []
    for xs in pieces:
        hs = torch.nn.functional.embedding(torch.tensor(xs), W)
        for i, lstm in enumerate(lstms):
            hs, h, c = torch_lstm(hs, lstm, *states[i])
            states[i] = h.detach(), c.detach()
        scores.append(hs @ affine + b)
    return scores


@pytest.mark.parametrize("tied", [False, True])
def test_models_agree_with_torch(reference, tied):
    model = filled(reference.BetterRnnlm(V, H, H) if tied else reference.Rnnlm(V, D, H), 20)
    model.train_flag = False
    pieces, labels = [ids(21, N, T), ids(22, N, 3)], [ids(23, N, T), ids(24, N, 3)]
    labels[1][0, 1] = -1
    theirs, kept = [tensor(param) for param in model.params], list(model.grads)
    for xs, ts, scores in zip(pieces, labels, torch_rnnlm(theirs, pieces, tied), strict=True):
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), torch.tensor(ts).flatten(), ignore_index=-1)
        wanted = torch.autograd.grad(2 * loss, theirs)
        assert model.forward(xs, ts) == pytest.approx(loss.item(), rel=1e-5)
        for _ in range(2):
            model.backward(2)
            for mine, grad in zip(model.grads, wanted, strict=True):
                agree(mine, grad, atol=1e-6)
    assert all(mine is before for mine, before in zip(model.grads, kept, strict=True))
    model.reset_state()
    for xs, scores in zip(pieces, torch_rnnlm(theirs, pieces, tied), strict=True):
        agree(model.predict(xs), scores, atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_initial_weights(reference, tied):
    make, sizes = (reference.BetterRnnlm, (500, 60, 60)) if tied else (reference.Rnnlm, (500, 40, 60))
    model, same, other = (make(*sizes, rng=np.random.default_rng(seed)) for seed in (25, 25, 26))
    fan_in = [1e4, 60, 60, 0, 60, 60, 0, 0] if tied else [1e4, 40, 60, 0, 60, 0]
    assert len(fan_in) == len(model.params) == len(model.grads)
    for param, grad, rows in zip(model.params, model.grads, fan_in, strict=True):
        assert param.dtype == grad.dtype == np.float32
        assert param.shape == grad.shape
        assert param.std() == pytest.approx(rows and rows**-0.5, rel=0.05)
        assert abs(param.mean()) <= 0.05 * param.std()
    assert all(np.array_equal(p, q) for p, q in zip(model.params, same.params, strict=True))
    assert not np.array_equal(model.params[1], other.params[1])


def test_tied_weights_stay_tied_and_sizes_must_agree(reference):
    model = reference.BetterRnnlm(V, D, D, rng=np.random.default_rng(27))
    before = model.predict(ids(28, 1, 1))
    model.params[0] *= 2
    model.reset_state()
    assert model.affine.params[0].base is model.params[0]
    assert np.abs(model.predict(ids(28, 1, 1))).max() > 1.5 * np.abs(before).max()
    with pytest.raises(ValueError, match="must be equal for tied weights, got 3 and 7"):
        reference.BetterRnnlm(V, D, H)


def test_dropout_in_three_places(reference):
    """With all sizes 1 and ratio 1/2 the loss takes exactly four values, one per place where the signal ends."""
    model = filled(reference.BetterRnnlm(2, 1, 1, rng=np.random.default_rng(29)), 30, scale=2.0)
    losses, one = set(), np.array([[1]])
    for _ in range(200):
        model.reset_state()
        losses.add(round(model.forward(one, one), 6))
    assert len(losses) == 4
    model.train_flag = False
    model.reset_state()
    quiet = model.forward(one, one)
    model.train_flag = True
    scores = []
    for _ in range(5):
        model.reset_state()
        scores.append(model.predict(one))
    assert all(np.array_equal(scores[0], again) for again in scores)
    s = scores[0][0, 0].astype(float)
    assert quiet == pytest.approx(np.log(np.exp(s).sum()) - s[1], rel=1e-5)
    assert model.train_flag is True


# perplexity


class Scripted:
    """A model with known scores after each word, which records its inputs."""

    def __init__(self, reference, dropout=False, fail=False):
        self.table, self.layer, self.fail, self.calls = drawn(31, (V, V))[0], reference.TimeSoftmaxWithLoss(), fail, []
        if dropout:
            self.train_flag = True

    def forward(self, xs, ts):
        self.calls.append((xs.shape, getattr(self, "train_flag", None)))
        if self.fail:
            raise RuntimeError("scripted")
        return self.layer.forward(self.table[xs], ts)

    def reset_state(self):
        self.calls.append("reset")


@pytest.mark.parametrize("size", [2, 3, 10, 11, 12, 29])
@pytest.mark.parametrize("batch_size", [1, 3, 5])
@pytest.mark.parametrize("time_size", [1, 4, 50])
def test_perplexity_counts_every_word_once(reference, size, batch_size, time_size):
    corpus, model = ids(32, size), Scripted(reference)
    logs = np.log(reference.softmax(model.table))[corpus[:-1], corpus[1:]]
    assert reference.perplexity(model, corpus, batch_size, time_size) == pytest.approx(np.exp(-logs.mean()), rel=1e-12)
    assert model.calls[0] == model.calls[-1] == "reset"
    length = -(-(size - 1) // batch_size)
    assert sum(call[0][1] for call in model.calls[1:-1]) == length
    assert all(call[0][0] == batch_size and call[0][1] <= time_size for call in model.calls[1:-1])


def test_perplexity_carries_the_state_along_strips(reference):
    model, corpus = filled(reference.Rnnlm(V, D, H), 33), ids(34, 23)
    surprise = []
    for start in (0, 8, 16):  # strips of ceil(22 / 3) = 8
        model.reset_state()
        strip = corpus[start : start + 9]
        scores = model.predict(strip[None, :-1])[0].astype(float)
        surprise += list(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), strip[1:]])
    model.reset_state()
    model.forward(ids(35, 4, 2), ids(36, 4, 2))  # a state of another batch size, far from zero
    assert reference.perplexity(model, corpus, 3, 3) == pytest.approx(np.exp(np.mean(surprise)), rel=1e-5)
    assert reference.perplexity(model, corpus, 1, 5) == pytest.approx(
        reference.perplexity(model, corpus, 1, 22), rel=1e-5
    )
    assert model.lstm.h is None


def test_perplexity_puts_train_flag_back(reference):
    model = Scripted(reference, dropout=True)
    reference.perplexity(model, ids(37, 7), 2, 2)
    assert {call[1] for call in model.calls if call != "reset"} == {False}
    assert model.train_flag is True
    failing = Scripted(reference, dropout=True, fail=True)
    with pytest.raises(RuntimeError, match="scripted"):
        reference.perplexity(failing, ids(37, 7), 2, 2)
    assert failing.train_flag is True
    assert failing.calls[-1] == "reset"
    assert not hasattr(Scripted(reference), "train_flag")


# next_word_probabilities and generate

LOGS = np.log([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("controls", "wanted"),
    [
        ({}, [0.1, 0.2, 0.3, 0.4]),
        ({"temperature": 0.5}, [1 / 30, 4 / 30, 9 / 30, 16 / 30]),
        ({"skip_ids": [3]}, [1 / 6, 2 / 6, 3 / 6, 0]),
        ({"skip_ids": []}, [0.1, 0.2, 0.3, 0.4]),
        ({"skip_ids": np.array([0, 3])}, [0, 0.4, 0.6, 0]),
        ({"top_k": 2}, [0, 0, 3 / 7, 4 / 7]),
        ({"top_k": 9}, [0.1, 0.2, 0.3, 0.4]),
        ({"top_p": 0.6}, [0, 0, 3 / 7, 4 / 7]),
        ({"top_p": 0.7}, [0, 0, 3 / 7, 4 / 7]),
        ({"top_p": 0.4}, [0, 0, 0, 1]),
        ({"top_p": 0.9}, [0, 2 / 9, 3 / 9, 4 / 9]),
        ({"top_p": 0.91}, [0.1, 0.2, 0.3, 0.4]),
        ({"top_p": 1.0}, [0.1, 0.2, 0.3, 0.4]),
        ({"top_k": 2, "top_p": 0.5}, [0, 0, 0, 1]),
        ({"skip_ids": [3], "top_p": 0.5}, [0, 0, 1, 0]),
        ({"skip_ids": [3], "top_k": 2}, [0, 2 / 5, 3 / 5, 0]),
        ({"temperature": 0.5, "top_p": 0.5}, [0, 0, 0, 1]),
        ({"temperature": 1e-6}, [0, 0, 0, 1]),
    ],
)
def test_next_word_probabilities_by_hand(reference, controls, wanted):
    sent = LOGS.copy()
    p = reference.next_word_probabilities(LOGS, **controls)
    np.testing.assert_allclose(p, wanted, atol=1e-12)
    assert p.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_array_equal(p == 0, np.array(wanted) == 0)
    np.testing.assert_array_equal(LOGS, sent)


def test_ties_keep_exactly_k_and_the_lower_ids(reference):
    np.testing.assert_allclose(reference.next_word_probabilities(np.zeros(5), top_k=2), [0.5, 0.5, 0, 0, 0])
    np.testing.assert_allclose(reference.next_word_probabilities(np.zeros(5), top_p=0.5), [1 / 3, 1 / 3, 1 / 3, 0, 0])


def test_next_word_probabilities_of_extreme_scores(reference):
    scores = np.array([1e4, -1e4, -np.inf, 1e4])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(reference.next_word_probabilities(scores, temperature=1e-3), [0.5, 0, 0, 0.5])
        np.testing.assert_array_equal(reference.next_word_probabilities(scores, skip_ids=[0, 3]), [0, 1, 0, 0])
    assert reference.next_word_probabilities(scores.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({"temperature": 0}, "temperature must be positive, got 0"),
        ({"temperature": -1.0}, "temperature must be positive"),
        ({"temperature": float("nan")}, "temperature must be positive"),
        ({"top_k": 0}, "top_k must be at least 1, got 0"),
        ({"top_p": 0.0}, r"top_p must be in \(0, 1\], got 0.0"),
        ({"top_p": 1.1}, "top_p must be in"),
        ({"skip_ids": [0, 1, 2, 3]}, "skip_ids leaves no word of the 4"),
    ],
)
def test_next_word_probabilities_refuses(reference, controls, message):
    with pytest.raises(ValueError, match=message):
        reference.next_word_probabilities(LOGS, **controls)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_generate_reads_all_but_the_last_word(reference, size):
    model, again = (filled(reference.RnnlmGen(V, D, H), 38) for _ in range(2))
    before = ids(39, 1, 3)
    model.predict(before)  # the state is not reset
    words = model.generate(4, [2], size, np.random.default_rng(40), temperature=2.0)
    assert len(words) == size
    assert words[0] == 4
    assert all(type(word) is int for word in words)
    again.predict(before)
    if size > 1:
        again.predict(np.array([words[:-1]]))
    agree(model.lstm.h, again.lstm.h, atol=1e-6)
    agree(model.lstm.c, again.lstm.c, atol=1e-6)


def test_generate_draws_from_next_word_probabilities(reference):
    model = filled(reference.RnnlmGen(V, D, H), 41, scale=1.0)
    controls = {"skip_ids": [1], "temperature": 1.7, "top_k": 6, "top_p": 0.9}
    p = reference.next_word_probabilities(model.predict(np.array([[3]]))[0, 0].astype(float), **controls)
    rng, count, draws = np.random.default_rng(42), np.zeros(V), 4000
    for _ in range(draws):
        model.reset_state()
        count[model.generate(3, sample_size=2, rng=rng, **controls)[1]] += 1
    assert 2 < np.count_nonzero(p) < 7
    assert not count[p == 0].any()
    kept = p > 0
    chi_square = np.sum((count - draws * p)[kept] ** 2 / (draws * p)[kept])
    assert chi_square < 40  # at most 5 degrees of freedom: exceeded with probability 1e-7


def test_generate_repeats_with_the_same_rng_and_differs_without(reference):
    model = filled(reference.RnnlmGen(V, D, H), 43, scale=0.1)
    texts = []
    for rng in (np.random.default_rng(44), np.random.default_rng(44), None, None):
        model.reset_state()
        texts.append(model.generate(0, sample_size=40, rng=rng))
    assert texts[0] == texts[1]
    assert texts[2] != texts[3]


@pytest.mark.slow
def test_training_comes_close_to_the_floor_and_not_below(reference):
    grammar = reference.ToyGrammar()
    corpus, unseen = (grammar.sample(size, np.random.default_rng(seed)) for size, seed in ((20_000, 45), (5_000, 46)))
    curve = []
    model = reference.train_toy_rnnlm(corpus, grammar.vocab_size, 47, curve=curve)
    ratio = reference.perplexity(model, unseen, 1, 100) / np.exp(grammar.surprise(unseen)[1:].mean())
    assert 0.999 < ratio < 1.06  # measured over 24 seeds: 1.015, standard deviation 0.004
    assert len(curve) == 20
    assert curve[-1] < curve[0]
