"""Numerical derivatives of a loss computed by the student's forward, in float64, moving one array at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks import comparison_count
from autograder.testing.checks.plain_values import described, number_of, short

Loss = Callable[[list[np.ndarray]], Any]

# Five-point formula along a unit direction: truncation is STEP**4 / 30 times a fifth derivative, about 1e-12;
# rounding of a loss L is about eps * L / STEP, 2e-13 * L.
STEP = 1e-3
ENTRY_STEP = 1e-5  # three-point formula: good to about 1e-10, and only messages depend on it
HUGE = 1e100  # a larger loss would overflow later


@dataclass(frozen=True)
class Slopes:
    """The loss around a point, and its derivatives there.

    label    first line of a failure
    point    float64 arrays
    labels   a name for each array
    rng      source of directions
    """

    label: str
    loss: Loss
    point: list[np.ndarray]
    labels: list[str]
    rng: np.random.Generator

    def title(self, i: int) -> str:
        """First line of a failure of array i's gradient."""
        return f"{self.label}: the gradient of {self.labels[i]}"

    def loss_at(self, i: int, move: np.ndarray) -> float:
        """The loss with array i moved. Raises CheckFailed if it is not a finite number."""
        answer = self.loss([array + move if j == i else array.copy() for j, array in enumerate(self.point)])
        value = number_of(answer)
        if value is None or not abs(value) < HUGE:
            comparison_count.note()
            given = described(answer) if value is None else short(value)
            raise CheckFailed(self.label, f"a loss computed from your forward pass is {given}", "a finite number")
        return value

    def slope(self, i: int, v: np.ndarray) -> tuple[float, float]:
        """The derivative of the loss along v in array i, and the largest |loss| met."""
        losses = [self.loss_at(i, k * STEP * v) for k in (-2.0, -1.0, 1.0, 2.0)]
        weighed = sum(weight * value for weight, value in zip((1, -8, 8, -1), losses, strict=True))
        return weighed / (12 * STEP), max(map(abs, losses))

    def entry_slope(self, i: int, k: int) -> float:
        """The derivative of the loss in entry k of array i, flattened."""
        move = np.zeros(self.point[i].size)
        move[k] = ENTRY_STEP
        ahead, behind = (self.loss_at(i, sign * move.reshape(self.point[i].shape)) for sign in (1, -1))
        return (ahead - behind) / (2 * ENTRY_STEP)


def unit_direction(form: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A unit vector whose entries are all between half and one and a half times their mean size, of random sign."""
    v = rng.uniform(0.5, 1.5, form) * rng.choice([-1.0, 1.0], form)
    return np.asarray(v / np.linalg.norm(v))
