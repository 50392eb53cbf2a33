"""From outcomes to a mark: shares of points, reasons, faults that cost no points, and feedback."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import Assignment, QuestionInfo
from autograder.grading.judge import NOT_YOURS, feedback_of, judge_question, question_not_graded
from autograder.grading.questioning import stand_ins_for
from autograder.result import NOT_GRADED
from autograder.testing.plugin import Outcome
from autograder.testing.question import Question

INFO = QuestionInfo("attention", 12, ("Attention",), "attention", "")


def passed(points: float = 1) -> Outcome:
    return Outcome(Question("attention", points), "test_right", passed=True, reason="correct")


def failed(points: float = 1, reason: str = "wrong", message: str = "yours 1", hint: str = "") -> Outcome:
    return Outcome(Question("attention", points, hint=hint), "test_wrong", reason=reason, message=message)


def faulty(fault: str = "task") -> Outcome:
    return Outcome(Question("attention"), "test_ours", message="AssertionError: the oracle varies", fault=fault)


def test_all_passed_is_full_marks():
    judged = judge_question(INFO, [passed(), passed(3)])
    assert (judged.score, judged.max_score, judged.reason, judged.output) == (12, 12, "correct", "Correct.")


def test_none_passed_is_zero():
    judged = judge_question(INFO, [failed(), failed(3)])
    assert (judged.score, judged.reason, judged.counted) == (0, "wrong", True)


@pytest.mark.parametrize(
    ("tests", "score"),
    [
        ([passed(1), failed(1)], 6),
        ([passed(1), failed(2)], 4),
        ([passed(2), failed(1)], 8),
        ([passed(1), failed(6)], 1.7143),
    ],
    ids=["half", "a third", "two thirds", "a seventh"],
)
def test_partial_credit_is_the_share_of_the_points(tests, score):
    judged = judge_question(INFO, tests)
    assert (judged.score, judged.reason) == (score, "wrong")
    assert judge_question(INFO, tests[::-1]).score == score


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 100), st.booleans()), min_size=1, max_size=8))
def test_a_score_is_between_nothing_and_all(tests):
    judged = judge_question(INFO, [passed(points) if ok else failed(points) for points, ok in tests])
    assert 0 <= judged.score <= INFO.points
    assert (judged.score == INFO.points and judged.reason == "correct") or not all(ok for _, ok in tests)


@pytest.mark.parametrize("points", [0, -1, -0.5, math.inf, math.nan])
def test_points_that_are_no_share_are_refused(points):
    with pytest.raises(ValueError, match="attention: points and timeout_s are positive numbers"):
        Question("attention", points)


def test_no_test_is_no_mark():
    judged = judge_question(INFO, [])
    assert (judged.score, judged.reason) == (None, NOT_GRADED)


@pytest.mark.parametrize("fault", ["task", "grader"])
@pytest.mark.parametrize("others", [[passed()], [failed()], []], ids=["passed", "failed", "alone"])
def test_a_fault_that_is_not_the_students_gives_no_mark(fault, others):
    judged = judge_question(INFO, [*others, faulty(fault)])
    assert (judged.score, judged.reason, judged.counted) == (None, NOT_GRADED, False)
    assert judged.fault == "test_ours: AssertionError: the oracle varies"
    assert judged.output == NOT_YOURS


def test_a_student_does_not_read_what_the_suite_said_of_itself():
    assert "oracle" not in question_not_graded(INFO, "the oracle varies").output


@pytest.mark.parametrize("reason", ["wrong", "missing", "crashed", "timeout", "memory"])
def test_the_reason_is_that_of_the_first_failure(reason):
    judged = judge_question(INFO, [passed(), failed(reason=reason), failed(reason="wrong")])
    assert judged.reason == reason


def test_a_name_that_is_missing_since_its_cell_failed_has_the_cells_reason():
    note = "The cell Attention ran for over 30 s and was stopped."
    judged = judge_question(INFO, [failed(reason="missing", message="Attention is not defined")], "timeout", note)
    assert judged.reason == "timeout"
    assert judged.output == f"{note}\n\nAttention is not defined"
    assert judge_question(INFO, [failed(reason="wrong")], "timeout", note).reason == "wrong"
    assert judge_question(INFO, [failed(reason="missing")], "", note).reason == "missing"


def test_a_failed_cell_does_not_matter_when_all_is_right():
    assert judge_question(INFO, [passed()], "timeout", "The cell was stopped.").output == "Correct."


def test_feedback_says_each_thing_once_and_not_too_much():
    tests = [failed(message=f"message {n // 2}", hint=f"why {n // 3}?") for n in range(12)]
    assert feedback_of(tests).split("\n\n") == [
        "message 0", "message 1", "message 2", "Hint: why 0?", "Hint: why 1?", "Hint: why 2?",
    ]  # fmt: skip


def test_feedback_is_never_empty():
    assert feedback_of([failed(message="")]) == "Wrong."


def test_every_solution_cell_of_a_wrong_question_is_stood_in_for():
    scores = QuestionInfo("scores", 12, ("GeneralScore", "AdditiveScore"), "scores", "")
    best = QuestionInfo("best", 8, ("best",), "best", "")
    assignment = Assignment(Path(), "01_tiny", "tiny", "", (scores, best), (*scores.cells, *best.cells))
    asked = {"scores": [Question("scores")], "best": [Question("best", given=["scores"])]}
    outcomes = {id: [Outcome(questions[0], "test")] for id, questions in asked.items()}
    assert stand_ins_for(assignment, asked, outcomes, frozenset(asked)) == {"best": ["AdditiveScore", "GeneralScore"]}
