"""The answers of assignment 06 against torch, against step-by-step computations, and numbers worked by hand."""

import itertools
import sys

import numpy as np
import pytest
import torch

from autograder import course
from autograder.errors import GraderError
from solutions.given.tests.torch_models import agree, drawn, filled, tensor, torch_lstm

from .hidden_tests.oracle_torch import loaded, one_way, packed_both_ways

N, T, D, H, V = 3, 5, 2, 7, 11
RAGGED = [3, 5, 1]
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("06_bidirectional_lstm")


def ids(seed, *shape):
    return np.random.default_rng(seed).integers(V, size=shape)


def lstm_weights(seed, D=D, H=H):
    return drawn(seed, (D, 4 * H), (H, 4 * H), (4 * H,))


def both_weights(seed, D=D, H=H):
    return lstm_weights(seed, D, H) + lstm_weights(seed + 1000, D, H)


def torch_both_ways(xs, weights, lengths):
    """hs (N, T, 2H) by torch's kernel: every row alone, reversed before and after the second reading."""
    rows = []
    for row, length in zip(xs, lengths, strict=True):
        real, zero = row[None, :length], torch.zeros(1, len(weights[1]), dtype=row.dtype)
        ahead, _, _ = torch_lstm(real, weights[:3], zero, zero)
        back, _, _ = torch_lstm(real.flip(1), weights[3:], zero, zero)
        hs = torch.cat([ahead, back.flip(1)], dim=2)[0]
        rows.append(torch.nn.functional.pad(hs, (0, 0, 0, len(row) - length)))
    return torch.stack(rows)


# TimeBiLSTM


