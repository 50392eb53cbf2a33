"""Hidden tests of 01_tiny."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from autograder.testing.checks import values
from autograder.testing.question import question
from autograder.testing.student import Student


@question("double", points=1)
def test_double(student: Student, reference: SimpleNamespace) -> None:
    """Every number times two."""
    xs = np.array([0.5, -3.0, 7.0])
    values("double(xs)", student.call("double", xs), reference.double(xs))


@question("scale_forward", points=1, given=["double"])
def test_scale_forward(student: Student, reference: SimpleNamespace) -> None:
    """Twice each number, times the weight."""
    xs, w = np.array([0.5, -3.0, 7.0]), np.array([1.5])
    values("Scale(w).forward(xs)", student.new("Scale", w).call("forward", xs), reference.Scale(w).forward(xs))
