"""Numerical derivatives of a loss that the student's forward computes, one array moved at a time, in float64."""

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
HUGE = 1e100  # a loss beyond this overflows in what follows


@dataclass(frozen=True)
class Slopes:
    """The loss around a point, and its derivatives there.

    where    first line of a failure
    at       float64 arrays     labels   a name for each     rng   for directions
    """

    where: str
    loss: Loss
    at: list[np.ndarray]
    labels: list[str]
    rng: np.random.Generator

    def title(self, i: int) -> str:
        """First line of a failure of array i's gradient."""
        return f"{self.where}: the gradient of {self.labels[i]}"

    def loss_at(self, i: int, move: np.ndarray) -> float:
        """The loss with array i moved; CheckFailed if it is no finite number."""
        answer = self.loss([array + move if j == i else array.copy() for j, array in enumerate(self.at)])
        value = number_of(answer)
        if value is None or not abs(value) < HUGE:
            comparison_count.note()
            given = described(answer) if value is None else short(value)
            raise CheckFailed(self.where, f"a loss computed from your forward pass is {given}", "a finite number")
        return value

    def slope(self, i: int, v: np.ndarray) -> tuple[float, float]:
        """The derivative of the loss along v in array i, and the largest |loss| met."""
        losses = [self.loss_at(i, k * STEP * v) for k in (-2.0, -1.0, 1.0, 2.0)]
        weighed = sum(weight * value for weight, value in zip((1, -8, 8, -1), losses, strict=True))
        return weighed / (12 * STEP), max(map(abs, losses))

    def entry_slope(self, i: int, k: int) -> float:
        """The derivative of the loss in entry k of array i, flattened."""
        move = np.zeros(self.at[i].size)
        move[k] = ENTRY_STEP
        ahead, behind = (self.loss_at(i, sign * move.reshape(self.at[i].shape)) for sign in (1, -1))
        return (ahead - behind) / (2 * ENTRY_STEP)


def unit_direction(form: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A unit vector whose entries are all between half and one and a half times their mean size, of random sign."""
    v = rng.uniform(0.5, 1.5, form) * rng.choice([-1.0, 1.0], form)
    return np.asarray(v / np.linalg.norm(v))
