"""Limits that fit the machine: if an answer ran out of time, the reference is timed on the same tests.

A suite states its limits in seconds, as floors: on a slow machine a question may take TIMES times as long as the
reference takes for the same tests, whatever its suite says. The reference is timed only when an answer was late: that
costs the others nothing, and happens at the moment at which it matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.plugin import Outcome, SuitePlugin
from autograder.testing.question import Question
from autograder.testing.runner import run_suite
from autograder.testing.student import BareConnection

TIMES = 20.0  # the longest that an answer may take, as a multiple of the reference's time


def late(outcomes: Mapping[str, Sequence[Outcome]]) -> frozenset[str]:
    """The questions that lost points by running out of time, and were not kept waiting for a core."""
    return frozenset(
        id for id, tests in outcomes.items() if any(test.reason == "timeout" and not test.fault for test in tests)
    )


def longer_limits(
    suite: Path, reference: SimpleNamespace, questions: Mapping[str, Sequence[Question]], ids: frozenset[str]
) -> dict[str, float]:
    """Limits in seconds for those of the questions `ids` whose suite states less than the reference needs here."""
    needed = reference_seconds(suite, reference, ids)
    stated = {id: max(asked.timeout_s for asked in questions[id]) for id in ids}
    return {id: TIMES * needed[id] for id in ids if TIMES * needed.get(id, 0.0) > stated[id]}


def reference_seconds(suite: Path, reference: SimpleNamespace, ids: frozenset[str]) -> dict[str, float]:
    """CPU seconds that the reference's answers to all tests of each question take in this process."""

    @contextmanager
    def connect(follow_through: FollowThrough, timeout_s: float) -> Iterator[BareConnection]:
        yield BareConnection(dict(vars(reference)), follow_through)

    timed = SuitePlugin(connect, reference, ids)
    run_suite(suite, timed)
    return dict(timed.used_s)