@pytest.mark.parametrize("lengths", [None, RAGGED, np.array(RAGGED, np.int32), [5, 5, 5], [1, 1, 1], [2, 4, 3]])
def test_bilstm_agrees_with_torch(reference, lengths):
    weights, (xs, dhs) = both_weights(1), drawn(2, (N, T, D), (N, T, 2 * H))
    theirs, txs = [tensor(weight) for weight in weights], tensor(xs)
    counts = [T] * N if lengths is None else list(lengths)
    hs = torch_both_ways(txs, theirs, counts)
    hs.backward(torch.tensor(dhs))
    layer, sent = reference.TimeBiLSTM(*weights), [array.copy() for array in (*weights, xs, dhs)]
    kept = list(layer.grads)
    layer.forward(drawn(3, (2, 3, D))[0], [1, 3])  # must leave no trace
    mine = layer.forward(xs) if lengths is None else layer.forward(xs, lengths)
    agree(mine, hs)
    for _ in range(2):
        dxs = layer.backward(dhs)
        agree(dxs, txs.grad)
        for grad, wanted in zip(layer.grads, theirs, strict=True):
            agree(grad, wanted.grad)
    padding = np.arange(T) >= np.array(counts)[:, None]
    assert not np.any(mine[padding])
    assert not np.any(dxs[padding])
    assert all(grad is before for grad, before in zip(layer.grads, kept, strict=True))
    assert all(param is weight for param, weight in zip(layer.params, weights, strict=True))
    for array, before in zip((*weights, xs, dhs), sent, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(("n", "t", "d", "h_size"), [(1, 1, 1, 1), (3, 1, 2, 5), (1, 7, 2, 3), (7, 2, 5, 3)])
def test_bilstm_of_small_sizes(reference, n, t, d, h_size):
    weights, (xs, dhs) = both_weights(4, d, h_size), drawn(5, (n, t, d), (n, t, 2 * h_size))
    theirs, txs = [tensor(weight) for weight in weights], tensor(xs)
    hs = torch_both_ways(txs, theirs, [t] * n)
    hs.backward(torch.tensor(dhs))
    layer = reference.TimeBiLSTM(*weights)
    agree(layer.forward(xs), hs)
    agree(layer.backward(dhs), txs.grad)
    for grad, wanted in zip(layer.grads, theirs, strict=True):
        agree(grad, wanted.grad)


@pytest.mark.parametrize("seed", range(10))
def test_bilstm_agrees_with_packed_sequences(reference, seed):
    """This also checks that the suite's oracle is torch.nn.LSTM over packed sequences."""
    weights, (xs, dhs) = both_weights(6 + seed), drawn(7 + seed, (N, T, D), (N, T, 2 * H))
    lengths = np.random.default_rng(seed).integers(1, T + 1, N)
    wanted = packed_both_ways(weights, xs, lengths.tolist(), dhs)
    agree(wanted.hs, torch_both_ways(torch.tensor(xs), [torch.tensor(w) for w in weights], lengths))
    layer = reference.TimeBiLSTM(*weights)
    agree(layer.forward(xs, lengths), wanted.hs)
    agree(layer.backward(dhs), wanted.dxs)
    for grad, theirs in zip(layer.grads, wanted.grads, strict=True):
        agree(grad, theirs)


def test_bilstm_reads_each_row_from_its_own_end(reference):
    """With the same weights both ways, a row's halves are those of the reversed row, reversed and exchanged."""
    one, (xs,) = lstm_weights(8), drawn(9, (1, T, D))
    layer, length = reference.TimeBiLSTM(*one, *one), 3
    turned = np.concatenate([xs[:, :length][:, ::-1], xs[:, length:]], axis=1)
    mine, other = layer.forward(xs, [length]), layer.forward(turned, [length])
    agree(mine[:, :length, H:], other[:, :length, :H][:, ::-1])
    agree(mine[:, :length, :H], reference.TimeLSTM(*one).forward(xs[:, :length]))


def test_bilstm_does_not_look_at_padding(reference):
    layer, (xs, dhs) = reference.TimeBiLSTM(*both_weights(10)), drawn(11, (N, T, D), (N, T, 2 * H))
    padding = np.arange(T) >= np.array(RAGGED)[:, None]
    results = []
    for garbage in (0.0, 50.0, -1e6):
        xs[padding], dhs[padding] = garbage, -garbage
        results.append([layer.forward(xs, RAGGED), layer.backward(dhs), *(grad.copy() for grad in layer.grads)])
    for other in results[1:]:
        for array, wanted in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(array, wanted)


def test_bilstm_numerical_gradient_with_lengths(reference):
    weights, (xs, weight) = both_weights(12, 2, 3), drawn(13, (N, T, 2), (N, T, 6))
    layer = reference.TimeBiLSTM(*weights)

    def loss():
        return float(np.sum(weight * layer.forward(xs, RAGGED)))

    numerical = [reference.numerical_gradient(loss, array) for array in (xs, *weights)]
    layer.forward(xs, RAGGED)
    for mine, wanted in zip([layer.backward(weight), *layer.grads], numerical, strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-8)


@pytest.mark.parametrize(
    "lengths", [[3, 0, 1], [3, 6, 1], [-1, 5, 1], [3, 5], [3, 5, 1, 2], [3], [], [3.0, 5.0, 1.5], [[3, 5, 1]], 3]
)
def test_bilstm_refuses_lengths(reference, lengths):
    layer, (xs,) = reference.TimeBiLSTM(*both_weights(14)), drawn(15, (N, T, D))
    with pytest.raises(ValueError, match="lengths must be 3 ints from 1 to 5, got"):
        layer.forward(xs, lengths)


def test_bilstm_keeps_float32(reference):
    layer = reference.TimeBiLSTM(*(weight.astype(np.float32) for weight in both_weights(16)))
    xs, dhs = (array.astype(np.float32) for array in drawn(17, (N, T, D), (N, T, 2 * H)))
    for lengths in (None, RAGGED):
        results = [layer.forward(xs, lengths), layer.backward(dhs), *layer.grads]
        assert {array.dtype for array in results} == {np.dtype(np.float32)}


# to_torch_weights


def test_to_torch_weights_by_hand(reference):
    Wx, Wh, b = np.array([[1, 2, 3, 4], [5, 6, 7, 8]]), np.array([[10, 20, 30, 40]]), np.array([-1, -2, -3, -4])
    theirs = reference.to_torch_weights(Wx, Wh, b)  # f, g, i, o to i, f, g, o
    assert set(theirs) == {"weight_ih", "weight_hh", "bias"}
    np.testing.assert_array_equal(theirs["weight_ih"], [[3, 7], [1, 5], [2, 6], [4, 8]])
    np.testing.assert_array_equal(theirs["weight_hh"], [[30], [10], [20], [40]])
    np.testing.assert_array_equal(theirs["bias"], [-3, -1, -2, -4])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("d", "h_size"), [(D, H), (1, 1), (1, 5), (5, 1)])
