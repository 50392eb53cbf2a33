"""The answers of assignment 05 against torch, against slow and plain computations, and numbers worked by hand."""

import numpy as np
import pytest
import torch

from autograder import course
from solutions.given.tests.torch_models import (
    agree,
    drawn,
    filled,
    tensor,
    torch_attend,
    torch_cross_entropy,
    torch_look_back,
    torch_lstm,
)

N, S, T, D, H, V = 2, 7, 5, 3, 11, 13
RAGGED = np.arange(S) < np.array([[4], [1]])
SCATTERED = np.arange(2 * S).reshape(2, S) % 3 == 1
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def reference():
    return course.current().reference("05_attention")


def ids(seed, *shape):
    return np.random.default_rng(seed).integers(V, size=shape)


def in_float64(params):
    return [tensor(param.astype(np.float64)) for param in params]


def narrow(seed, *shapes):
    return [part.astype(np.float32) for part in drawn(seed, *shapes)]


def check_left_alone(arrays, before):
    for array, earlier in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, earlier)


# WeightSum, AttentionWeight


def test_weight_sum_by_hand(reference):
    layer = reference.WeightSum()
    hs, a = np.array([[[1.0, 2], [3, 4], [5, 6]]]), np.array([[0.5, 0.25, 0.0]])
    np.testing.assert_array_equal(layer.forward(hs, a), [[1.25, 2]])
    dhs, da = layer.backward(np.array([[1.0, 10]]))
    np.testing.assert_array_equal(dhs, [[[0.5, 5], [0.25, 2.5], [0, 0]]])
    np.testing.assert_array_equal(da, [[21, 43, 65]])


@pytest.mark.parametrize(("n", "s", "h"), [(N, S, H), (1, S, H), (N, 1, H), (N, S, 1), (1, 1, 1)])
def test_weight_sum_agrees_with_torch(reference, n, s, h):
    layer, (hs, a, dc) = reference.WeightSum(), drawn(1, (n, s, h), (n, s), (n, h))
    theirs = [tensor(hs), tensor(a)]
    c = torch.einsum("ns,nsh->nh", theirs[1], theirs[0])
    c.backward(torch.tensor(dc))
    agree(layer.forward(hs, a), c)
    for mine, wanted in zip(layer.backward(dc), theirs, strict=True):
        agree(mine, wanted.grad)


def test_attention_weight_by_hand(reference):
    layer = reference.AttentionWeight()
    hs, h = np.log([[[2.0], [3], [5]]]), np.ones((1, 1))
    np.testing.assert_allclose(layer.forward(hs, h), [[0.2, 0.3, 0.5]])
    np.testing.assert_allclose(layer.forward(hs, h, np.array([[True, True, False]])), [[0.4, 0.6, 0]])
    dhs, _ = layer.backward(np.array([[1.0, 0, 7]]))
    np.testing.assert_allclose(dhs, [[[0.24], [-0.24], [0]]])


@pytest.mark.parametrize("mask", [None, RAGGED, SCATTERED], ids=["all", "ragged", "scattered"])
def test_attention_weight_agrees_with_torch(reference, mask):
    layer, (hs, h, da) = reference.AttentionWeight(), drawn(2, (N, S, H), (N, H), (N, S))
    theirs = [tensor(hs), tensor(h)]
    scores = torch.einsum("nsh,nh->ns", *theirs)
    scores = scores if mask is None else scores.masked_fill(torch.tensor(~mask), -torch.inf)
    a = torch.softmax(scores, dim=1)
    a.backward(torch.tensor(da))
    agree(layer.forward(hs, h, mask), a)
    for mine, wanted in zip(layer.backward(da), theirs, strict=True):
        agree(mine, wanted.grad)


# Attention, TimeAttention


