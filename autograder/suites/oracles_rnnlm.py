"""Language models with weights of the suite's own, the same in the student's model and in the oracle's.

Weights as a model draws them are so small that every text gets nearly the same scores; these are large enough
for each word read to matter, with small biases. Their order is that of `params`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import checks
from autograder.student import RemoteObject, Student
from autograder.suites.received import Array, arrays, number

RNNLM = ("W of the embedding", "Wx", "Wh", "b", "W of the affine layer", "b of the affine layer")
BETTER = ("W of the embedding", "Wx of LSTM 1", "Wh of LSTM 1", "b of LSTM 1", "Wx of LSTM 2", "Wh of LSTM 2",
          "b of LSTM 2", "b of the affine layer")  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """V words, word vectors of D, H hidden units."""

    V: int = 11
    D: int = 3
    H: int = 7

    @property
    def arguments(self) -> tuple[int, int, int]:
        """As a model takes them."""
        return self.V, self.D, self.H


def shapes(name: str, sizes: Sizes) -> list[tuple[int, ...]]:
    """Shapes of `params` of the model of that name."""
    V, D, H = sizes.arguments
    first = [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,)]
    return [*first, (H, 4 * H), (H, 4 * H), (4 * H,), (V,)] if name == "BetterRnnlm" else [*first, (H, V), (V,)]


def weights(name: str, sizes: Sizes, seed: int, gain: float = 1.5) -> list[Array]:
    """float32 arrays for `params`: word vectors about 1, matrices about gain / sqrt(rows), biases about 0.1."""
    rng = np.random.default_rng(seed)
    drawn = []
    for i, shape in enumerate(shapes(name, sizes)):
        scale = 0.1 if len(shape) == 1 else 1.0 if i == 0 else gain / np.sqrt(shape[0])
        drawn.append((rng.standard_normal(shape) * scale).astype(np.float32))
    return drawn


@dataclass(frozen=True)
class Twins:
    """The student's model, the oracle's, and the weights that both were given."""

    yours: RemoteObject
    oracle: Any
    weights: list[Array]


def twins(student: Student, reference: SimpleNamespace, name: str, sizes: Sizes, seed: int, **made: Any) -> Twins:
    """Two models of the same weights; `made` are keyword arguments of the constructor."""
    drawn = weights(name, sizes, seed, made.pop("gain", 1.5))
    yours = student.new(name, *sizes.arguments, **made, rng=student.rng(seed))
    yours.fill("params", drawn)
    oracle = getattr(reference, name)(*sizes.arguments, **made, rng=np.random.default_rng(seed))
    for mine, value in zip(oracle.params, drawn, strict=True):
        mine[...] = value
    return Twins(yours, oracle, drawn)


def text(seed: int, N: int, T: int, V: int) -> Array:
    """Ids (N, T)."""
    return np.random.default_rng(seed).integers(V, size=(N, T))


def check_scores(where: str, pair: Twins, xs: Array, **kind: Any) -> None:
    """predict against the oracle's, in step: both carry their state on."""
    wanted = pair.oracle.predict(xs)
    assert np.ptp(wanted, axis=(0, 1)).min() > 0 or wanted.shape[0] * wanted.shape[1] == 1, "the scores do not vary"
    checks.values(where, pair.yours.call("predict", xs), wanted, **kind)


def check_loss(where: str, pair: Twins, xs: Array, ts: Array) -> None:
    """forward against the oracle's, in step."""
    yours = number(where, pair.yours.call("forward", xs, ts))
    checks.values(where, yours, float(pair.oracle.forward(xs, ts)), precision=np.float32)


def check_grads(where: str, names: Sequence[str], pair: Twins) -> None:
    """`grads` against the oracle's, array by array."""
    received = arrays(f"{where}: grads", pair.yours.get("grads"), [part.shape for part in pair.weights])
    for name, yours, wanted in zip(names, received, pair.oracle.grads, strict=True):
        assert np.any(wanted), "the oracle's gradient is zero"
        checks.values(f"{where}: the gradient of {name}", yours, wanted)


