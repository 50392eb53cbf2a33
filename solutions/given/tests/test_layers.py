"""The handed-out components against torch, against numbers worked by hand, and against their own promises."""

import importlib
import sys
from itertools import chain

import numpy as np
import pytest
import torch
from everything_given import everything_given

N, T, D, H, V = 2, 5, 3, 7, 11
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def given():
    """Everything that is handed out."""
    return everything_given("01_rnn_lm_sampling")


def tensor(array):
    return torch.tensor(np.asarray(array), requires_grad=np.asarray(array).dtype.kind == "f")


def test_sigmoid_agrees_with_torch_and_survives_large_numbers(given):
    x = np.array([-1e4, -3.0, 0.0, 0.5, 1e4])
    np.testing.assert_allclose(given.sigmoid(x), torch.sigmoid(torch.tensor(x)).numpy(), atol=1e-15)
    assert given.sigmoid(np.float32([1.0])).dtype == np.float32


def test_embedding_agrees_with_torch(given):
    rng = np.random.default_rng(1)
    W, xs, dout = rng.normal(size=(V, D)), rng.integers(4, size=(N, T)), rng.normal(size=(N, T, D))
    layer, weight = given.TimeEmbedding(W), tensor(W)
    torch.nn.functional.embedding(torch.tensor(xs), weight).backward(torch.tensor(dout))
    np.testing.assert_array_equal(layer.forward(xs), W[xs])
    for _ in range(2):  # overwritten, not accumulated
        layer.backward(dout)
        np.testing.assert_allclose(layer.grads[0], weight.grad.numpy(), atol=1e-12)
    assert layer.dout is dout
    assert not layer.grads[0][4:].any()


@pytest.mark.parametrize("xs", [np.array([[0, V]]), np.array([[-1, 0]]), np.array([0, 1]), np.array([[0.0]])])
def test_embedding_refuses_what_are_no_ids(given, xs):
    with pytest.raises(ValueError, match="xs must"):
        given.TimeEmbedding(np.zeros((V, D))).forward(xs)


def test_affine_agrees_with_torch(given):
    rng = np.random.default_rng(2)
    W, b, xs, dout = (rng.normal(size=shape) for shape in ((D, V), (V,), (N, T, D), (N, T, V)))
    layer, (tW, tb, txs) = given.TimeAffine(W, b), map(tensor, (W, b, xs))
    kept = list(layer.grads)
    out = txs @ tW + tb
    out.backward(torch.tensor(dout))
    np.testing.assert_allclose(layer.forward(xs), out.detach().numpy(), atol=1e-12)
    for _ in range(2):
        np.testing.assert_allclose(layer.backward(dout), txs.grad.numpy(), atol=1e-12)
        for mine, theirs in zip(layer.grads, (tW, tb), strict=True):
            np.testing.assert_allclose(mine, theirs.grad.numpy(), atol=1e-12)
    assert all(mine is before for mine, before in zip(layer.grads, kept, strict=True))


def test_affine_follows_a_transposed_view(given):
    W = np.random.default_rng(3).normal(size=(V, D))
    layer = given.TimeAffine(W.T, np.zeros(V))
    W *= 2
    np.testing.assert_allclose(layer.forward(np.ones((N, T, D)))[0, 0], W.sum(axis=1))


