"""A TimeLSTM as a student would write it, one LSTM per step, and mistakes that a training question must detect."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing.checks.plain_values import Array

Made = dict[str, type]


def plain_time_lstm(reference: SimpleNamespace) -> type:
    """A class with the results of the reference's TimeLSTM, computed by plain loops over `LSTM`.

    carried    the gradients passed from one step back to the previous one
    summed     whether the gradients of the weights are summed over the steps, or are those of the last step alone
    """

    class PlainTimeLSTM(reference.TimeLSTM):  # type: ignore[misc, name-defined]
        h: Any
        c: Any
        carried = ("h", "c")
        summed = True

        def forward(self, xs: Array) -> Array:
            zeros = np.zeros((len(xs), len(self.params[1])), xs.dtype)
            h, c = (self.h, self.c) if self.stateful and self.h is not None else (zeros, zeros)
            self.steps, hs = [], []
            for t in range(xs.shape[1]):
                self.steps.append(reference.LSTM(*self.params))
                h, c = self.steps[-1].forward(xs[:, t], h, c)
                hs.append(h)
            self.h, self.c = h, c
            return np.stack(hs, axis=1)

        def backward(self, dhs: Array) -> Array:
            zeros = np.zeros_like(dhs[:, 0])
            dh, dc, dxs = zeros, zeros, []
            sums = [np.zeros_like(grad) for grad in self.grads]
            for t in reversed(range(len(self.steps))):
                dx, dh, dc = self.steps[t].backward(dhs[:, t] + dh, dc)
                dh, dc = (d if name in self.carried else zeros for name, d in (("h", dh), ("c", dc)))
                dxs.append(dx)
                if self.summed or t == len(self.steps) - 1:
                    sums = [total + grad for total, grad in zip(sums, self.steps[t].grads, strict=True)]
            self.dh = dh
            for grad, total in zip(self.grads, sums, strict=True):
                grad[...] = total
            return np.stack(dxs[::-1], axis=1)

    return PlainTimeLSTM


def mistakes(reference: SimpleNamespace) -> dict[str, Made]:
    """Name of a wrong answer -> the classes it replaces."""
    plain = plain_time_lstm(reference)
    model = reference.Rnnlm

    class ResetsAtEachPiece(model):  # type: ignore[misc, valid-type]
        def forward(self, xs: Array, ts: Array) -> Any:
            self.reset_state()
            return super().forward(xs, ts)

    class Stateless(reference.TimeLSTM):  # type: ignore[misc, name-defined]
        def __init__(self, Wx: Array, Wh: Array, b: Array, stateful: bool = False) -> None:
            super().__init__(Wx, Wh, b, stateful=False)

    class NoBackward(model):  # type: ignore[misc, valid-type]
        def backward(self, dout: float = 1) -> None:
            """Leave all gradients at zero."""

    return {
        "untrained (backward fills nothing)": {"Rnnlm": NoBackward},
        "stateless LSTM": {"TimeLSTM": Stateless},
        "state forgotten at each piece of text": {"Rnnlm": ResetsAtEachPiece},
        "no gradient through time": {"TimeLSTM": variant(plain, carried=())},
        "dh of the next step missing": {"TimeLSTM": variant(plain, carried=("c",))},
        "dc of the next step missing": {"TimeLSTM": variant(plain, carried=("h",))},
        "weights' gradients of the last step only": {"TimeLSTM": variant(plain, summed=False)},
        "no gradient of the embedding": {"Rnnlm": without_gradients(model, 0)},
        "no gradient of Wx, Wh and b": {"Rnnlm": without_gradients(model, 1, 2, 3)},
    }


def variant(base: type, **facts: Any) -> type:
    """A derived class with other attributes."""
    return type("Variant", (base,), facts)


def without_gradients(model: type, *indices: int) -> type:
    """A derived class whose backward leaves some gradients at zero."""

    def backward(self: Any, upstream: Any = 1) -> None:
        model.backward(self, upstream)  # type: ignore[attr-defined]
        for i in indices:
            self.grads[i][...] = 0

    return type("Without", (model,), {"backward": backward})
