"""Check that an assignment and its suite agree: each question has a test, each test a question, points add up."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from types import SimpleNamespace

from autograder.course import Assignment
from autograder.errors import TaskError
from autograder.testing.plugin import SuitePlugin
from autograder.testing.runner import run_suite

ALL_POINTS = 100


def suite_problems(assignment: Assignment) -> list[str]:
    """The disagreements, one sentence each. The suite is loaded, but none of its tests is run."""
    problems = []
    total = sum(question.points for question in assignment.questions)
    if abs(total - ALL_POINTS) > 1e-9:
        problems.append(f"{assignment.id}: its questions have {total:g} points in all, not {ALL_POINTS}")
    try:
        tested = _tested_questions(assignment)
        require_known(assignment, tested)
    except TaskError as error:
        return [*problems, f"{assignment.id}: {str(error).splitlines()[0]}"]
    untested = [question.id for question in assignment.questions if question.id not in tested]
    if untested:
        problems.append(f"{assignment.id}: {assignment.suite.name}/ has no test of {', '.join(untested)}")
    return problems


def require_known(assignment: Assignment, tested: Collection[str]) -> None:
    """Raise TaskError if a suite tests a question that the assignment does not ask, such as a mistyped id."""
    asked = [question.id for question in assignment.questions]
    unknown = sorted(set(tested) - set(asked))
    if unknown:
        raise TaskError(
            f"{assignment.id}/{assignment.suite.name} has tests of {', '.join(unknown)}, which {assignment.id} does "
            f"not ask; it asks {', '.join(asked)}"
        )


def _tested_questions(assignment: Assignment) -> Collection[str]:
    """The ids of the questions that the suite has tests of. Raises TaskError if it cannot be loaded."""
    plugin = SuitePlugin(lambda *_: contextlib.nullcontext(), SimpleNamespace(), wanted=frozenset())  # type: ignore[arg-type]
    run_suite(assignment.suite, plugin)
    return plugin.questions
