"""The result record: its content, the parts that do not count, and reading it back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.result import NOT_GRADED, REASONS, QuestionResult, Result

CONTRACT = {"correct", "wrong", "missing", "crashed", "timeout", "memory", "skipped"}


def result(*questions: QuestionResult, **fields) -> Result:
    facts = {"submission_sha256": "aa", "suite_sha256": "bb", "environment": "python 3.11, confined"}
    return Result("05_attention", list(questions), **(facts | fields))


RIGHT = QuestionResult("softmax", 10, 10.0, "correct", "Correct.")
PARTLY = QuestionResult("weight_sum", 20, 20 / 3, "wrong", "yours 1\nwanted 2")
NONE = QuestionResult("attention", 30, 0.0, "missing", "not written yet")
SKIPPED = QuestionResult("attention_training", 15, None, "skipped", "Left out of this grading.")
FAULTY = QuestionResult(
    "encoder", 25, None, NOT_GRADED, "Not graded.", fault="test_x: AssertionError: the oracle varies"
)


def test_the_reasons_are_those_of_the_contract():
    assert set(REASONS) == CONTRACT
    assert NOT_GRADED not in REASONS


def test_the_record_of_a_graded_submission():
    record = result(RIGHT, PARTLY, NONE, execution_time=1.23456, output="a note", student="hana").to_json()
    assert record == {
        "score": 16.6667,
        "execution_time": 1.235,
        "output": "a note",
        "tests": [
            {"name": "softmax", "score": 10.0, "max_score": 10, "status": "passed", "output": "Correct.",
             "extra_data": {"reason": "correct"}},
            {"name": "weight_sum", "score": 6.6667, "max_score": 20, "status": "failed", "output": "yours 1\nwanted 2",
             "extra_data": {"reason": "wrong"}},
            {"name": "attention", "score": 0.0, "max_score": 30, "status": "failed", "output": "not written yet",
             "extra_data": {"reason": "missing"}},
        ],
        "extra_data": {"assignment": "05_attention", "submission_sha256": "aa", "suite_sha256": "bb",
                       "environment": "python 3.11, confined", "student": "hana"},
    }  # fmt: skip
    assert json.loads(json.dumps(record)) == record


def test_a_submission_without_a_name_has_no_student():
    assert "student" not in result(RIGHT).to_json()["extra_data"]


def test_questions_left_out_do_not_count_in_the_total():
    some = result(RIGHT, SKIPPED)
    assert (some.score, some.max_score, some.graded) == (10.0, 10, True)
    entry = some.to_json()["tests"][1]
    assert (entry["score"], entry["max_score"], entry["status"]) == (0.0, 0, "failed")
    assert entry["extra_data"]["reason"] == "skipped"
    assert "not_graded" not in some.to_json()["extra_data"]


def test_ungraded_questions_do_not_count_in_the_total_and_are_noted():
    some = result(RIGHT, FAULTY)
    assert (some.score, some.max_score, some.graded) == (10.0, 10, False)
    record = some.to_json()
    assert record["extra_data"]["not_graded"] == {"encoder": "test_x: AssertionError: the oracle varies"}
    assert record["tests"][1]["max_score"] == 0
    assert "oracle" not in json.dumps(record["tests"])


def test_a_problem_with_the_whole_submission():
    none = result(problem="the file is empty")
    assert (none.score, none.max_score, none.graded) == (0, 0, False)
    assert none.to_json()["extra_data"]["not_graded"] == "the file is empty"
    assert none.to_json()["tests"] == []


def test_without_a_mark_there_is_no_score_for_gradescope():
    """Gradescope wants a score at the top or one in each test; without either it reports a failure."""
    for without in (result(problem="the file is empty"), result(RIGHT, FAULTY), result(FAULTY)):
        record = without.to_json()
        assert "score" not in record
        assert not record["tests"] or any("score" not in entry for entry in record["tests"])
        assert {"execution_time", "output", "tests", "extra_data"} == set(record)
    assert result(SKIPPED).to_json()["score"] == 0


def test_a_score_of_zero_is_a_mark_and_none_is_not():
    assert NONE.counted
    assert not SKIPPED.counted
    assert result(NONE).max_score == 30


def test_only_correct_is_passed():
    for reason in CONTRACT - {"correct"}:
        assert QuestionResult("q", 5, 5.0, reason).to_json()["status"] == "failed"


@pytest.mark.parametrize("environment", ["python 3.11, numpy 2.4, confined", "python 3.11, numpy 2.4, UNCONFINED"])
def test_whether_it_was_confined_is_in_the_environment(environment):
    assert result(environment=environment).confined == ("UNCONFINED" not in environment)


QUESTIONS = st.builds(
    QuestionResult,
    id=st.text("abcdefgh_", min_size=1),
    max_score=st.integers(1, 100),
    score=st.none() | st.floats(0, 100).map(lambda x: round(x, 4)),
    reason=st.sampled_from([reason for reason in REASONS if reason != "skipped"]),
    output=st.text(),
).map(lambda q: QuestionResult(q.id, q.max_score, q.score, q.reason if q.score is not None else "skipped", q.output))


@settings(derandomize=True, deadline=None)
@given(st.lists(QUESTIONS, max_size=5), st.text(), st.text(), st.floats(0, 1e6).map(lambda x: round(x, 3)))
def test_reading_back_keeps_everything_that_counts(questions, output, student, seconds):
    before = result(*questions, output=output, student=student, execution_time=seconds)
    after = Result.from_json(json.loads(json.dumps(before.to_json())))
    assert after.to_json() == before.to_json()
    assert (after.score, after.max_score, after.graded) == (before.score, before.max_score, before.graded)
    for mine, theirs in zip(after.questions, before.questions, strict=True):
        assert (mine.id, mine.score, mine.reason, mine.output) == (
            theirs.id,
            theirs.score,
            theirs.reason,
            theirs.output,
        )


def test_an_ungraded_question_is_still_ungraded_when_read_back():
    for before in (result(RIGHT, FAULTY), result(problem="the file is empty")):
        after = Result.from_json(before.to_json())
        assert not after.graded
        assert after.problem == before.problem