@pytest.mark.parametrize("mask", [None, RAGGED, SCATTERED], ids=["all", "ragged", "scattered"])
@pytest.mark.parametrize("t", [None, T, 1])
def test_attention_agrees_with_torch(reference, t, mask):
    """Without t, Attention; with t, TimeAttention of t steps."""
    layer = reference.Attention() if t is None else reference.TimeAttention()
    shape = (N, H) if t is None else (N, t, H)
    hs, h, dc = drawn(3, (N, S, H), shape, shape)
    before = [part.copy() for part in (hs, h, dc)]
    theirs = [tensor(hs), tensor(h)]
    c = torch_attend(theirs[0], theirs[1].reshape(N, -1, H), mask).reshape(shape)
    c.backward(torch.tensor(dc))
    for _ in range(2):
        agree(layer.forward(hs, h, mask), c)
        for mine, wanted in zip(layer.backward(dc), theirs, strict=True):
            agree(mine, wanted.grad)
    weights = layer.attention_weight[:, None] if t is None else layer.attention_weights
    np.testing.assert_allclose(weights.sum(axis=2), 1)
    np.testing.assert_allclose(weights @ hs, layer.forward(hs, h, mask).reshape(N, -1, H))
    if mask is not None:
        assert not weights[np.broadcast_to(~mask[:, None], weights.shape)].any()
        assert not layer.backward(dc)[0][~mask].any()
    check_left_alone((hs, h, dc), before)


@pytest.mark.parametrize("mask", [None, RAGGED, SCATTERED], ids=["all", "ragged", "scattered"])
def test_time_attention_is_attention_step_by_step(reference, mask):
    (hs, states, dcs), together = drawn(4, (N, S, H), (N, T, H), (N, T, H)), reference.TimeAttention()
    contexts = together.forward(hs, states, mask)
    dhs, dstates = together.backward(dcs)
    added = np.zeros_like(hs)
    for t in range(T):
        look = reference.Attention()
        np.testing.assert_allclose(look.forward(hs, states[:, t], mask), contexts[:, t])
        np.testing.assert_allclose(look.attention_weight, together.attention_weights[:, t])
        dhs_t, dh = look.backward(dcs[:, t])
        np.testing.assert_allclose(dh, dstates[:, t], atol=1e-12)
        added += dhs_t
    np.testing.assert_allclose(dhs, added, atol=1e-12)


def test_attention_does_not_know_the_order_of_steps(reference):
    (hs, h), order = drawn(5, (N, S, H), (N, H)), [3, 0, 6, 2, 1, 5, 4]
    one, other = reference.Attention(), reference.Attention()
    np.testing.assert_allclose(other.forward(hs[:, order], h), one.forward(hs, h))
    np.testing.assert_allclose(other.attention_weight, one.attention_weight[:, order])


@pytest.mark.parametrize("name", ["AttentionWeight", "Attention", "TimeAttention"])
def test_masks(reference, name):
    hs, h = drawn(6, (N, S, H), (N, T, H) if name == "TimeAttention" else (N, H))
    nothing = RAGGED & [[True], [False]]
    with pytest.raises(ValueError, match="mask must have a True in every row, row 1 has none"):
        getattr(reference, name)().forward(hs, h, nothing)
    padded = np.where(RAGGED[:, :, None], hs, 1e4)
    wanted = getattr(reference, name)().forward(hs, h, RAGGED)
    np.testing.assert_array_equal(getattr(reference, name)().forward(padded, h, RAGGED), wanted)
    for dtype in (np.float32, np.float64):
        layer = getattr(reference, name)()
        result = layer.forward(hs.astype(dtype), h.astype(dtype), RAGGED)
        gradients = layer.backward(np.ones_like(result))
        assert {part.dtype for part in (result, *gradients)} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_of_ten_thousand(reference, dtype):
    hs = np.array([[[100], [-100], [99]], [[-100], [-100], [-99]]], dtype)
    weights = reference.AttentionWeight().forward(hs, np.full((2, 1), 100, dtype))
    np.testing.assert_allclose(weights, [[1, 0, 0], [0, 0, 1]], atol=1e-30)
    mask = np.array([[False, True, False], [True, True, False]])
    weights = reference.AttentionWeight().forward(hs, np.full((2, 1), 100, dtype), mask)
    np.testing.assert_array_equal(weights, [[0, 1, 0], [0.5, 0.5, 0]])


