"""The answers of assignment 04 against torch, against step-by-step computations, and numbers worked by hand."""

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

N, S, T, D, H, V = 2, 7, 5, 3, 11, 13
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("04_peeky")


def ids(seed, *shape):
    return np.random.default_rng(seed).integers(V, size=shape)


def in_float64(params):
    return [tensor(param.astype(np.float64)) for param in params]


# the small pieces


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_repeat_over_time_by_hand(reference, dtype):
    h = np.array([[1, 2, 3], [4, 5, 6]], dtype)
    repeated = reference.repeat_over_time(h, 2)
    np.testing.assert_array_equal(repeated, [[[1, 2, 3], [1, 2, 3]], [[4, 5, 6], [4, 5, 6]]])
    assert repeated.dtype == dtype
    repeated[...] = 0
    np.testing.assert_array_equal(h, [[1, 2, 3], [4, 5, 6]])
    assert reference.repeat_over_time(h[:1], 1).shape == (1, 1, 3)


def test_parameter_count_by_hand(reference):
    encoder = 5 * 2 + 2 * 12 + 3 * 12 + 12
    assert reference.parameter_count(reference.Seq2seq(5, 2, 3)) == encoder + encoder + 3 * 5 + 5
    assert reference.parameter_count(reference.PeekySeq2seq(5, 2, 3)) == encoder + (encoder + 3 * 12) + 6 * 5 + 5
    assert type(reference.parameter_count(reference.Encoder(5, 2, 3))) is int


# the decoder


@pytest.mark.parametrize(("n", "t"), [(N, T), (1, 1), (3, 1), (1, T)])
def test_decoder_agrees_with_torch(reference, n, t):
    decoder, xs = filled(reference.PeekyDecoder(V, D, H), 1), ids(2, n, t)
    h, dscores = (part.astype(np.float32) for part in drawn(3, (n, H), (n, t, V)))
    sent, kept = (xs.copy(), h.copy(), dscores.copy()), list(decoder.grads)
    theirs, th = in_float64(decoder.params), tensor(h.astype(np.float64))
    scores = torch_decode(theirs, xs, th, peeky=True)
    scores.backward(torch.tensor(dscores.astype(np.float64)))
    decoder.forward(ids(4, 5, 3), drawn(5, (5, H))[0].astype(np.float32))  # must leave no trace
    mine = decoder.forward(xs, h)
    agree(mine, scores, atol=1e-5)
    for _ in range(2):
        dh = decoder.backward(dscores)
        agree(dh, th.grad, atol=1e-4)
        for grad, wanted in zip(decoder.grads, theirs, strict=True):
            agree(grad, wanted.grad, atol=1e-4)
    assert {array.dtype for array in (mine, dh, *decoder.params, *decoder.grads)} == {np.dtype(np.float32)}
    assert all(grad is before for grad, before in zip(decoder.grads, kept, strict=True))
    for array, before in zip((xs, h, dscores), sent, strict=True):
        np.testing.assert_array_equal(array, before)


def test_decoder_peeks_at_every_step(reference):
    """If the LSTM cannot see h, the affine layer still does; if the affine layer cannot, the LSTM does."""
    xs, (h, other) = ids(6, N, T), drawn(7, (N, H), (N, H))
    for blind in (1, 4):
        decoder = filled(reference.PeekyDecoder(V, D, H), 8)
        decoder.params[blind][:H] = 0  # the rows for h come first
        far = np.abs(decoder.forward(xs, h) - decoder.forward(xs, other)).max(axis=2)
        assert far.min() > 1e-3


