"""Cases for one LSTM step and for an LSTM over time: all values different, axes of different prime sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.student import Student

STEP_INPUTS = ("x", "h_prev", "c_prev")


@dataclass(frozen=True)
class StepCase:
    """One step: `inputs` are x (N, D), h_prev and c_prev (N, H); `upstream` are dh_next and dc_next (N, H)."""

    weights: list[Array]
    inputs: list[Array]
    upstream: list[Array]


@dataclass(frozen=True)
class TimeCase:
    """A text: xs (N, T, D) and the upstream gradient dhs (N, T, H)."""

    weights: list[Array]
    xs: Array
    dhs: Array


def lstm_weights(rng: np.random.Generator, D: int, H: int, dtype: Any = np.float64) -> list[Array]:
    """Wx (D, 4H), Wh (H, 4H), b (4H,), large enough for gates to differ and small enough not to saturate."""
    shapes = ((D, 4 * H), (H, 4 * H), (4 * H,))
    scales = (1 / np.sqrt(D), 1 / np.sqrt(H), 0.5)
    return [(rng.standard_normal(shape) * scale).astype(dtype) for shape, scale in zip(shapes, scales, strict=True)]


def step_case(seed: int, N: int = 2, D: int = 3, H: int = 7, dtype: Any = np.float64) -> StepCase:
    """A case for `LSTM`."""
    rng = hidden_rng(seed)
    weights = lstm_weights(rng, D, H, dtype)
    inputs = [rng.standard_normal(shape).astype(dtype) for shape in ((N, D), (N, H), (N, H))]
    upstream = [rng.standard_normal((N, H)).astype(dtype) for _ in range(2)]
    return StepCase(weights, inputs, upstream)


def time_case(seed: int, N: int = 2, T: int = 5, D: int = 3, H: int = 7, dtype: Any = np.float64) -> TimeCase:
    """A case for `TimeLSTM`."""
    rng = hidden_rng(seed)
    weights = lstm_weights(rng, D, H, dtype)
    xs, dhs = (rng.standard_normal((N, T, size)).astype(dtype) for size in (D, H))
    return TimeCase(weights, xs, dhs)


def large_step_case(seed: int) -> StepCase:
    """A case whose weights are 400,000 numbers, in float32."""
    return step_case(seed, N=2, D=223, H=227, dtype=np.float32)


def large_time_case(seed: int) -> TimeCase:
    """A case whose weights are 400,000 numbers, in float32."""
    return time_case(seed, N=2, T=3, D=223, H=227, dtype=np.float32)


def step_run(student: Student, case: StepCase) -> LayerRun:
    """The case as a run of the student's `LSTM`."""
    return LayerRun(student, "LSTM", case.weights, case.inputs, case.upstream, STEP_INPUTS)


def time_run(student: Student, case: TimeCase) -> LayerRun:
    """The case as a run of the student's stateless `TimeLSTM`."""
    return LayerRun(student, "TimeLSTM", case.weights, [case.xs], [case.dhs], ("xs",))