# AttentionEncoder


@pytest.mark.parametrize(("n", "s"), [(N, S), (1, S), (3, 1), (1, 1)])
def test_encoder_agrees_with_torch(reference, n, s):
    encoder, xs, (dhs,) = filled(reference.AttentionEncoder(V, D, H), 7), ids(8, n, s), narrow(9, (n, s, H))
    theirs, kept, before = in_float64(encoder.params), list(encoder.grads), (xs.copy(), dhs.copy())
    zero = torch.zeros(n, H, dtype=torch.float64)
    hs, _, _ = torch_lstm(torch.nn.functional.embedding(torch.tensor(xs), theirs[0]), theirs[1:], zero, zero)
    hs.backward(torch.tensor(dhs.astype(np.float64)))
    for _ in range(2):
        agree(encoder.forward(xs), hs, atol=1e-5)
        encoder.backward(dhs)
        for mine, wanted in zip(encoder.grads, theirs, strict=True):
            agree(mine, wanted.grad, atol=1e-4)
    assert all(mine is earlier for mine, earlier in zip(encoder.grads, kept, strict=True))
    check_left_alone((xs, dhs), before)


# AttentionDecoder


@pytest.mark.parametrize(("n", "t", "s"), [(N, T, S), (1, T, S), (3, 1, S), (N, T, 1), (1, 1, 1)])
def test_decoder_agrees_with_torch(reference, n, t, s):
    decoder, xs = filled(reference.AttentionDecoder(V, D, H), 10), ids(11, n, t)
    enc_hs, dscores = narrow(12, (n, s, H), (n, t, V))
    before, kept = (xs.copy(), enc_hs.copy(), dscores.copy()), list(decoder.grads)
    theirs, their_hs = in_float64(decoder.params), tensor(enc_hs.astype(np.float64))
    scores = torch_look_back(theirs, xs, their_hs)
    scores.backward(torch.tensor(dscores.astype(np.float64)))
    decoder.forward(ids(13, 5, 3), *narrow(14, (5, 2, H)))  # must leave no trace
    mine = decoder.forward(xs, enc_hs)
    agree(mine, scores, atol=1e-4)
    for _ in range(2):
        denc_hs = decoder.backward(dscores)
        agree(denc_hs, their_hs.grad, atol=2e-4)
        for grad, wanted in zip(decoder.grads, theirs, strict=True):
            agree(grad, wanted.grad, atol=2e-4)
    assert {array.dtype for array in (mine, denc_hs, *decoder.params, *decoder.grads)} == {np.dtype(np.float32)}
    assert all(grad is earlier for grad, earlier in zip(decoder.grads, kept, strict=True))
    check_left_alone((xs, enc_hs, dscores), before)


@pytest.mark.parametrize("start_id", [0, 4])
def test_generate_is_forward_step_by_step(reference, start_id):
    (enc_hs,), answers = narrow(15, (3, S, H)), []
    for seed in range(16, 26):
        decoder = filled(reference.AttentionDecoder(V, D, H), seed, scale=1.0)
        answer = decoder.generate(enc_hs, start_id, 6)
        assert answer.shape == (3, 6)
        assert answer.dtype.kind == "i"
        read = np.concatenate([np.full((3, 1), start_id), answer[:, :-1]], axis=1)
        scores = torch_look_back(in_float64(decoder.params), read, torch.tensor(enc_hs.astype(np.float64)))
        np.testing.assert_array_equal(scores.argmax(2), answer)
        np.testing.assert_array_equal(decoder.generate(enc_hs, start_id, 6), answer)
        np.testing.assert_array_equal(decoder.generate(enc_hs[1:2], start_id, 2), answer[1:2, :2])
        answers.append(answer)
    assert len({answer.tobytes() for answer in answers}) == len(answers)


