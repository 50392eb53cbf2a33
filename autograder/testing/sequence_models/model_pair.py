"""The student's model and the oracle's, filled with the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, number
from autograder.testing.student import RemoteObject

STATE = ("h", "c", "stateful")  # attributes that a model may set on its layers, stand-ins included


@dataclass(frozen=True)
class ModelPair:
    """The student's model, the oracle's, and the weights given to both, in the order of the oracle's params."""

    yours: RemoteObject
    oracle: Any
    weights: list[Array]


def check_loss(label: str, pair: ModelPair, xs: Array, ts: Array) -> None:
    """Check the loss of forward against the oracle's."""
    yours = number(label, pair.yours.call("forward", xs, ts))
    checks.values(label, yours, float(pair.oracle.forward(xs, ts)), precision=np.float32)
