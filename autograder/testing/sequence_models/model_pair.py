"""The student's model and the oracle's, filled with the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.received import Array, number
from autograder.testing.student import RemoteObject

STATE = ("h", "c", "stateful")  # what a model may set on its layers, also where the reference's stand in


@dataclass(frozen=True)
class Twins:
    """The student's model, the oracle's, and the weights that both were given, in the order of the oracle's params."""

    yours: RemoteObject
    oracle: Any
    weights: list[Array]


def check_loss(where: str, pair: Twins, xs: Array, ts: Array) -> None:
    """forward against the oracle's, in step."""
    yours = number(where, pair.yours.call("forward", xs, ts))
    checks.values(where, yours, float(pair.oracle.forward(xs, ts)), precision=np.float32)
