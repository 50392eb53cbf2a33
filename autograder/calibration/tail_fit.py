"""The chance that a right answer misses a threshold, from a tail fitted to measurements, with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def student_t_tail(t: float, degrees: int) -> float:
    """P(T > t) of Student's t distribution, for t > 0, by integration: with x = sqrt(degrees) tan(angle)."""
    log_norm = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(math.pi)
    angles = np.linspace(math.atan(t / math.sqrt(degrees)), math.pi / 2, 20_001)
    return float(np.trapezoid(np.cos(angles) ** (degrees - 1), angles) * math.exp(log_norm))


def chance_above(measured: Sequence[float], threshold: float) -> float:
    """The chance that one more draw is above `threshold`, if draws are normal with mean and spread unknown.

    This is the predictive distribution after n draws, a Student t with n - 1 degrees of freedom: wider than the
    normal curve fitted to the same points, especially if they are few.
    """
    n = len(measured)
    spread = float(np.std(measured, ddof=1)) * math.sqrt(1 + 1 / n)
    return student_t_tail((threshold - float(np.mean(measured))) / spread, n - 1)


def chance_above_by_power_tail(measured: Sequence[float], threshold: float) -> float:
    """The chance that one more positive draw is above `threshold`, if the upper fifth falls off like a power.

    Hill's estimate of the tail index (Annals of Statistics 3, 1975): the mean log-distance of the upper fifth from the
    largest draw below it. Heavier than any normal curve: the one to believe where a few draws stand apart.
    """
    ordered = np.sort(np.asarray(measured, dtype=float))
    count = len(ordered) // 5
    start, upper = ordered[-count - 1], ordered[-count:]
    index = float(np.mean(np.log(upper / start)))
    return count / len(ordered) * float((threshold / start) ** (-1 / index))
