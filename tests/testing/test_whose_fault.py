"""Whose fault a test's failure is: the plugin, run on suites of a few lines."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.plugin import Outcome, SuitePlugin
from autograder.testing.student import BareConnection

SUITE = """
import numpy as np
import pytest
from autograder.testing import checks
from autograder.testing.question import question

@question("softmax")
def test_it(student, reference):
    {body}
"""
NUMBERS = itertools.count()  # pytest imports modules of one name only once per process
SCORES = "np.array([[0.0, 1.0], [2.0, 3.0]])"


def right(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def stub(scores: np.ndarray) -> np.ndarray:
    """The stub as handed out."""
    raise NotImplementedError("softmax")


def broken(scores: np.ndarray) -> np.ndarray:
    """Raises."""
    raise IndexError("no such axis")


def outcome(tmp_path: Path, body: str, softmax: Any) -> Outcome:
    """The plugin's outcome for a one-test suite."""
    suite = tmp_path / f"test_suite_{next(NUMBERS)}.py"
    suite.write_text(SUITE.format(body=body))

    @contextlib.contextmanager
    def connect(follow_through: FollowThrough, limit_s: float) -> Iterator[BareConnection]:
        yield BareConnection({"softmax": softmax} if softmax else {}, follow_through)

    plugin = SuitePlugin(connect, SimpleNamespace(softmax=right), frozenset({"softmax"}))
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--rootdir", str(tmp_path), "-c", "/dev/null"]
    pytest.main([*options, "--import-mode=importlib", str(suite)], plugins=[plugin])
    (only,) = plugin.outcomes
    return only


COMPARES = f"checks.values('softmax', student.call('softmax', {SCORES}), reference.softmax({SCORES}))"


def test_a_right_answer_passes(tmp_path: Path) -> None:
    result = outcome(tmp_path, COMPARES, right)
    assert (result.passed, result.reason, result.fault) == (True, "correct", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(np.negative, "wrong"), (repr, "wrong"), (broken, "wrong"), (stub, "missing"), (None, "missing")],
)
def test_what_the_student_did_is_the_students(tmp_path: Path, answer: Any, reason: str) -> None:
    result = outcome(tmp_path, COMPARES, answer)
    assert (result.passed, result.reason, result.fault) == (False, reason, "")


@pytest.mark.parametrize("answer", [right, lambda x: x])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"student.call('softmax', {SCORES})", "without comparing anything"),
        (f"np.allclose(student.call('softmax', {SCORES}), reference.softmax({SCORES}))", "without comparing anything"),
        ("pass", "without comparing anything"),
        ("assert np.ptp(reference.softmax(np.zeros(3))) > 0", "AssertionError"),
        ("assert len(student.call('softmax', np.zeros(3))) == 2", "AssertionError"),
        ("checks.values('softmax', student.call('softmax', np.zeros(3)), np.full(3, np.nan))", "TaskError"),
        ("reference.softmux", "AttributeError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_suite_that_checks_nothing_or_fails_by_itself_is_at_fault(
    tmp_path: Path, body: str, message: str, answer: Any
) -> None:
    result = outcome(tmp_path, body, answer)
    assert (result.passed, result.fault) == (False, "task")
    assert message in result.message


def test_a_stub_is_missing_even_where_the_suite_would_compare_nothing(tmp_path: Path) -> None:
    result = outcome(tmp_path, f"student.call('softmax', {SCORES})", stub)
    assert (result.reason, result.fault) == ("missing", "")


def test_the_three_lines_reach_the_outcome(tmp_path: Path) -> None:
    result = outcome(tmp_path, COMPARES, lambda x: right(x)[0])
    assert result.message.split("\n") == [
        "softmax",
        "yours   an array of shape (2,): axis 0 of (2, 2) is missing",
        "wanted  an array of shape (2, 2)",
    ]
