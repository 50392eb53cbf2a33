"""Assignment 04, the small pieces: repeat_over_time, parameter_count."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
from numpy.typing import DTypeLike

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.sequence_models.weights import Sizes
from autograder.testing.student import Student

repeat_over_time = partial(
    question, "repeat_over_time",
    hint="Which axis of (N, T, H) is the new one, and which row of h stands at [n, t]?",
)  # fmt: skip
parameter_count = partial(
    question, "parameter_count",
    hint="How many numbers does one array hold, and does anything but params count?",
)  # fmt: skip


def repeated(h: Array, T: int) -> Array:
    """h at every step, copied one step after the other."""
    wanted = np.zeros((len(h), T, h.shape[1]), h.dtype)
    for t in range(T):
        wanted[:, t] = h
    return wanted


def check_repeated(student: Student, seed: int, N: int, T: int, H: int, dtype: DTypeLike = np.float32) -> None:
    """repeat_over_time of a random h, bit by bit, in its dtype."""
    h = hidden_rng(seed).standard_normal((N, H)).astype(dtype)
    kept = student.put(h)
    label = f"repeat_over_time of h {h.shape}, {h.dtype}, over {T} steps"
    checks.values(label, student.call("repeat_over_time", kept, T), repeated(h, T), rtol=0, atol=0, dtype=dtype)
    checks.untouched(f"{label}: its argument h", kept, h)


@repeat_over_time(points=3)
def test_repeat_over_time_values(student: Student) -> None:
    """Row n of h at every step of row n; h itself is left as it was."""
    for seed, (N, T, H) in enumerate(((2, 5, 3), (3, 2, 7), (5, 3, 2))):
        check_repeated(student, seed, N, T, H)


@repeat_over_time(points=1)
def test_repeat_over_time_of_one(student: Student) -> None:
    """One row, one step, one unit."""
    for seed, (N, T, H) in enumerate(((1, 5, 3), (2, 1, 3), (2, 5, 1), (1, 1, 1)), start=5):
        check_repeated(student, seed, N, T, H)


@repeat_over_time(points=1)
def test_repeat_over_time_keeps_the_dtype(student: Student) -> None:
    """Whatever the dtype of h."""
    for seed, dtype in ((10, np.float32), (11, np.float64), (12, np.float16)):
        check_repeated(student, seed, 2, 3, 5, dtype)


@parameter_count(points=2)
def test_parameter_count_of_models(student: Student, reference: SimpleNamespace) -> None:
    """Of the models handed out, of different sizes."""
    for name, sizes in (("Seq2seq", Sizes(13, 3, 7)), ("Encoder", Sizes(5, 2, 11)), ("Seq2seq", Sizes(2, 1, 1))):
        V, D, H = sizes.arguments
        encoder = V * D + (D + H + 1) * 4 * H
        wanted = encoder if name == "Encoder" else 2 * encoder + (H + 1) * V
        assert wanted == reference.parameter_count(getattr(reference, name)(V, D, H))
        count = student.call("parameter_count", student.new(name, V, D, H, student.rng(0)))
        checks.equal(f"parameter_count of {name}({V}, {D}, {H})", count, wanted)


@parameter_count(points=2)
def test_parameter_count_of_layers(student: Student) -> None:
    """Whatever has params: of one array or several, of equal shapes, of any values."""
    rng = hidden_rng(0)
    for name, shapes in (
        ("TimeEmbedding", [(7, 3)]),
        ("TimeAffine", [(5, 2), (2,)]),
        ("TimeLSTM", [(3, 12), (3, 12), (12,)]),
        ("TimeLSTM", [(1, 4), (1, 4), (4,)]),
    ):
        for values in (rng.standard_normal, np.zeros):
            layer = student.new(name, *(values(shape) for shape in shapes))
            wanted = sum(int(np.prod(shape)) for shape in shapes)
            checks.equal(
                f"parameter_count of a {name} with params {shapes}", student.call("parameter_count", layer), wanted
            )
