"""Assignment 05, other score functions: score_functions."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing.question import question
from autograder.testing.student import Student

from . import score_checks

score_functions = partial(
    question, "score_functions",
    hint="Which axis of each parameter meets which axis of hs or h, and over which axes does its gradient add up?",
)  # fmt: skip


@score_functions(points=2)
def test_score_functions_general_values(student: Student, reference: SimpleNamespace) -> None:
    """Scores of every source step."""
    score_checks.check_values(student, reference, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One of everything."""
    score_checks.check_small_sizes(student, reference, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """The parameters given, also when they have changed."""
    score_checks.check_params(student, reference, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """The dtype of the parameters."""
    score_checks.check_dtype(student, reference, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """hs, h, dscores and the parameters are still what they were."""
    score_checks.check_untouched(student, reference, "GeneralScore")


@score_functions(points=2)
def test_score_functions_general_input_gradients(student: Student) -> None:
    """dhs and dh."""
    score_checks.check_input_gradients(student, "GeneralScore")


@score_functions(points=2)
def test_score_functions_general_parameter_gradients(student: Student) -> None:
    """The gradient of W."""
    score_checks.check_parameter_gradients(student, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    score_checks.check_small_gradients(student, "GeneralScore")


@score_functions(points=2)
def test_score_functions_general_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never added up over two calls."""
    score_checks.check_grads_overwritten(student, "GeneralScore")


@score_functions(points=1)
def test_score_functions_general_gradients_keep_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    score_checks.check_gradient_dtype(student, "GeneralScore")


@score_functions(points=2)
def test_score_functions_additive_values(student: Student, reference: SimpleNamespace) -> None:
    """Scores of every source step."""
    score_checks.check_values(student, reference, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One of everything."""
    score_checks.check_small_sizes(student, reference, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """The parameters given, also when they have changed."""
    score_checks.check_params(student, reference, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """The dtype of the parameters."""
    score_checks.check_dtype(student, reference, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """hs, h, dscores and the parameters are still what they were."""
    score_checks.check_untouched(student, reference, "AdditiveScore")


@score_functions(points=2)
def test_score_functions_additive_input_gradients(student: Student) -> None:
    """dhs and dh."""
    score_checks.check_input_gradients(student, "AdditiveScore")


@score_functions(points=2)
def test_score_functions_additive_parameter_gradients(student: Student) -> None:
    """The gradients of W_enc, W_dec and v."""
    score_checks.check_parameter_gradients(student, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    score_checks.check_small_gradients(student, "AdditiveScore")


@score_functions(points=2)
def test_score_functions_additive_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never added up over two calls."""
    score_checks.check_grads_overwritten(student, "AdditiveScore")


@score_functions(points=1)
def test_score_functions_additive_gradients_keep_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    score_checks.check_gradient_dtype(student, "AdditiveScore")