def test_to_torch_weights_in_torch(reference, d, h_size, dtype):
    weights = [weight.astype(dtype) for weight in lstm_weights(18, d, h_size)]
    (xs,) = drawn(19, (N, T, d))
    xs = xs.astype(dtype)
    theirs = reference.to_torch_weights(*weights)
    assert {array.dtype for array in theirs.values()} == {np.dtype(dtype)}
    assert not any(np.shares_memory(array, weight) for array in theirs.values() for weight in weights)
    agree(reference.TimeLSTM(*weights).forward(xs), one_way(theirs, xs), atol=1e-6 if dtype == np.float32 else 1e-11)


def test_a_grader_without_torch_blames_nobody(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(GraderError, match=r"autograder\[torch\]"):
        loaded.__wrapped__()


# ResidualLSTM


def stack_of(reference, seed, widths):
    weights = [lstm_weights(seed + i, *pair) for i, pair in enumerate(itertools.pairwise(widths))]
    return reference.ResidualLSTM([reference.TimeLSTM(*three) for three in weights]), weights


@pytest.mark.parametrize("widths", [(7, 7), (3, 7), (3, 7, 7, 5, 5), (7, 7, 7, 7), (1, 7), (7, 1, 5), (1, 1), (5, 3)])
def test_residual_stack_agrees_with_torch(reference, widths):
    stack, weights = stack_of(reference, 20, widths)
    xs, dhs = drawn(21, (N, T, widths[0]), (N, T, widths[-1]))
    theirs, txs = [[tensor(weight) for weight in three] for three in weights], tensor(xs)
    states = txs
    for three in theirs:
        zero = torch.zeros(N, len(three[1]), dtype=states.dtype)
        hs, _, _ = torch_lstm(states, three, zero, zero)
        states = hs + states if hs.shape[2] == states.shape[2] else hs
    states.backward(torch.tensor(dhs))
    sent, kept = (xs.copy(), dhs.copy()), list(stack.grads)
    agree(stack.forward(xs), states)
    for _ in range(2):
        agree(stack.backward(dhs), txs.grad)
        for grad, wanted in zip(stack.grads, [weight for three in theirs for weight in three], strict=True):
            agree(grad, wanted.grad)
    for lists in ("params", "grads"):
        wanted = [array for layer in stack.layers for array in getattr(layer, lists)]
        assert all(mine is array for mine, array in zip(getattr(stack, lists), wanted, strict=True))
    assert all(mine is before for mine, before in zip(stack.grads, kept, strict=True))
    for array, before in zip((xs, dhs), sent, strict=True):
        np.testing.assert_array_equal(array, before)


def test_residual_stack_of_silent_layers_is_the_way_round(reference):
    """An LSTM with zero weights returns zeros, so the stack and its gradient are the identity."""
    layers = [reference.TimeLSTM(np.zeros((D, 4 * D)), np.zeros((D, 4 * D)), np.zeros(4 * D)) for _ in range(3)]
    stack, (xs, dhs) = reference.ResidualLSTM(layers), drawn(22, (N, T, D), (N, T, D))
    np.testing.assert_array_equal(stack.forward(xs), xs)
    np.testing.assert_array_equal(stack.backward(dhs), dhs)


# BiEncoder, BiAttentionSeq2seq


def check_drawn(params, fan_in):
    for param, rows in zip(params, fan_in, strict=True):
        assert param.dtype == np.float32
        assert param.std() == pytest.approx(rows and rows**-0.5, rel=0.06)
        assert abs(param.mean()) <= 0.06 * param.std()


def test_encoder_agrees_with_torch(reference):
    encoder, xs = filled(reference.BiEncoder(V, 3, 14), 23), ids(24, N, T)
    dhs = drawn(25, (N, T, 14))[0].astype(np.float32)
    theirs, kept = [tensor(param.astype(np.float64)) for param in encoder.params], list(encoder.grads)
    hs = torch_both_ways(torch.nn.functional.embedding(torch.tensor(xs), theirs[0]), theirs[1:], [T] * N)
    hs.backward(torch.tensor(dhs.astype(np.float64)))
    encoder.forward(ids(26, 2, 3))  # must leave no trace
    mine = encoder.forward(xs)
    agree(mine, hs, atol=1e-5)
    assert mine.dtype == np.float32
    for _ in range(2):
        encoder.backward(dhs)
        for grad, wanted in zip(encoder.grads, theirs, strict=True):
            agree(grad, wanted.grad, atol=1e-5)
    assert all(grad is before for grad, before in zip(encoder.grads, kept, strict=True))


def test_encoder_initial_weights(reference):
    shapes = [(97, 31), *2 * [(31, 212), (53, 212), (212,)]]
    encoder, same, other = (reference.BiEncoder(97, 31, 106, np.random.default_rng(seed)) for seed in (27, 27, 28))
    assert [param.shape for param in encoder.params] == [grad.shape for grad in encoder.grads] == shapes
    check_drawn(encoder.params, [1e4, 31, 53, 0, 31, 53, 0])
    check_drawn(reference.BiEncoder(97, 31, 106).params, [1e4, 31, 53, 0, 31, 53, 0])
    assert all(np.array_equal(p, q) for p, q in zip(encoder.params, same.params, strict=True))
    assert not np.array_equal(encoder.params[0], other.params[0])
    assert not np.array_equal(encoder.params[1], encoder.params[4])
    with pytest.raises(ValueError, match="hidden_size must be even, got 7"):
        reference.BiEncoder(11, 3, 7)


def test_model_is_its_two_parts(reference):
    model, xs, ts = filled(reference.BiAttentionSeq2seq(V, 3, 14), 29), ids(30, N, T), ids(31, N, 4)
    assert isinstance(model, reference.Seq2seq)
    encoder, decoder = reference.BiEncoder(V, 3, 14), reference.AttentionDecoder(V, 3, 14)
    for part, params in ((encoder, model.params[:7]), (decoder, model.params[7:])):
        for mine, theirs in zip(part.params, params, strict=True):
            mine[...] = theirs
    scores = tensor(decoder.forward(ts[:, :-1], encoder.forward(xs)).astype(np.float64))
    loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), torch.tensor(ts[:, 1:]).flatten())
    loss.backward()
    assert model.forward(xs, ts) == pytest.approx(loss.item(), rel=1e-6)
    for dout in (0.5, 1):
        model.backward(dout)
        encoder.backward(decoder.backward((dout * scores.grad.numpy()).astype(np.float32)))
        for mine, wanted in zip(model.grads, encoder.grads + decoder.grads, strict=True):
            agree(mine, wanted, atol=1e-6)
    np.testing.assert_array_equal(model.generate(xs, 4, 3), decoder.generate(encoder.forward(xs), 4, 3))


def test_model_lists_its_two_parts(reference):
    model, same = (reference.BiAttentionSeq2seq(97, 31, 106, np.random.default_rng(32)) for _ in range(2))
    assert len(model.params) == 13
    for parts in ("params", "grads"):
        wanted = getattr(model.encoder, parts) + getattr(model.decoder, parts)
        assert all(one is other for one, other in zip(getattr(model, parts), wanted, strict=True))
    assert all(np.array_equal(p, q) for p, q in zip(model.params, same.params, strict=True))
