"""Weights of a model: the suite's own, to fill a model with, and checks of those that a model draws.

The weights that a model draws are so small that every text gets nearly the same scores; the suite's own are large
enough for each word read to matter, with small biases. Arrays have names, in the order of `params`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, arrays
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.student import Student


@dataclass(frozen=True)
class Sizes:
    """V words, word vectors of D, H hidden units."""

    V: int = 11
    D: int = 3
    H: int = 7

    @property
    def arguments(self) -> tuple[int, int, int]:
        """The arguments of a model's constructor."""
        return self.V, self.D, self.H


LARGE = Sizes(V=97, D=31, H=53)  # enough weights to test their distribution


def text(seed: int, N: int, T: int, V: int) -> Array:
    """Ids (N, T)."""
    return hidden_rng(seed).integers(V, size=(N, T))


def own_weights(names: Sequence[str], shapes: Sequence[tuple[int, ...]], seed: int, gain: float = 1.5) -> list[Array]:
    """float32 arrays: word vectors about 1, matrices about gain / sqrt(rows), biases about 0.1."""
    rng = hidden_rng(seed)
    drawn = []
    for name, shape in zip(names, shapes, strict=True):
        scale = 0.1 if len(shape) < 2 else 1.0 if "embedding" in name else gain / np.sqrt(shape[0])
        drawn.append((rng.standard_normal(shape) * scale).astype(np.float32))
    return drawn


def check_initial(
    student: Student, name: str, names: Sequence[str], sizes: Sizes, shapes: Sequence[tuple[int, ...]]
) -> None:
    """Check order, shapes, dtype and spread of the weights, and that they depend on the seed alone."""

    def drawn(**rng: Any) -> list[Array]:
        return arrays(f"{name}: params", student.new(name, *sizes.arguments, **rng).get("params"), shapes)

    first, again, other = (drawn(rng=student.rng(seed)) for seed in (61, 61, 62))
    check_drawn(name, names, first)
    check_matrices_differ(name, names, first)
    check_drawn(f"{name} without rng", names, drawn())
    for part, one, two, three in zip(names, first, again, other, strict=True):
        checks.values(f"{name}: initial {part}, drawn twice from the same seed", two, one, rtol=0, atol=0)
        if one.ndim > 1 and np.array_equal(one, three):
            raise CheckFailed(f"{name}: initial {part}, drawn from another seed", "the same numbers", "other numbers")


def check_matrices_differ(name: str, names: Sequence[str], received: Sequence[Array]) -> None:
    """Check that no two matrices begin with the same numbers up to scale: each is drawn separately."""
    heads = {
        part: weight.ravel()[:8] / weight.flat[0]
        for part, weight in zip(names, received, strict=True)
        if weight.ndim > 1
    }
    for (one, head), (two, other) in itertools.combinations(heads.items(), 2):
        if np.allclose(head, other, rtol=1e-4):
            raise CheckFailed(
                f"{name}: initial {two}", f"the numbers of {one}, but for their scale", "numbers of its own"
            )


def check_grads_fit(student: Student, name: str, sizes: Sizes, shapes: Sequence[tuple[int, ...]]) -> None:
    """Check that `grads` has arrays of the shapes of `params`, in any order: the order is tested with backward."""
    grads = student.new(name, *sizes.arguments).get("grads")
    order = list(range(len(shapes)))
    if type(grads) in (list, tuple) and len(grads) == len(shapes):
        order.sort(key=lambda i: shapes[i])
        grads = sorted(grads, key=np.shape)
    arrays(f"{name}: grads", grads, [shapes[i] for i in order])


def check_differ_without_rng(student: Student, name: str, sizes: Sizes, shapes: Sequence[tuple[int, ...]]) -> None:
    """Check that two models made without rng have different weights."""
    one, two = (arrays(f"{name}: params", student.new(name, *sizes.arguments).get("params"), shapes) for _ in range(2))
    same = any(np.array_equal(first, second) for first, second in zip(one, two, strict=True) if first.ndim > 1)
    checks.equal(f"{name} without rng, made twice: whether any matrix has the same weights", same, False)


def check_drawn(name: str, names: Sequence[str], received: Sequence[Array]) -> None:
    """Check weights as drawn: float32, biases zero, word vectors N(0, 1)/100, other matrices N(0, 1)/sqrt(rows).

    Spread and mean may be six standard errors off; a right answer fails once in 10^8 matrices.
    """
    for part, weight in zip(names, received, strict=True):
        label = f"{name}: initial {part}"
        checks.dtype(f"{label}: its dtype", weight, np.float32)
        if weight.ndim == 1:
            checks.values(f"{label}: zeros", weight, np.zeros(weight.shape, np.float32))
            continue
        unit = weight.astype(np.float64) * (100.0 if "embedding" in part else np.sqrt(weight.shape[0]))
        error = 6 / np.sqrt(weight.size)  # six standard errors of the mean; those of the spread are smaller by sqrt(2)
        rule = "N(0, 1)/100" if "embedding" in part else "N(0, 1)/sqrt(number of rows)"
        spread = float(np.sqrt(np.mean(unit**2)))
        checks.between(
            f"{label}: its standard deviation over that of {rule}",
            spread,
            1 - error / 2**0.5,
            1 + error / 2**0.5,
            "their ratio",
        )
        checks.between(f"{label}: its mean in standard deviations", float(unit.mean()), -error, error, "the mean")
        far = float(np.mean(np.abs(unit) > 2))  # 0.0455 of a normal distribution, 0 of a uniform one
        checks.between(f"{label}: the share beyond two standard deviations", far, 0.01, 0.1, "the share")