@pytest.mark.parametrize("start_id", [0, 4])
def test_generate_is_forward_step_by_step(reference, start_id):
    (h,) = drawn(9, (3, H))
    answers = []
    for seed in range(10, 20):
        decoder = filled(reference.PeekyDecoder(V, D, H), seed, scale=1.0)
        answer = decoder.generate(h, start_id, 6)
        assert answer.shape == (3, 6)
        assert answer.dtype.kind == "i"
        read = np.concatenate([np.full((3, 1), start_id), answer[:, :-1]], axis=1)
        np.testing.assert_array_equal(
            torch_decode(in_float64(decoder.params), read, torch.tensor(h), True).argmax(2), answer
        )
        np.testing.assert_array_equal(decoder.forward(read, h).argmax(axis=2), answer)
        np.testing.assert_array_equal(decoder.generate(h, start_id, 6), answer)
        np.testing.assert_array_equal(decoder.generate(h[1:2], start_id, 2), answer[1:2, :2])
        answers.append(answer)
    assert len({answer.tobytes() for answer in answers}) == len(answers)


def test_generate_takes_the_smallest_of_equal_ids(reference):
    decoder = filled(reference.PeekyDecoder(V, D, H), 21)
    for param in decoder.params[4:]:
        param[...] = 0
    decoder.params[5][[3, 8]] = 1
    np.testing.assert_array_equal(decoder.generate(np.ones((2, H)), 1, 3), np.full((2, 3), 3))


def check_drawn(params, fan_in):
    for param, rows in zip(params, fan_in, strict=True):
        assert param.dtype == np.float32
        assert param.std() == pytest.approx(rows and rows**-0.5, rel=0.06)
        assert abs(param.mean()) <= 0.06 * param.std()


def test_initial_weights(reference):
    sizes, shapes = (97, 31, 53), [(97, 31), (84, 212), (53, 212), (212,), (106, 97), (97,)]
    decoder, same, other = (reference.PeekyDecoder(*sizes, np.random.default_rng(seed)) for seed in (22, 22, 23))
    assert [param.shape for param in decoder.params] == [grad.shape for grad in decoder.grads] == shapes
    check_drawn(decoder.params, [1e4, 84, 53, 0, 106, 0])
    check_drawn(reference.PeekyDecoder(*sizes).params, [1e4, 84, 53, 0, 106, 0])
    assert all(np.array_equal(p, q) for p, q in zip(decoder.params, same.params, strict=True))
    assert not np.array_equal(decoder.params[0], other.params[0])


# the model


def test_model_agrees_with_torch(reference):
    model, xs, ts = filled(reference.PeekySeq2seq(V, D, H), 24), ids(25, N, S), ids(26, N, T)
    theirs, kept = in_float64(model.params), list(model.grads)
    h = torch_encode(torch.nn.functional.embedding(torch.tensor(xs), theirs[0]), theirs[1:4])
    loss = torch_cross_entropy(torch_decode(theirs[4:], ts[:, :-1], h, peeky=True), ts[:, 1:])
    loss.backward()
    assert model.forward(xs, ts) == pytest.approx(loss.item(), rel=1e-5)
    for dout in (0.5, 1):
        model.backward(dout)
        for grad, wanted in zip(model.grads, theirs, strict=True):
            agree(grad, dout * wanted.grad, atol=1e-5)
    assert all(grad is before for grad, before in zip(model.grads, kept, strict=True))
    answer = model.generate(xs, 4, 3)
    np.testing.assert_array_equal(answer, model.decoder.generate(model.encoder.forward(xs), 4, 3))


def test_model_lists_its_two_parts(reference):
    model, same = (reference.PeekySeq2seq(97, 31, 53, np.random.default_rng(27)) for _ in range(2))
    assert isinstance(model, reference.Seq2seq)
    assert isinstance(model.decoder, reference.PeekyDecoder)
    for mine, parts in ((model.params, "params"), (model.grads, "grads")):
        wanted = getattr(model.encoder, parts) + getattr(model.decoder, parts)
        assert all(one is other for one, other in zip(mine, wanted, strict=True))
    check_drawn(model.params, [1e4, 31, 53, 0, 1e4, 84, 53, 0, 106, 0])
    assert all(np.array_equal(p, q) for p, q in zip(model.params, same.params, strict=True))
    assert not np.array_equal(model.encoder.params[0], model.decoder.params[0])
