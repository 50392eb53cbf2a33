"""All runs of a hidden suite for one submission: on its own pieces, with longer limits, with stand-ins.

Every question is first asked of the student's own pieces; if it fails and questions it builds on failed too, it is
asked again with the reference standing in for those, and the better of the two counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

from autograder import course
from autograder.grading.time_limits import late, longer_limits
from autograder.testing.plugin import Connect, Outcome, SuitePlugin
from autograder.testing.question import Question
from autograder.testing.runner import run_suite
from autograder.testing.suite_check import require_known


def ask(
    connect: Connect,
    assignment: course.Assignment,
    reference: SimpleNamespace,
    wanted: frozenset[str],
    variant: int,
    on_step: Callable[[str], None] = lambda id: None,
) -> dict[str, list[Outcome]]:
    """The outcomes per question, after follow-through, of one variant of the hidden inputs."""

    def on_test(outcome: Outcome) -> None:
        on_step(outcome.question.id)

    first = SuitePlugin(connect, reference, wanted, {}, on_test, variant)
    run_suite(assignment.suite, first)
    require_known(assignment, first.questions)
    outcomes = by_question(first.outcomes)
    outcomes |= _asked_longer(connect, assignment, reference, variant, first.questions, outcomes)
    stand_ins = stand_ins_for(assignment, first.questions, outcomes, wanted)
    if stand_ins:
        again = SuitePlugin(connect, reference, frozenset(stand_ins), stand_ins, on_test, variant)
        run_suite(assignment.suite, again)
        for id, second in by_question(again.outcomes).items():
            outcomes[id] = _better_run(outcomes[id], second)
    return outcomes


def _asked_longer(
    connect: Connect,
    assignment: course.Assignment,
    reference: SimpleNamespace,
    variant: int,
    questions: dict[str, list[Question]],
    outcomes: dict[str, list[Outcome]],
) -> dict[str, list[Outcome]]:
    """Second outcomes of questions that ran out of time, if the machine is too slow for the limits in the suite."""
    ids = late(outcomes)
    limits = longer_limits(assignment.suite, reference, questions, ids) if ids else {}
    if not limits:
        return {}
    again = SuitePlugin(connect, reference, frozenset(limits), variant=variant, limits=limits)
    run_suite(assignment.suite, again)
    return by_question(again.outcomes)


def _better_run(own: list[Outcome], with_stand_ins: list[Outcome]) -> list[Outcome]:
    """The run of a question that counts: the better of two; of equals, the one that blames no other question.

    If one could not be judged, the other may have been unfair: only full points are then a mark.
    """
    not_judged = [run for run in (own, with_stand_ins) if any(outcome.fault for outcome in run)]
    if not_judged and share_passed(with_stand_ins) < 1:
        return not_judged[0]
    return max(with_stand_ins, own, key=share_passed)


def by_question(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes by question id, in the order of the suite."""
    grouped: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.question.id, []).append(outcome)
    return grouped


def share_passed(outcomes: Sequence[Outcome]) -> float:
    """The share of a question's points that its tests gave; 0 if one could not be judged."""
    total = sum(outcome.question.points for outcome in outcomes)
    if not total or any(outcome.fault for outcome in outcomes):
        return 0.0
    return sum(outcome.question.points for outcome in outcomes if outcome.passed) / total


def stand_ins_for(
    assignment: course.Assignment,
    asked: dict[str, list[Question]],
    outcomes: dict[str, list[Outcome]],
    wanted: frozenset[str],
) -> dict[str, list[str]]:
    """For each question that failed: the definitions of those it builds on that failed too, or were not asked."""
    failed = {id for id, tests in outcomes.items() if not all(test.passed for test in tests)}
    stand_ins = {}
    for id in failed:
        given = {name for question in asked[id] for name in question.given}
        wrong = [name for name in given if name in failed or name not in wanted]
        names = {cell for name in wrong for cell in assignment.question(name).cells}
        names -= {*assignment.question(id).cells}
        if names:
            stand_ins[id] = sorted(names)
    return stand_ins
