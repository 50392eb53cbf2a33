"""Language models with the suite's weights, the same in the student's model and in the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, arrays
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models.model_pair import ModelPair, check_loss
from autograder.testing.sequence_models.weights import Sizes, own_weights
from autograder.testing.student import Student

RNNLM = ("W of the embedding", "Wx", "Wh", "b", "W of the affine layer", "b of the affine layer")
BETTER = ("W of the embedding", "Wx of LSTM 1", "Wh of LSTM 1", "b of LSTM 1", "Wx of LSTM 2", "Wh of LSTM 2",
          "b of LSTM 2", "b of the affine layer")  # fmt: skip


def shapes(name: str, sizes: Sizes) -> list[tuple[int, ...]]:
    """Shapes of `params` of the named model."""
    V, D, H = sizes.arguments
    first = [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,)]
    return [*first, (H, 4 * H), (H, 4 * H), (4 * H,), (V,)] if name == "BetterRnnlm" else [*first, (H, V), (V,)]


def weights(name: str, sizes: Sizes, seed: int, gain: float = 1.5) -> list[Array]:
    """float32 arrays for `params`."""
    return own_weights(BETTER if name == "BetterRnnlm" else RNNLM, shapes(name, sizes), seed, gain)


def model_pair(
    student: Student, reference: SimpleNamespace, name: str, sizes: Sizes, seed: int, **made: Any
) -> ModelPair:
    """Two models with the same weights; `made` are keyword arguments of the constructor."""
    drawn = weights(name, sizes, seed, made.get("gain", 1.5))
    oracle = filled_oracle(reference, name, sizes, seed, **made)
    made.pop("gain", None)
    yours = student.new(name, *sizes.arguments, **made, rng=student.rng(seed))
    yours.fill("params", drawn)
    return ModelPair(yours, oracle, drawn)


def filled_oracle(
    reference: SimpleNamespace, name: str, sizes: Sizes, seed: int, gain: float = 1.5, **made: Any
) -> Any:
    """The reference's model with the suite's weights."""
    oracle = getattr(reference, name)(*sizes.arguments, **made, rng=hidden_rng(seed))
    for mine, value in zip(oracle.params, weights(name, sizes, seed, gain), strict=True):
        mine[...] = value
    return oracle


def check_scores(label: str, pair: ModelPair, xs: Array, **kind: Any) -> None:
    """Compare predict with the oracle's, in step: both carry their state on."""
    wanted = pair.oracle.predict(xs)
    assert np.ptp(wanted, axis=(0, 1)).min() > 0 or wanted.shape[0] * wanted.shape[1] == 1, "the scores do not vary"
    checks.values(label, pair.yours.call("predict", xs), wanted, **kind)


def check_grads(label: str, names: Sequence[str], pair: ModelPair) -> None:
    """Compare `grads` with the oracle's, array by array."""
    received = arrays(f"{label}: grads", pair.yours.get("grads"), [part.shape for part in pair.weights])
    for name, yours, wanted in zip(names, received, pair.oracle.grads, strict=True):
        assert np.any(wanted), "the oracle's gradient is zero"
        checks.values(f"{label}: the gradient of {name}", yours, wanted)


def check_grads_overwritten(name: str, names: Sequence[str], pair: ModelPair, xs: Array, ts: Array) -> None:
    """Call forward and backward twice, state carried on: the arrays of `grads` stay and hold the second gradients."""
    refs = [pair.yours.ref("grads", i) for i in range(len(names))]
    for now in (xs, xs[:, ::-1].copy()):
        check_loss(f"{name}.forward: the loss", pair, now, ts)
        pair.yours.call("backward")
        pair.oracle.backward()
    now_there = arrays(f"{name}.grads", pair.yours.get("grads"), [part.shape for part in pair.weights])
    checks.in_place(f"{name}.backward: the arrays of grads, written in place", refs, now_there)
    check_grads(f"{name}.backward after a second forward", names, pair)


def dropped_losses(
    reference: SimpleNamespace, drawn: Sequence[Array], ratio: float, x: int, t: int
) -> list[tuple[float, list[Array]]]:
    """Loss and gradients of `BetterRnnlm` for N = T = D = H = 1, in the only four possible cases.

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
