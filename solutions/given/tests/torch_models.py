"""The course's models rebuilt from torch's own kernels with the same weights, and comparisons with them."""

from __future__ import annotations

import numpy as np
import torch


def drawn(seed, *shapes):
    """One array of each shape, from N(0, 1)."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def filled(model, seed, scale=0.5):
    """The model with larger weights, biases too, so that nothing is zero by accident."""
    for param, values in zip(model.params, drawn(seed, *(param.shape for param in model.params)), strict=True):
        param[...] = scale * values
    return model


def tensor(array):
    """A leaf that gets a gradient."""
    return torch.tensor(np.array(array), requires_grad=True)


def agree(mine, theirs, atol=1e-11):
    """Assert the same shape and, up to rounding, the same numbers."""
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    assert mine.shape == theirs.shape
    np.testing.assert_allclose(mine, theirs, atol=atol, rtol=1e-6 if atol > 1e-9 else 1e-9)


def torch_order(array):
    """Gate blocks f, g, i, o of the last axis in torch's order i, f, g, o, along the first axis."""
    f, g, i, o = torch.chunk(array, 4, dim=-1)
    return torch.cat([i, f, g, o], dim=-1).movedim(-1, 0)


def torch_lstm(xs, weights, h, c):
    """torch's own LSTM kernel on our weights: (hs, h, c), differentiable down to the weights."""
    Wx, Wh, b = weights
    flat = [torch_order(Wx), torch_order(Wh), torch_order(b), torch.zeros_like(b)]
    hs, h, c = torch.lstm(xs, (h[None], c[None]), flat, True, 1, 0.0, False, False, True)
    return hs, h[0], c[0]


def torch_encode(vectors, lstm):
    """The last hidden state of an LSTM that reads word vectors (N, S, D) from a zero state."""
    zero = torch.zeros(len(vectors), len(lstm[1]), dtype=vectors.dtype)
    return torch_lstm(vectors, lstm, zero, zero)[1]


def torch_decode(params, xs, h, peeky=False):
    """Scores (N, T, V) of a decoder with these `params`; a peeky one joins h, first, to both inputs of every step."""
    W, Wx, Wh, b, affine, bias = params
    repeated = h[:, None].expand(-1, xs.shape[1], -1)
    vectors = torch.nn.functional.embedding(torch.tensor(xs), W)
    vectors = torch.cat([repeated, vectors], dim=2) if peeky else vectors
    hs, _, _ = torch_lstm(vectors, (Wx, Wh, b), h, torch.zeros_like(h))
    return (torch.cat([repeated, hs], dim=2) if peeky else hs) @ affine + bias


def torch_attend(hs, states, mask=None):
    """torch's own attention kernel, unscaled: context vectors (N, T, H) of states (N, T, H) over hs (N, S, H)."""
    seen = None if mask is None else torch.tensor(mask)[:, None, :]
    return torch.nn.functional.scaled_dot_product_attention(states, hs, hs, attn_mask=seen, scale=1.0)


def torch_look_back(params, xs, enc_hs):
    """Scores (N, T, V) of a decoder with these `params` and attention over all of enc_hs (N, S, H)."""
    W, Wx, Wh, b, affine, bias = params
    vectors = torch.nn.functional.embedding(torch.tensor(xs), W)
    first = enc_hs[:, -1]
    hs, _, _ = torch_lstm(vectors, (Wx, Wh, b), first, torch.zeros_like(first))
    return torch.cat([torch_attend(enc_hs, hs), hs], dim=2) @ affine + bias


def torch_cross_entropy(scores, ts):
    """The mean cross-entropy of targets (N, T), in nats."""
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), torch.tensor(ts).flatten())
