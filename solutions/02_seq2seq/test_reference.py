"""The answers of assignment 02 against torch, against slow and plain computations, and numbers worked by hand."""

import numpy as np
import pytest
import torch

from autograder import course
from solutions.given.tests.torch_models import (
    agree,
    drawn,
    filled,
    tensor,
    torch_cross_entropy,
    torch_decode,
    torch_encode,
)

N, S, T, D, H, V = 2, 13, 5, 3, 7, 11
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("02_seq2seq")


def ids(seed, *shape):
    return np.random.default_rng(seed).integers(V, size=shape)


def vectors(seed, *shape):
    return drawn(seed, shape)[0].astype(np.float32)


def double(array):
    """A float64 leaf that gets a gradient."""
    return tensor(array.astype(np.float64))


def encoded(params, xs):
    return torch_encode(torch.nn.functional.embedding(torch.tensor(xs), params[0]), params[1:])


def close(mine, theirs):
    """Assert that float32 numbers equal torch's float64 ones up to rounding."""
    assert mine.dtype == np.float32
    agree(mine, theirs, atol=1e-5)


# encode_texts


def test_encode_texts_by_hand(reference):
    char_to_id = {"7": 0, " ": 4, "+": 2, "5": 7}
    rows = reference.encode_texts(["57+5", "", " 7", "7 5+7"], char_to_id, 5)
    wanted = [[7, 0, 2, 7, 4], [4, 4, 4, 4, 4], [4, 0, 4, 4, 4], [0, 4, 7, 2, 0]]
    np.testing.assert_array_equal(rows, wanted)
    assert rows.dtype == np.int64


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", "abab"], "texts must be at most 3 characters long, got 'abab'"),
        (["ab", "aXb"], "texts must be made of known characters, got 'X' in 'aXb'"),
    ],
)
def test_encode_texts_refuses(reference, texts, message):
    with pytest.raises(ValueError, match=message):
        reference.encode_texts(texts, {" ": 0, "a": 1, "b": 2}, 3)


# Encoder


@pytest.mark.parametrize(("rows", "steps"), [(N, S), (1, S), (3, 1), (1, 1)])
def test_encoder_agrees_with_torch(reference, rows, steps):
    model = filled(reference.Encoder(V, D, H), 1)
    xs, dh = ids(2, rows, steps), vectors(3, rows, H)
    theirs, kept, sent = [double(param) for param in model.params], list(model.grads), (xs.copy(), dh.copy())
    h = encoded(theirs, xs)
    h.backward(double(dh))
    for _ in range(2):  # the second round is independent of the first
        close(model.forward(xs), h)
        model.backward(dh)
        for mine, wanted in zip(model.grads, theirs, strict=True):
            close(mine, wanted.grad)
    assert all(mine is before for mine, before in zip(model.grads, kept, strict=True))
    np.testing.assert_array_equal(xs, sent[0])
    np.testing.assert_array_equal(dh, sent[1])


def test_encoder_forgets_the_source_before(reference):
    model = filled(reference.Encoder(V, D, H), 4)
    first = model.forward(ids(5, N, S))
    model.forward(ids(6, 3, 2))
    np.testing.assert_array_equal(model.forward(ids(5, N, S)), first)


# Decoder


@pytest.mark.parametrize(("rows", "steps"), [(N, T), (1, T), (3, 1), (1, 1)])
def test_decoder_agrees_with_torch(reference, rows, steps):
    model = filled(reference.Decoder(V, D, H), 7)
    xs, h, dscores = ids(8, rows, steps), vectors(9, rows, H), vectors(10, rows, steps, V)
    theirs, th = [double(param) for param in model.params], double(h)
    kept, sent = list(model.grads), [array.copy() for array in (xs, h, dscores)]
    scores = torch_decode(theirs, xs, th)
    scores.backward(double(dscores))
    for _ in range(2):
        close(model.forward(xs, h), scores)
        close(model.backward(dscores), th.grad)
        for mine, wanted in zip(model.grads, theirs, strict=True):
            close(mine, wanted.grad)
    assert all(mine is before for mine, before in zip(model.grads, kept, strict=True))
    for array, before in zip((xs, h, dscores), sent, strict=True):
        np.testing.assert_array_equal(array, before)


