"""Cases for an LSTM of two directions, with and without padding: all values different, axes of different prime sizes.

The effect of lengths has two oracles: torch's packed sequences, and the student's own layer, asked for all rows cut to
one row's length and thus without lengths. If the student's layer is right, the two agree; if it is wrong, that costs
another question, and the second oracle still tells whether lengths are handled rightly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import Array, arrays, described, finite
from autograder.testing.hidden_inputs import TRIALS, hidden_rng
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.lstm import lstm_weights
from autograder.testing.student import RemoteObject, Student

NAME = "TimeBiLSTM"
PARAMETERS = ("Wx1", "Wh1", "b1", "Wx2", "Wh2", "b2")


@dataclass(frozen=True)
class BiCase:
    """Texts xs (N, T, D), the upstream gradient dhs (N, T, 2H), and the number of real steps of each row, or None."""

    weights: list[Array]
    xs: Array
    dhs: Array
    lengths: list[int] | None = None

    @property
    def H(self) -> int:
        """The number of hidden units of one direction."""
        return len(self.weights[1])

    @property
    def padding(self) -> Array:
        """True where a step is padding, (N, T)."""
        N, T, _ = self.xs.shape
        lengths = [T] * N if self.lengths is None else self.lengths
        return np.asarray(np.arange(T) >= np.array(lengths)[:, None])

    def cut(self, length: int, only: int | None = None) -> BiCase:
        """The first steps of all rows, without lengths; the upstream gradient is zero except for the row `only`."""
        dhs = self.dhs[:, :length].copy()
        if only is not None:
            dhs[np.arange(len(dhs)) != only] = 0
        return replace(self, xs=self.xs[:, :length], dhs=dhs, lengths=None)

    def with_padding(self, x: float, dh: float) -> BiCase:
        """The same case with other numbers of similar size at padding."""
        noise = hidden_rng(self.xs.size)
        xs, dhs = self.xs.copy(), self.dhs.copy()
        for part, size in ((xs, x), (dhs, dh)):
            part[self.padding] = noise.uniform(-size, size, part[self.padding].shape)
        return replace(self, xs=xs, dhs=dhs)


def bi_case(
    seed: int, N: int = 2, T: int = 5, D: int = 3, H: int = 7, dtype: Any = np.float64, lengths: Any = None
) -> BiCase:
    """A case for `TimeBiLSTM`, with different weights for the two directions."""
    rng = hidden_rng(seed)
    weights = lstm_weights(rng, D, H, dtype) + lstm_weights(rng, D, H, dtype)
    xs, dhs = (rng.standard_normal((N, T, size)).astype(dtype) for size in (D, 2 * H))
    return BiCase(weights, xs, dhs, lengths)


def large_case(seed: int) -> BiCase:
    """A case with 400,000 weights, in float32."""
    return bi_case(seed, N=2, T=3, D=157, H=163, dtype=np.float32)


def ragged_case(seed: int, N: int = 5, T: int = 7, D: int = 2, H: int = 3, dtype: Any = np.float64) -> BiCase:
    """A case whose rows have different lengths, in no order."""
    rng = hidden_rng(seed)
    drawn: Iterator[list[int]] = (rng.integers(1, T + 1, N).tolist() for _ in range(TRIALS))
    lengths = next(rows for rows in drawn if N < 3 or sorted(rows) not in (rows, rows[::-1]))
    return bi_case(seed, N, T, D, H, dtype, lengths)


@dataclass(frozen=True)
class Gradients:
    """dxs (N, T, D), and the gradients of the six weights."""

    dxs: Array
    grads: list[Array]


@dataclass(frozen=True)
class BiRun(LayerRun):
    """A run of the student's stateless `TimeBiLSTM`."""

    def grads(self, layer: RemoteObject) -> list[Array]:
        """`grads` in the order of the weights, if `params` are the weights in any order; else unchanged."""
        shapes = [weight.shape for weight in self.weights]
        received = layer.get("params")
        order = [_place(mine, self.weights) for mine in received] if type(received) in (list, tuple) else []
        grads = layer.get("grads")
        if sorted(order) == [*range(len(shapes))] and type(grads) in (list, tuple) and len(grads) == len(order):
            grads = [grads[order.index(i)] for i in range(len(shapes))]
        return [finite(f"{NAME}.grads", grad) for grad in arrays(f"{NAME}.grads", grads, shapes)]

    def of_reference(self) -> LayerRun:
        """The same run of the reference's layer, whose hidden states are those of both directions side by side."""
        asked = super().of_reference()
        H, (upstream,) = len(self.weights[1]), self.upstream
        return replace(asked, upstream=[upstream if upstream.shape[-1] == 2 * H else np.tile(upstream, 2)])