def check_grads_overwritten(name: str, names: Sequence[str], pair: Twins, xs: Array, ts: Array) -> None:
    """Forward and backward twice, the state carried on: the arrays of `grads` stay, and hold the second gradients."""
    refs = [pair.yours.ref("grads", i) for i in range(len(names))]
    for now in (xs, xs[:, ::-1].copy()):
        check_loss(f"{name}.forward: the loss", pair, now, ts)
        pair.yours.call("backward")
        pair.oracle.backward()
    now_there = arrays(f"{name}.grads", pair.yours.get("grads"), [part.shape for part in pair.weights])
    checks.in_place(f"{name}.backward: the arrays of grads, written in place", refs, now_there)
    check_grads(f"{name}.backward after a second forward", names, pair)


def check_drawn(name: str, names: Sequence[str], received: Sequence[Array]) -> None:
    """Weights as drawn: float32, biases zero, word vectors N(0, 1)/100, other matrices N(0, 1)/sqrt(rows).

    Spread and mean may be six standard errors off: a right answer fails once in 10^8 matrices.
    """
    for i, (part, weight) in enumerate(zip(names, received, strict=True)):
        where = f"{name}: initial {part}"
        checks.dtype(f"{where}: its dtype", weight, np.float32)
        if weight.ndim == 1:
            checks.values(f"{where}: zeros", weight, np.zeros(weight.shape, np.float32))
            continue
        unit = weight.astype(np.float64) * (100.0 if i == 0 else np.sqrt(weight.shape[0]))
        error = 6 / np.sqrt(weight.size)  # six standard errors of the mean; those of the spread are smaller by sqrt(2)
        rule = "N(0, 1)/100" if i == 0 else "N(0, 1)/sqrt(number of rows)"
        spread = float(np.sqrt(np.mean(unit**2)))
        checks.between(
            f"{where}: its standard deviation over that of {rule}",
            spread,
            1 - error / 2**0.5,
            1 + error / 2**0.5,
            "their ratio",
        )
        checks.between(f"{where}: its mean in standard deviations", float(unit.mean()), -error, error, "the mean")
        far = float(np.mean(np.abs(unit) > 2))  # 0.0455 of a normal distribution, 0 of a uniform one
        checks.between(f"{where}: the share beyond two standard deviations", far, 0.01, 0.1, "the share")


def dropped_losses(
    reference: SimpleNamespace, drawn: Sequence[Array], ratio: float, x: int, t: int
) -> list[tuple[float, list[Array]]]:
    """Loss and gradients of `BetterRnnlm` for N = T = D = H = 1: the only four things that can happen.

    Dropout zeroes the last place (whatever the others do), else the middle one, else the first one, else none.
    """
    kept = 1 / (1 - ratio)
    masks = ((kept, kept, 0.0), (kept, 0.0, kept), (0.0, kept, kept), (kept, kept, kept))
    return [_masked(reference, drawn, mask, x, t) for mask in masks]


def _masked(
    reference: SimpleNamespace, drawn: Sequence[Array], mask: tuple[float, float, float], x: int, t: int
) -> tuple[float, list[Array]]:
    """Loss and gradients with the three dropout factors given, in float64."""
    W, Wx1, Wh1, b1, Wx2, Wh2, b2, b = (part.astype(np.float64) for part in drawn)
    one, two = reference.TimeLSTM(Wx1, Wh1, b1), reference.TimeLSTM(Wx2, Wh2, b2)
    last = two.forward(one.forward(W[[[x]]] * mask[0]) * mask[1]) * mask[2]
    scores = (last @ W.T + b)[0, 0]
    p = reference.softmax(scores)
    dscores = p - np.eye(len(p))[t]
    dW = np.outer(dscores, last[0, 0])
    dlast = (dscores @ W)[None, None] * mask[2]
    dfirst = one.backward(two.backward(dlast) * mask[1]) * mask[0]
    dW[x] += dfirst[0, 0]
    return float(-np.log(p[t])), [dW, *one.grads, *two.grads, dscores]