def test_decoder_does_not_look_ahead(reference):
    model, h = filled(reference.Decoder(V, D, H), 11), vectors(12, N, H)
    xs = ids(13, N, T)
    before = model.forward(xs, h)
    for t in range(1, T):
        changed = xs.copy()
        changed[:, t] = (xs[:, t] + 1) % V
        after = model.forward(changed, h)
        np.testing.assert_allclose(after[:, :t], before[:, :t], atol=1e-6)
        assert np.abs(after[:, t] - before[:, t]).max() > 1e-3


@pytest.mark.parametrize("seed", range(14, 34))
def test_decoder_generates_what_forward_likes_best(reference, seed):
    model = filled(reference.Decoder(V, D, H), seed, scale=1.5)
    h, start_id, size = vectors(seed, 3, H), seed % V, 1 + seed % 6
    sent = h.copy()
    model.forward(ids(seed, 2, 3), vectors(seed + 1, 2, H))  # with another number of rows; it must leave no trace
    answer = model.generate(h, start_id, size)
    read = np.concatenate([np.full((3, 1), start_id), answer[:, :-1]], axis=1)
    with torch.no_grad():
        scores = torch_decode([double(param) for param in model.params], read, double(h))
    np.testing.assert_array_equal(answer, scores.argmax(dim=2))
    np.testing.assert_array_equal(model.generate(h, start_id, size), answer)
    np.testing.assert_array_equal(model.generate(h[[2, 0, 1]], start_id, size), answer[[2, 0, 1]])
    np.testing.assert_array_equal(model.generate(h[:1], start_id, size), answer[:1])
    np.testing.assert_array_equal(h, sent)
    assert answer.dtype == np.int64


def test_of_equal_scores_the_smallest_id_wins(reference):
    model = filled(reference.Decoder(V, D, H), 34)
    model.params[4][...] = 0
    model.params[5][...] = np.isin(np.arange(V), [3, 8])
    np.testing.assert_array_equal(model.generate(vectors(35, N, H), 1, 4), np.full((N, 4), 3))


# Seq2seq


@pytest.mark.parametrize(("rows", "source", "target"), [(N, S, T), (1, S, T), (3, 1, 2), (1, 1, 2)])
@pytest.mark.parametrize("dout", [None, 0.5])
def test_seq2seq_agrees_with_torch(reference, rows, source, target, dout):
    model = filled(reference.Seq2seq(V, D, H), 36)
    xs, ts = ids(37, rows, source), ids(38, rows, target)
    theirs, kept, sent = [double(param) for param in model.params], list(model.grads), (xs.copy(), ts.copy())
    scores = torch_decode(theirs[4:], ts[:, :-1], encoded(theirs[:4], xs))
    loss = torch_cross_entropy(scores, ts[:, 1:].copy())
    (loss * (1 if dout is None else dout)).backward()
    for _ in range(2):
        assert model.forward(xs, ts) == pytest.approx(loss.item(), rel=1e-5)
        model.backward() if dout is None else model.backward(dout)
        for mine, wanted in zip(model.grads, theirs, strict=True):
            close(mine, wanted.grad)
    assert all(mine is before for mine, before in zip(model.grads, kept, strict=True))
    np.testing.assert_array_equal(xs, sent[0])
    np.testing.assert_array_equal(ts, sent[1])


