"""Check that a backward follows the chain rule, at a size at which differences of forward would take minutes.

By the chain rule a backward costs about as much as its forward. A backward by differences costs one forward for each
number in the weights: here 400,000, against a limit of some hundred times the time that the reference takes on this
machine now. Loops over rows, steps and units stay far below that limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.errors import CallTimeout, TaskError
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models.layer_gradients import (
    LayerRun,
    check_input_gradients,
    check_parameter_gradients,
)
from autograder.testing.sequence_models.model_gradients import check_gradients, forward_agrees
from autograder.testing.sequence_models.model_runs import ModelRun, point_of

LEAST_S = 3.0
TIMES = 300  # what the reference takes
MANY = 400_000  # numbers in the parameters, at least


def check_layer(small: LayerRun, large: LayerRun, seed: int) -> None:
    """Check that a layer's gradients are right at a small size and come from the chain rule at a large one."""
    check_input_gradients(small, seed)
    check_parameter_gradients(small, seed)
    asked = large.of_reference()
    theirs, yours = asked.layer(), large.layer()
    wanted_outputs, outputs = asked.outputs(theirs), large.outputs(yours)
    started = time.monotonic()
    wanted = [*asked.returned(theirs.call("backward", *large.upstream)), *asked.grads(theirs)]
    limit_s = _limit_s(time.monotonic() - started)
    label, numbers = f"{large.name}.backward", _count(list(large.weights))
    returned = _in_time(label, numbers, lambda: yours.call("backward", *large.upstream, timeout_s=limit_s))
    received = [*large.returned(returned), *large.grads(yours)]
    if all(np.allclose(mine, right, 1e-4, 1e-5) for mine, right in zip(outputs, wanted_outputs, strict=True)):
        for name, mine, right in zip([*large.input_names, *large.parameters], received, wanted, strict=True):
            checks.values(f"{label} of {numbers:,} numbers: the gradient of {name}", mine, right)


def check_model(small: ModelRun, large: ModelRun) -> None:
    """Check that a model's gradients are right at a small size and come from the chain rule at a large one."""
    check_gradients(small)
    started = time.monotonic()
    point = point_of(large)
    limit_s = _limit_s(time.monotonic() - started)
    yours = large.filled(point.weights)
    large.outputs(yours)
    numbers = _count(point.weights)
    returned = _in_time(large.label, numbers, lambda: large.backward(yours, timeout_s=limit_s))
    received = large.gradients(yours, point, returned)
    if point.wanted is not None and forward_agrees(large, point):
        for i, (mine, right) in enumerate(zip(received, point.wanted, strict=True)):
            name = point.names[i] if i < len(point.names) else large.state
            checks.values(f"{large.label} of {numbers:,} numbers: the gradient of {name}", mine, right)


def _count(weights: list[Array]) -> int:
    """The number of entries of all parameters. Raises TaskError if they are too few for the test."""
    numbers = sum(weight.size for weight in weights)
    if numbers < MANY:
        raise TaskError(f"{numbers} numbers are too few to tell the chain rule from differences")
    return numbers


def _limit_s(reference_s: float) -> float:
    return max(LEAST_S, TIMES * reference_s)


def _in_time(label: str, numbers: int, backward: Callable[[], Any]) -> Any:
    """The result of backward. Raises CallTimeout if it takes as long as differences of forward would."""
    try:
        return backward()
    except CallTimeout as error:
        why = f"no answer in {TIMES} times the time that the chain rule takes with {numbers:,} numbers in params"
        raise CallTimeout(
            f"{label}: {why}; differences of forward are a check, not a backward", error.starved
        ) from None