def _place(array: Any, weights: Sequence[Array]) -> int:
    """The index of the array among the weights; -1 if it is none of them."""
    same = (i for i, weight in enumerate(weights) if isinstance(array, np.ndarray) and np.array_equal(array, weight))
    return next(same, -1)


def bi_run(student: Student, case: BiCase) -> BiRun:
    """The case as a run; if the student's forward returns only H columns, so has the upstream gradient.

    (Adding up the two directions is a mistake of forward; backward is judged on that forward.)
    """
    given = student.new(NAME, *case.weights).call("forward", case.xs)
    width = case.H if np.shape(given) == (*case.xs.shape[:2], case.H) else 2 * case.H
    fixed = () if case.lengths is None else (case.lengths,)
    return BiRun(student, NAME, case.weights, [case.xs], [case.dhs[:, :, :width]], ("xs",), PARAMETERS, fixed)


def like_the_reference(student: Student) -> Student:
    """The student, if their forward without lengths is the required function, or nearly so; else the reference."""
    ordinary = bi_run(student, bi_case(20))
    return student if ordinary.is_alike() else ordinary.of_reference().student


def hs_of_each_length(student: Student, case: BiCase) -> Array:
    """Hidden states by the student's own forward without lengths, each row cut to its length; zeros at padding.

    The reference's, if the student's forward is another function altogether.
    """
    student = like_the_reference(student)
    hs = np.zeros_like(bi_run(student, replace(case, lengths=None)).upstream[0])
    for n, length in enumerate(case.lengths or ()):
        run = bi_run(student, case.cut(length))
        hs[n, :length] = run.outputs(run.layer())[0][n]
    return hs


def gradients_of_each_length(student: Student, case: BiCase) -> Gradients:
    """Gradients by the student's own backward after a forward without lengths: dxs of each row cut to its length,
    and grads for an upstream gradient that is zero except in one row, summed over the rows. The reference's, if the
    student's forward is another function altogether."""
    student, parts = like_the_reference(student), []
    for n, length in enumerate(case.lengths or ()):
        run = bi_run(student, case.cut(length, only=n))
        parts.append(gradients_of(run))
    size = parts[0].dxs.shape[2]
    dxs = np.zeros((*case.xs.shape[:2], size), case.xs.dtype)
    for n, (length, part) in enumerate(zip(case.lengths or (), parts, strict=True)):
        dxs[n, :length] = part.dxs[n]
    return Gradients(dxs, [sum(arrays[1:], arrays[0]) for arrays in zip(*(part.grads for part in parts), strict=True)])


def gradients_of(run: BiRun) -> Gradients:
    """The gradients after forward and backward of a fresh layer."""
    layer = run.layer()
    return Gradients(dxs_of(run, layer), run.grads(layer))


def dxs_of(run: BiRun, layer: RemoteObject) -> Array:
    """The result of backward after forward, for every step; its width is part of the question on backward."""
    run.outputs(layer)
    dxs = layer.call("backward", *run.upstream)
    wanted = run.inputs[0].shape
    if not isinstance(dxs, np.ndarray) or dxs.dtype.kind != "f" or dxs.shape[:-1] != wanted[:-1]:
        raise CheckFailed(f"{NAME}.backward: dxs", described(dxs), f"an array of shape {wanted}")
    return dxs