def test_the_probabilities_of_all_targets_add_up_to_one(reference):
    """For one row, exp(-2 loss) is the probability of a target of two ids; a leak would spoil the sum."""
    model, xs = filled(reference.Seq2seq(5, D, H), 39), np.array([[1, 4, 2, 0]])
    targets = [np.array([[3, i, j]]) for i in range(5) for j in range(5)]
    assert sum(np.exp(-2 * model.forward(xs, ts)) for ts in targets) == pytest.approx(1, abs=1e-5)


def test_every_source_id_counts_and_rows_do_not_mix(reference):
    model, ts = filled(reference.Seq2seq(V, D, H), 40), ids(41, N, T)
    xs, order = ids(42, N, 4), [1, 0]
    loss, answer = model.forward(xs, ts), model.generate(xs, 2, 6)
    assert model.forward(xs[order], ts[order]) == pytest.approx(loss, rel=1e-6)
    np.testing.assert_array_equal(model.generate(xs[order], 2, 6), answer[order])
    for s in range(4):
        changed = xs.copy()
        changed[0, s] = (xs[0, s] + 1) % V
        assert abs(model.forward(changed, ts) - loss) > 1e-4
        np.testing.assert_array_equal(model.generate(changed, 2, 6)[1], answer[1])


def test_seq2seq_generates_from_what_the_encoder_read(reference):
    model, xs = filled(reference.Seq2seq(V, D, H), 43, scale=1.5), ids(44, 3, S)
    answer = model.generate(xs, 2, 5)
    np.testing.assert_array_equal(answer, model.decoder.generate(model.encoder.forward(xs), 2, 5))
    assert len({tuple(row) for row in answer.tolist()}) > 1
    assert any(np.any(model.generate(xs, start_id, 5) != answer) for start_id in range(3, V))


@pytest.mark.parametrize("name", ["Encoder", "Decoder", "Seq2seq"])
def test_initial_weights(reference, name):
    sizes = (500, 40, 60)
    model, same, other, free, again = (
        getattr(reference, name)(*sizes, rng=rng) for rng in (*map(np.random.default_rng, (25, 25, 26)), None, None)
    )
    encoder, affine = [1e4, 40, 60, 0], [60, 0]
    fan_in = {"Encoder": encoder, "Decoder": encoder + affine, "Seq2seq": encoder + encoder + affine}[name]
    assert len(fan_in) == len(model.params) == len(model.grads)
    for param, grad, rows in zip(model.params, model.grads, fan_in, strict=True):
        assert param.dtype == grad.dtype == np.float32
        assert param.shape == grad.shape
        assert param.std() == pytest.approx(rows and rows**-0.5, rel=0.05)
        assert abs(param.mean()) <= 0.05 * param.std()
    assert all(np.array_equal(p, q) for p, q in zip(model.params, same.params, strict=True))
    assert not np.array_equal(model.params[1], other.params[1])
    assert not np.array_equal(free.params[1], again.params[1])


def test_encoder_and_decoder_do_not_start_alike(reference):
    model = reference.Seq2seq(V, D, H, np.random.default_rng(27))
    assert not np.array_equal(model.encoder.params[1], model.decoder.params[1])
    assert all(p is q for p, q in zip(model.params, model.encoder.params + model.decoder.params, strict=True))


# exact_match


@pytest.mark.parametrize(
    ("predicted", "share"),
    [([[1, 2], [3, 4], [5, 6]], 1.0), ([[1, 2], [3, 5], [5, 6]], 2 / 3), ([[2, 1], [4, 3], [5, 7]], 0.0)],
)
def test_exact_match_by_hand(reference, predicted, share):
    result = reference.exact_match(np.array(predicted), np.array([[1, 2], [3, 4], [5, 6]]))
    assert result == pytest.approx(share)
    assert type(result) is float


@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (2, 4), (3, 3), (3,)])
def test_exact_match_refuses_other_shapes(reference, shape):
    with pytest.raises(ValueError, match=r"one shape, got \(2, 3\) and \("):
        reference.exact_match(np.ones((2, 3), int), np.ones(shape, int))