def test_generate_takes_the_smallest_of_equal_ids(reference):
    decoder = filled(reference.AttentionDecoder(V, D, H), 26)
    for param in decoder.params[4:]:
        param[...] = 0
    decoder.params[5][[3, 8]] = 1
    np.testing.assert_array_equal(decoder.generate(*narrow(27, (2, S, H)), 1, 3), np.full((2, 3), 3))


def check_drawn(params, fan_in):
    for param, rows in zip(params, fan_in, strict=True):
        assert param.dtype == np.float32
        assert param.std() == pytest.approx(rows and rows**-0.5, rel=0.06)
        assert abs(param.mean()) <= 0.06 * param.std()


def test_initial_weights(reference):
    sizes, shapes = (97, 31, 53), [(97, 31), (31, 212), (53, 212), (212,), (106, 97), (97,)]
    decoder, same, other = (reference.AttentionDecoder(*sizes, np.random.default_rng(seed)) for seed in (28, 28, 29))
    assert [param.shape for param in decoder.params] == [grad.shape for grad in decoder.grads] == shapes
    check_drawn(decoder.params, [1e4, 31, 53, 0, 106, 0])
    check_drawn(reference.AttentionDecoder(*sizes).params, [1e4, 31, 53, 0, 106, 0])
    assert all(np.array_equal(p, q) for p, q in zip(decoder.params, same.params, strict=True))
    assert not np.array_equal(decoder.params[0], other.params[0])


# AttentionSeq2seq, attention_map


def their_model(params, xs, ts):
    """The loss and the weights of every step, by torch."""
    zero = torch.zeros(len(xs), H, dtype=torch.float64)
    vectors = torch.nn.functional.embedding(torch.tensor(xs), params[0])
    enc_hs, _, _ = torch_lstm(vectors, params[1:4], zero, zero)
    loss = torch_cross_entropy(torch_look_back(params[4:], ts[:, :-1], enc_hs), ts[:, 1:])
    read = torch.nn.functional.embedding(torch.tensor(ts[:, :-1]), params[4])
    states, _, _ = torch_lstm(read, params[5:8], enc_hs[:, -1], zero)
    return loss, torch.softmax(states @ enc_hs.transpose(1, 2), dim=2)


def test_model_agrees_with_torch(reference):
    model, xs, ts = filled(reference.AttentionSeq2seq(V, D, H), 30), ids(31, N, S), ids(32, N, T)
    theirs, kept = in_float64(model.params), list(model.grads)
    loss, _ = their_model(theirs, xs, ts)
    loss.backward()
    assert model.forward(xs, ts) == pytest.approx(loss.item(), rel=1e-5)
    for dout in (0.5, 1):
        model.backward(dout)
        for grad, wanted in zip(model.grads, theirs, strict=True):
            agree(grad, dout * wanted.grad, atol=1e-5)
    assert all(grad is earlier for grad, earlier in zip(model.grads, kept, strict=True))
    np.testing.assert_array_equal(model.generate(xs, 4, 3), model.decoder.generate(model.encoder.forward(xs), 4, 3))


def test_model_lists_its_two_parts(reference):
    model, same = (reference.AttentionSeq2seq(97, 31, 53, np.random.default_rng(33)) for _ in range(2))
    assert isinstance(model, reference.Seq2seq)
    assert isinstance(model.encoder, reference.AttentionEncoder)
    assert isinstance(model.decoder, reference.AttentionDecoder)
    for mine, parts in ((model.params, "params"), (model.grads, "grads")):
        wanted = getattr(model.encoder, parts) + getattr(model.decoder, parts)
        assert all(one is other for one, other in zip(mine, wanted, strict=True))
    check_drawn(model.params, [1e4, 31, 53, 0, 1e4, 31, 53, 0, 106, 0])
    assert all(np.array_equal(p, q) for p, q in zip(model.params, same.params, strict=True))


