"""The plain layers that every model of the course is built from, each over a whole batch of sequences.

A layer has `params` and `grads`, two lists of arrays of the same shapes in the same order. `forward` leaves its
inputs untouched; `backward` leaves the upstream gradient untouched and overwrites `grads` in place.
"""

import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)) of every number, same shape and dtype; neither large nor small numbers overflow."""
    return np.tanh(x * 0.5) * 0.5 + 0.5


class TimeEmbedding:
    """Look up the word vector of every id: `W (V, D)`, one row per word.

    `dout` keeps the upstream gradient of the last `backward`, shape `(N, T, D)`.
    """

    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.dout = None
        self._ids = None

    def forward(self, xs):
        """Ids `(N, T)` int -> word vectors `(N, T, D)`, in the dtype of `W`. ValueError: an id that is no row of W."""
        (W,) = self.params
        xs = np.asarray(xs)
        if xs.ndim != 2 or xs.dtype.kind not in "iu":
            raise ValueError(f"xs must be ids of shape (N, T), got {xs.dtype} of shape {xs.shape}")
        if xs.size and not (xs.min() >= 0 and xs.max() < len(W)):
            raise ValueError(f"xs must hold ids from 0 to {len(W) - 1}, got {xs.min()} to {xs.max()}")
        self._ids = xs.copy()
        return W[xs]

    def backward(self, dout):
        """Fill the gradient of `W` from `dout (N, T, D)`: rows of the same word add up. Ids have no gradient."""
        (dW,) = self.grads
        self.dout = dout
        ids = self._ids.ravel()
        order = np.argsort(ids, kind="stable")  # words side by side, so that each sum is one slice
        ids, rows = ids[order], dout.reshape(len(ids), -1)[order]
        starts = np.flatnonzero(np.diff(ids, prepend=-1))
        dW[...] = 0
        dW[ids[starts]] = np.add.reduceat(rows, starts, axis=0)


class TimeAffine:
    """The same affine map at every time step: `xs W + b`, with `W (D, M)` and `b (M,)`."""

    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self._xs = None

    def forward(self, xs):
        """`xs (N, T, D)` -> `(N, T, M)`. ValueError: the last axis of `xs` is not D."""
        W, b = self.params
        if xs.ndim != 3 or xs.shape[-1] != len(W):
            raise ValueError(f"xs must have shape (N, T, {len(W)}), got {xs.shape}")
        self._xs = xs
        flat = xs.reshape(-1, len(W)) @ W  # one matrix product for all steps of all sequences
        flat += b
        return flat.reshape(*xs.shape[:-1], len(b))

    def backward(self, dout):
        """`dout (N, T, M)` -> the gradient of `xs (N, T, D)`; fills the gradients of `W` and `b`."""
        W, _ = self.params
        dW, db = self.grads
        flat = dout.reshape(-1, W.shape[1])
        np.matmul(self._xs.reshape(-1, len(W)).T, flat, out=dW)
        np.sum(flat, axis=0, out=db)
        return (flat @ W.T).reshape(self._xs.shape)


class TimeSoftmaxWithLoss:
    """Softmax and mean cross-entropy, in nats per counted token; a label of -1 is not counted."""

    def __init__(self):
        self.params, self.grads = [], []
        self._cache = None

    def forward(self, scores, ts):
        """`scores (N, T, V)` and labels `ts (N, T)` int -> the loss, a float; 0.0 where nothing is counted.

        ValueError: the first two axes differ, or a label is neither -1 nor from 0 to V - 1.
        """
        ts = np.asarray(ts)
        if scores.ndim != 3 or scores.shape[:2] != ts.shape:
            raise ValueError(f"ts must have shape {scores.shape[:-1]} for scores {scores.shape}, got {ts.shape}")
        if ts.size and not (ts.min() >= -1 and ts.max() < scores.shape[-1]):
            raise ValueError(f"ts must hold labels from -1 to {scores.shape[-1] - 1}, got {ts.min()} to {ts.max()}")
        logs = scores.reshape(-1, scores.shape[-1])
        logs = logs - logs.max(axis=-1, keepdims=True)
        probabilities = np.exp(logs)
        total = probabilities.sum(axis=-1, keepdims=True)
        probabilities /= total
        rows = np.flatnonzero(ts.ravel() >= 0)
        labels = ts.ravel()[rows]
        self._cache = probabilities, rows, labels, scores.shape
        surprise = np.log(total[rows, 0]) - logs[rows, labels]
        return float(surprise.sum(dtype=np.float64) / max(len(rows), 1))

    def backward(self, dout=1):
        """The gradient of the scores, `(N, T, V)`, for an upstream gradient `dout` (a number)."""
        probabilities, rows, labels, shape = self._cache
        dscores = np.zeros_like(probabilities)
        dscores[rows] = probabilities[rows]
        dscores[rows, labels] -= 1
        dscores *= dscores.dtype.type(dout / max(len(rows), 1))
        return dscores.reshape(shape)


class TimeDropout:
    """Set each number to zero with probability `ratio` and divide the rest by 1 - ratio, while `train_flag` is True.

    `rng` is a numpy.random.Generator; without one the masks differ from run to run.
    ValueError: a ratio outside [0, 1).
    """

    def __init__(self, ratio, rng=None):
        if not 0 <= ratio < 1:
            raise ValueError(f"ratio must be in [0, 1), got {ratio}")
        self.params, self.grads = [], []
        self.ratio = ratio
        self.train_flag = True
        self._rng = np.random.default_rng() if rng is None else rng
        self._mask = None

    def forward(self, xs):
        """`xs`, any shape -> the same shape and dtype; `xs` itself while `train_flag` is False."""
        self._mask = None
        if not self.train_flag:
            return xs
        kept = self._rng.random(xs.shape, dtype=np.float32) >= self.ratio
        self._mask = kept.astype(xs.dtype) * xs.dtype.type(1 / (1 - self.ratio))
        return xs * self._mask

    def backward(self, dout):
        """The gradient of `xs`, through the mask of the last `forward`."""
        return dout if self._mask is None else dout * self._mask
