"""Lags counted on a timeline, and the dependence of a Seq2seq's loss on each source position, by differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.testing.checks.plain_values import Array

STEP = 1e-5  # central differences of a loss of about 2 in float64: good to about 1e-10


def lags(source_length: int, target_length: int, reverse: bool) -> list[int]:
    """The number of steps between reading and emitting each token, counted on one timeline."""
    order = range(source_length)[::-1] if reverse else range(source_length)
    read = {token: step for step, token in enumerate(order)}
    emitted = {token: source_length + token for token in range(target_length)}
    return [emitted[token] - read[token] for token in range(min(source_length, target_length))]


def position_norms(drawn: Sequence[Array], xs: Array, ts: Array) -> Array:
    """The mean over rows of the L2 norm of the loss's gradient at each source word vector, (S,), in float64.

    drawn   `params` of a Seq2seq: the encoder's four, then the decoder's six
    Word vectors are moved position by position, whatever the id there; a row's loss depends on its own vectors alone.
    """
    W, *rest = (part.astype(np.float64) for part in drawn)
    vectors = W[xs]
    gradient = np.zeros_like(vectors)
    for place in np.ndindex(vectors.shape[1:]):
        moved = [vectors.copy() for _ in range(2)]
        for copy, step in zip(moved, (STEP, -STEP), strict=True):
            copy[(slice(None), *place)] += step
        ahead, behind = (_row_losses(copy, rest, ts) for copy in moved)
        gradient[(slice(None), *place)] = (ahead - behind) / (2 * STEP * len(xs))
    return np.asarray(np.linalg.norm(gradient, axis=2).mean(axis=0))


def _row_losses(vectors: Array, rest: Sequence[Array], ts: Array) -> Array:
    """The mean cross-entropy of each row's target tokens."""
    encoder, (W, *decoder, affine, b) = rest[:3], rest[3:]
    h = _hidden_states(vectors, encoder, np.zeros((len(ts), len(encoder[1]))))[-1]
    scores = np.stack(_hidden_states(W[ts[:, :-1]], decoder, h), axis=1) @ affine + b
    surprise = np.log(np.exp(scores).sum(axis=2)) - np.take_along_axis(scores, ts[:, 1:, None], axis=2)[:, :, 0]
    return np.asarray(surprise.mean(axis=1))


def _hidden_states(vectors: Array, lstm: Sequence[Array], h: Array) -> list[Array]:
    """The hidden state after every step of an LSTM that starts from h and a zero cell state."""
    Wx, Wh, b = lstm
    c, hs = np.zeros_like(h), []
    for x in vectors.transpose(1, 0, 2):
        f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        c = _sigmoid(f) * c + np.tanh(g) * _sigmoid(i)
        h = _sigmoid(o) * np.tanh(c)
        hs.append(h)
    return hs


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))