@pytest.mark.parametrize(("n", "s", "t"), [(N, S, T), (1, S, 2), (3, 1, T)])
def test_attention_map_agrees_with_torch(reference, n, s, t):
    model, xs, ts = filled(reference.AttentionSeq2seq(V, D, H), 34), ids(35, n, s), ids(36, n, t)
    weights = reference.attention_map(model, xs, ts)
    agree(weights, their_model(in_float64(model.params), xs, ts)[1], atol=1e-5)
    before = weights.copy()
    reference.attention_map(model, xs[:, ::-1], ts[:, ::-1])
    np.testing.assert_array_equal(weights, before)
    np.testing.assert_allclose(weights.sum(axis=2), 1, rtol=1e-5)


# GeneralScore, AdditiveScore


def plain_scores(params, hs, h):
    """Scores of GeneralScore, with one parameter, or of AdditiveScore, with three, by torch."""
    if len(params) == 1:
        return torch.einsum("ni,ij,nsj->ns", h, params[0], hs)
    W_enc, W_dec, v = params
    return torch.stack([torch.tanh(hs[:, s] @ W_enc + h @ W_dec) @ v for s in range(hs.shape[1])], dim=1)


def test_scores_by_hand(reference):
    hs, h = np.array([[[1.0, 2, 3], [0, 1, 0]]]), np.array([[1.0, 10]])
    W = np.array([[1.0, 0, 0], [0, 1, 1]])
    np.testing.assert_array_equal(reference.GeneralScore(W).forward(hs, h), [[51, 10]])
    additive = reference.AdditiveScore(np.array([[1.0], [0], [0]]), np.array([[0.0], [0.1]]), np.array([2.0]))
    np.testing.assert_allclose(additive.forward(hs, h), 2 * np.tanh([[2, 1]]))


@pytest.mark.parametrize("name", ["GeneralScore", "AdditiveScore"])
@pytest.mark.parametrize(("n", "s", "enc", "dec", "a"), [(2, 7, 3, 11, 5), (1, 1, 1, 1, 1), (3, 1, 2, 5, 1)])
def test_scores_agree_with_torch(reference, name, n, s, enc, dec, a):
    shapes = [(dec, enc)] if name == "GeneralScore" else [(enc, a), (dec, a), (a,)]
    layer = getattr(reference, name)(*drawn(37, *shapes))
    hs, h, dscores = drawn(38, (n, s, enc), (n, dec), (n, s))
    before, kept = [part.copy() for part in (hs, h, dscores, *layer.params)], list(layer.grads)
    params, theirs = [tensor(param) for param in layer.params], [tensor(hs), tensor(h)]
    scores = plain_scores(params, *theirs)
    scores.backward(torch.tensor(dscores))
    for _ in range(2):
        agree(layer.forward(hs, h), scores)
        for mine, wanted in zip([*layer.backward(dscores), *layer.grads], [*theirs, *params], strict=True):
            agree(mine, wanted.grad)
    assert all(grad is earlier for grad, earlier in zip(layer.grads, kept, strict=True))
    check_left_alone((hs, h, dscores, *layer.params), before)


@pytest.mark.parametrize("name", ["GeneralScore", "AdditiveScore"])
def test_scores_keep_float32(reference, name):
    layer = getattr(reference, name)(*narrow(39, *([(H, 3)] if name == "GeneralScore" else [(3, 5), (H, 5), (5,)])))
    scores = layer.forward(*narrow(40, (N, S, 3), (N, H)))
    gradients = layer.backward(np.ones_like(scores))
    assert {part.dtype for part in (scores, *gradients, *layer.grads)} == {np.dtype(np.float32)}