def test_affine_refuses_another_width(given):
    with pytest.raises(ValueError, match=r"xs must have shape \(N, T, 3\), got \(2, 5, 4\)"):
        given.TimeAffine(np.zeros((D, V)), np.zeros(V)).forward(np.zeros((N, T, 4)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_loss_agrees_with_torch(given, dtype):
    rng = np.random.default_rng(4)
    scores, ts = (3 * rng.normal(size=(N, T, V))).astype(dtype), rng.integers(V, size=(N, T))
    ts[0, 1] = ts[1, 3:] = -1
    layer, tscores = given.TimeSoftmaxWithLoss(), tensor(scores)
    loss = torch.nn.functional.cross_entropy(tscores.flatten(0, 1), torch.tensor(ts).flatten(), ignore_index=-1)
    (1.5 * loss).backward()
    sent = scores.copy()
    assert layer.forward(scores, ts) == pytest.approx(loss.item(), rel=1e-6)
    for _ in range(2):
        dscores = layer.backward(1.5)
        assert dscores.dtype == dtype
        np.testing.assert_allclose(dscores, tscores.grad.numpy(), atol=1e-7)
    np.testing.assert_array_equal(scores, sent)


def test_loss_survives_large_scores_and_no_labels(given):
    layer = given.TimeSoftmaxWithLoss()
    assert layer.forward(np.array([[[1e4, -1e4]]]), np.array([[1]])) == pytest.approx(2e4)
    assert layer.forward(np.ones((1, 2, 3)), np.full((1, 2), -1)) == 0.0
    assert not layer.backward().any()


@pytest.mark.parametrize(
    ("ts", "message"), [([[0, 1, 2]], "ts must have shape"), ([[0, V]], "ts must hold"), ([[-2, 0]], "ts must hold")]
)
def test_loss_refuses_wrong_labels(given, ts, message):
    with pytest.raises(ValueError, match=message):
        given.TimeSoftmaxWithLoss().forward(np.zeros((1, 2, V)), np.array(ts))


def test_dropout_keeps_the_mean_and_its_mask(given):
    layer, xs = given.TimeDropout(0.25, np.random.default_rng(5)), np.ones((40, 50, 7), np.float32)
    out = layer.forward(xs)
    assert set(np.unique(out)) == {0.0, np.float32(1 / 0.75)}
    assert np.mean(out == 0) == pytest.approx(0.25, abs=0.02)  # 14,000 draws: five standard deviations
    np.testing.assert_array_equal(layer.backward(xs), out)
    assert out.dtype == np.float32
    layer.train_flag = False
    np.testing.assert_array_equal(layer.forward(xs), xs)
    np.testing.assert_array_equal(layer.backward(xs), xs)


def test_dropout_repeats_with_the_same_rng(given):
    xs = np.ones((N, T, D))
    one, two = (given.TimeDropout(0.5, np.random.default_rng(6)).forward(xs) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert given.TimeDropout(0.5).train_flag is True


@pytest.mark.parametrize("ratio", [-0.1, 1.0])
def test_dropout_refuses_a_ratio(given, ratio):
    with pytest.raises(ValueError, match="ratio must be in"):
        given.TimeDropout(ratio)


def test_adam_agrees_with_torch(given):
    rng = np.random.default_rng(7)
    params = [rng.normal(size=shape) for shape in ((D, H), (H,))]
    theirs = [tensor(param) for param in params]
    optimizer, reference = given.Adam(0.01), torch.optim.Adam(theirs, lr=0.01)
    kept = list(params)
    for _ in range(20):
        grads = [rng.normal(size=param.shape) for param in params]
        for parameter, grad in zip(theirs, grads, strict=True):
            parameter.grad = torch.tensor(grad)
        optimizer.update(params, grads)
        reference.step()
    for param, before, parameter in zip(params, kept, theirs, strict=True):
        np.testing.assert_allclose(param, parameter.detach().numpy(), rtol=1e-9)
        assert param is before


def test_adam_keeps_float32_and_refuses_unequal_lists(given):
    param = np.ones(3, np.float32)
    given.Adam().update([param], [param])
    assert param.dtype == np.float32
    with pytest.raises(ValueError, match="1 params, 0 grads"):
        given.Adam().update([param], [])


def test_clip_grads_agrees_with_torch(given):
    grads = [np.array([3.0, 0.0]), np.array([[4.0]])]
    kept = list(grads)
    assert given.clip_grads(grads, 10.0) == 5.0
    np.testing.assert_array_equal(grads[0], [3.0, 0.0])
    assert given.clip_grads(grads, 1.0) == 5.0
    np.testing.assert_allclose(grads[0], [0.6, 0.0])
    np.testing.assert_allclose(grads[1], [[0.8]])
    assert grads[0] is kept[0]
    with pytest.raises(ValueError, match="max_norm must be positive, got 0"):
        given.clip_grads(grads, 0)


class Line:
    """A model that predicts ts as a number times xs and records the rows it saw."""

    def __init__(self):
        self.params, self.grads, self.seen = [np.zeros(1)], [np.zeros(1)], []

    def forward(self, xs, ts):
        self.seen.append(xs.tolist())
        self.xs, self.error = xs, xs * self.params[0] - ts
        return float(np.mean(self.error**2))

    def backward(self):
        self.grads[0][...] = np.mean(2 * self.error * self.xs)


def test_trainer_learns_and_sees_every_row_once_per_epoch(given):
    model, xs = Line(), np.arange(1.0, 8.0)
    losses = given.Trainer(model, given.Adam(0.2)).fit(
        xs, 3 * xs, epochs=60, batch_size=3, max_grad=5.0, rng=np.random.default_rng(8), progress=False
    )
    assert len(losses) == 60
    assert losses[0] > 50 > 1e-2 > losses[-1]
    assert model.params[0] == pytest.approx(3, abs=0.02)
    first, second = model.seen[:3], model.seen[3:6]
    assert [len(batch) for batch in first] == [3, 3, 1]
    assert sorted(chain(*first)) == sorted(chain(*second)) == xs.tolist()
    assert first != second


def test_trainer_gives_the_mean_over_rows_and_repeats(given):
    xs = np.arange(1.0, 6.0)

    def fit(lr):
        return given.Trainer(Line(), given.Adam(lr)).fit(xs, xs, 2, 2, None, np.random.default_rng(9), False)

    assert fit(0.0) == pytest.approx([11.0, 11.0])  # the squares of 1 to 5
    assert fit(0.1) == fit(0.1)


@pytest.mark.parametrize(
    ("rows", "batch_size", "message"), [(4, 2, "ts must have one row"), (5, 0, "batch_size must be")]
)
def test_trainer_refuses(given, rows, batch_size, message):
    with pytest.raises(ValueError, match=message):
        given.Trainer(Line(), given.Adam()).fit(np.ones(5), np.ones(rows), 1, batch_size, progress=False)


class Reader:
    """A language model that only records its inputs."""

    def __init__(self):
        self.params, self.grads, self.read = [], [], []

    def forward(self, xs, ts):
        self.read.append((xs.tolist(), ts.tolist()))
        return float(len(self.read) % 3)

    def backward(self):
        pass

    def reset_state(self):
        self.read.append("reset")


def test_fit_language_model_reads_strips_in_step(given):
    model, seen = Reader(), []
    losses = given.fit_language_model(
        model, given.Adam(), np.arange(8), 1, batch_size=2, time_size=2, progress=False, after_epoch=seen.append
    )
    assert model.read == ["reset", ([[0, 1], [3, 4]], [[1, 2], [4, 5]]), ([[2], [5]], [[3], [6]]), "reset"]
    assert losses == [pytest.approx((2 * 2.0 + 1 * 0.0) / 3)]
    assert seen == [model]


@pytest.mark.parametrize(
    ("batch_size", "time_size", "message"), [(0, 2, "must be at least 1"), (8, 2, "corpus must have more than")]
)
def test_fit_language_model_refuses(given, batch_size, time_size, message):
    with pytest.raises(ValueError, match=message):
        given.fit_language_model(Reader(), given.Adam(), np.arange(8), 1, batch_size, time_size)


def test_numerical_gradient_of_a_cubic(given):
    array = np.array([[1.0, -2.0]])
    gradient = given.numerical_gradient(lambda: float(np.sum(array**3)), array)
    np.testing.assert_allclose(gradient, [[3.0, 12.0]], rtol=1e-7)
    np.testing.assert_array_equal(array, [[1.0, -2.0]])
    with pytest.raises(ValueError, match="got float32"):
        given.numerical_gradient(lambda: 0.0, np.float32([1.0]))


def test_grammar_entropy_is_the_mean_surprise_and_the_sum_by_hand(given):
    grammar = given.ToyGrammar()

    def choice(*p):
        return -sum(q * np.log(q) for q in p)

    per_sentence = (
        np.log(2) + choice(0.2, 0.1, 0.7) / 0.7 + np.log(4) + 2 * np.log(2) + np.log(3) + choice(0.2, 0.1, 0.7)
    )
    assert grammar.entropy_rate() == pytest.approx(per_sentence / (8.3 + 0.3 / 0.7), abs=1e-12)
    surprise = grammar.surprise(grammar.sample(200_000, np.random.default_rng(10)))
    assert surprise.mean() == pytest.approx(grammar.entropy_rate(), abs=0.008)  # five standard errors


def test_grammar_samples_sentences_of_the_language(given):
    grammar = given.ToyGrammar()
    text = grammar.text(grammar.sample(5000, np.random.default_rng(11)))
    animals = {verb: (animal, tense) for animal, verbs in grammar.verbs.items() for tense, verb in enumerate(verbs)}
    for sentence in text.split(" . ")[:-1]:
        words = sentence.split()
        (verb,) = set(words) & set(animals)
        assert animals[verb] == ((set(words) & set(grammar.verbs)).pop(), int(words[0] == "yesterday")), sentence
    assert len(grammar.words) == len(set(grammar.words)) == grammar.vocab_size == 24
    np.testing.assert_array_equal(
        grammar.sample(50, np.random.default_rng(1)), grammar.sample(50, np.random.default_rng(1))
    )


def test_two_words_of_context_are_not_enough(given):
    """The best predictor that sees two words stays at least 8 % above the optimal perplexity."""
    grammar = given.ToyGrammar()
    corpus = grammar.sample(200_000, np.random.default_rng(12))
    count = np.full((24, 24, 24), 1e-3)
    np.add.at(count, (corpus[:-2], corpus[1:-1], corpus[2:]), 1)
    p = count / count.sum(axis=-1, keepdims=True)
    surprise = -np.log(p[corpus[:-2], corpus[1:-1], corpus[2:]]).mean()
    assert np.exp(surprise - grammar.entropy_rate()) > 1.08


def test_surprise_refuses_another_text(given):
    grammar = given.ToyGrammar()
    with pytest.raises(ValueError, match=r"word 1 .* cannot stand there"):
        grammar.surprise(np.array([grammar.words.index(word) for word in ("today", "owl")]))


def test_python_docs_are_words_of_the_vocabulary(given):
    train, test, words = given.load_python_docs(max_words=300)
    assert len(words) == len(set(words)) == 300
    assert words[0] == "<unk>"
    assert len(train) > 5 * len(test) > 5000
    assert max(train.max(), test.max()) < 300 <= len(set(train)) + 5
    assert 0.02 < np.mean(train == 0) < 0.3


def test_plots_and_diagrams_draw_without_a_warning(given, monkeypatch):
    pyplot = importlib.import_module("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    monkeypatch.setattr(pyplot, "show", lambda: pyplot.gcf().canvas.draw())
    given.plot_curves({"a": [3.0, 2.0]}, "perplexity", {"floor": 1.5}, log=True)
    given.plot_distributions({"a": np.array([0.5, 0.5, 0.0])}, ["x", "y", "z"])
    given.plot_heatmaps({"a": np.eye(3), "b": np.zeros((2, 3))}, "x", "y", ["p", "q", "r"])
    given.plot_agreement({"W": (np.ones(3), np.ones(3))})
    given.draw_lstm_cell()
    given.draw_unrolled(["a", "b"], ["b", "c"], [("LSTM", "gate", True)], "title")
    assert len(pyplot.get_fignums()) == 6
    pyplot.close("all")
    assert "matplotlib.pyplot" in sys.modules
