"""The answers of assignment 03: numbers worked by hand, torch's gradients, and a training loop written out."""

import numpy as np
import pytest
import torch

from autograder import course
from solutions.given.tests.torch_models import agree, filled, tensor, torch_cross_entropy, torch_decode, torch_encode

from .hidden_tests import oracle_reversal

N, S, T, D, H, V = 2, 7, 5, 3, 11, 13
ADAM = {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8}
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("03_reversal")


def ids(seed, *shape):
    return np.random.default_rng(seed).integers(V, size=shape)


# reading backwards


def test_reverse_inputs_by_hand(reference):
    xs = np.array([[1, 2, 0], [3, 4, 5]], np.int32)
    sent = xs.copy()
    backwards = reference.reverse_inputs(xs)
    np.testing.assert_array_equal(backwards, [[0, 2, 1], [5, 4, 3]])
    assert backwards.dtype == np.int32
    backwards[...] = 9
    np.testing.assert_array_equal(xs, sent)
    np.testing.assert_array_equal(reference.reverse_inputs(xs[:, :1]), xs[:, :1])


@pytest.mark.parametrize(
    ("row", "pad_id", "wanted"),
    [
        ([1, 2, 3, 0, 0], 0, [3, 2, 1, 0, 0]),
        ([1, 0, 3, 0, 0], 0, [3, 0, 1, 0, 0]),
        ([0, 0, 3, 0], 0, [3, 0, 0, 0]),
        ([1, 2, 3], 0, [3, 2, 1]),
        ([0, 0, 0], 0, [0, 0, 0]),
        ([0], 0, [0]),
        ([5], 0, [5]),
        ([0, 4, 7, 7], 7, [4, 0, 7, 7]),
        ([2, 6, -1], -1, [6, 2, -1]),
    ],
)
def test_reverse_tokens_by_hand(reference, row, pad_id, wanted):
    xs = np.array([row], np.int16)
    backwards = reference.reverse_tokens(xs, pad_id)
    np.testing.assert_array_equal(backwards, [wanted])
    assert backwards.dtype == np.int16
    np.testing.assert_array_equal(xs, [row])


def test_reverse_tokens_row_by_row(reference):
    xs = np.random.default_rng(1).integers(3, size=(200, 5))
    for row, backwards in zip(xs.tolist(), reference.reverse_tokens(xs, 0).tolist(), strict=True):
        padding = []
        while row and row[-1] == 0:
            padding.append(row.pop())
        assert backwards == row[::-1] + padding
    np.testing.assert_array_equal(reference.reverse_tokens(reference.reverse_tokens(1 + xs, 0), 0), 1 + xs)


@pytest.mark.parametrize("source_length", [1, 2, 3, 7])
@pytest.mark.parametrize("target_length", [1, 2, 5, 11])
def test_time_lags(reference, source_length, target_length):
    plain, backwards = (reference.time_lags(source_length, target_length, reverse) for reverse in (False, True))
    for lags, reverse in ((plain, False), (backwards, True)):
        assert lags.dtype.kind == "i"
        assert lags.tolist() == oracle_reversal.lags(source_length, target_length, reverse)
    assert set(plain) == {source_length}
    assert backwards.tolist() == [2 * i + 1 for i in range(min(source_length, target_length))]
    if target_length >= source_length:
        assert backwards.mean() == plain.mean()
        assert backwards.min() == 1


# the effect of reversal on learning


@pytest.mark.parametrize(("n", "s", "t"), [(N, S, T), (1, 1, 2), (3, 1, T), (1, S, 2)])
def test_input_gradient_norms_agree_with_torch(reference, n, s, t):
    model, xs, ts = filled(reference.Seq2seq(V, D, H), 2), ids(3, n, s), ids(4, n, t)
    before = [param.copy() for param in model.params]
    params = [torch.tensor(param.astype(np.float64)) for param in model.params]
    vectors = tensor(model.params[0][xs].astype(np.float64))
    scores = torch_decode(params[4:], ts[:, :-1], torch_encode(vectors, params[1:4]))
    torch_cross_entropy(scores, ts[:, 1:]).backward()
    wanted = vectors.grad.square().sum(dim=2).sqrt().mean(dim=0)
    agree(reference.input_gradient_norms(model, xs, ts), wanted, atol=1e-7)
    for param, kept in zip(model.params, before, strict=True):
        np.testing.assert_array_equal(param, kept)
    agree(oracle_reversal.position_norms(before, xs, ts), wanted, atol=1e-9)  # the oracle of the hidden suite


def torch_curve(model, train, test, epochs, batch_size, rng):
    """Exact match after each epoch of torch's Adam on torch's gradients, clipped by torch."""
    (xs, ts), (test_xs, test_ts) = train, test
    params = [tensor(param.astype(np.float64)) for param in model.params]
    optimizer, curve = torch.optim.Adam(params, **ADAM), []
    for _ in range(epochs):
        order = rng.permutation(len(xs))
        for rows in np.split(order, range(batch_size, len(xs), batch_size)):
            h = torch_encode(params[0][torch.tensor(xs[rows])], params[1:4])
            loss = torch_cross_entropy(torch_decode(params[4:], ts[rows, :-1], h), ts[rows, 1:])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(params, 5.0)
            optimizer.step()
        for mine, theirs in zip(model.params, params, strict=True):
            mine[...] = theirs.detach().numpy()
        answers = model.generate(test_xs, 12, test_ts.shape[1] - 1)
        curve.append(float(np.mean([np.array_equal(a, b) for a, b in zip(answers, test_ts[:, 1:], strict=True)])))
    return curve


@pytest.mark.parametrize("reverse", [False, True])
def test_learning_curve_agrees_with_a_loop_in_torch(reference, reverse):
    """The task: words of three letters, of which the model has to repeat the middle one."""
    words = np.random.default_rng(6).integers(4, size=(61, 3)), np.random.default_rng(7).integers(4, size=(53, 3))
    train, test = ((xs, np.insert(xs[:, 1:2], 0, 12, axis=1)) for xs in words)
    sent = [part.copy() for part in (*train, *test)]
    models = []

    def make_model(rng):
        models.append(reference.Seq2seq(V, D, H, rng))
        models[-1].params[0][...] *= 100
        models[-1].params[4][...] *= 100
        return models[-1]

    curve = reference.learning_curve(make_model, train, test, 20, 7, reverse, np.random.default_rng(5))
    assert len(models) == 1
    for part, before in zip((*train, *test), sent, strict=True):
        np.testing.assert_array_equal(part, before)
    rng = np.random.default_rng(5)
    turned = [(xs[:, ::-1] if reverse else xs, ts) for xs, ts in (train, test)]
    wanted = torch_curve(make_model(rng), *turned, 20, 7, rng)
    assert len(set(wanted)) > 5
    assert curve == wanted
    assert [type(share) for share in curve] == [float] * 20
    again = reference.learning_curve(make_model, train, test, 20, 7, reverse, np.random.default_rng(5))
    assert again == curve
