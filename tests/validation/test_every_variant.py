"""The gate under every variant of the hidden inputs: entries that are harder or easier in one of them are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from every_assignment import course_at
from tiny_course import ID, Commands, tiny_course

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.grading import grader
from autograder.grading.grader import wanted_questions
from autograder.grading.options import Options
from autograder.testing.hidden_inputs import VARIANTS
from autograder.validation import every_variant
from autograder.validation.every_variant import breaches_of, meetings, outcomes_of, result_of, results
from autograder.validation.known_submissions import read_submissions
from autograder.validation.trials import lost, trials

# Easier in variant 2, where three times zero is two times zero; harder in 1; broken in 3.
UNEVEN_SUITE = '''
from autograder.testing.checks import equal, values
from autograder.errors import CheckFailed
from autograder.testing.hidden_inputs import STRIDE, hidden_rng, hidden_seed
from autograder.testing.question import question


@question("double", points=1)
def test_double(student, reference):
    """Twice each number."""
    variant = hidden_seed(0) // STRIDE
    xs = hidden_rng(0).standard_normal(3) * (variant != 2)
    values("double(xs)", student.call("double", xs), reference.double(xs))
    if variant == 1:
        raise CheckFailed("double(xs)", "right", "more than that")
    assert variant != 3, "no such draw"


@question("scale_forward", points=1, given=["double"])
def test_scale_forward(student, reference):
    """Twice each number, times the weight."""
    xs, w = hidden_rng(1).standard_normal(3) * (hidden_seed(0) // STRIDE != 2), hidden_rng(2).standard_normal(1)
    values("Scale(w).forward(xs)", student.new("Scale", w).call("forward", xs), reference.Scale(w).forward(xs))
'''
HANGS = "def double(xs):\n    while True:\n        pass"
DOES_NOT_RUN = "wrong = 1 / 0\ndef double(xs):\n    return xs"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Forget the references of other copies of the course."""
    grader.forget_loaded()
    yield
    grader.forget_loaded()


def answers(name: str) -> dict[str, str]:
    """The answers of an entry of the tiny bank."""
    return next(entry.answers for entry in read_submissions(ID) if entry.name == name)


def test_each_entry_and_the_reference_meet_every_variant_once(tmp_path: Path) -> None:
    with course_at(tiny_course(tmp_path)):
        planned = trials(course.current().load(ID))
        met = meetings(planned)
    bank = [trial for trial in planned if trial.submission is not None]
    assert {trial.variant for trial in bank} == set(range(VARIANTS))
    for trial in (*bank, planned[0]):
        variants = [trial.variant, *(one.variant for one in met if one.trial is trial)]
        assert sorted(variants) == list(range(VARIANTS))
    assert len(met) == (len(bank) + 1) * (VARIANTS - 1)


def test_mistakes_that_only_show_in_training_are_left_out(tmp_path: Path) -> None:
    with course_at(tiny_course(tmp_path)):
        planned = [trial for trial in trials(course.current().load(ID)) if trial.submission is not None]
    assert planned[0].submission is not None
    object.__setattr__(planned[0].submission, "needs_training", True)
    assert {one.trial.name for one in meetings(planned)} == {trial.name for trial in planned[1:]}


@pytest.mark.parametrize(
    ("variant", "of_reference", "of_wrong"),
    [
        (0, "", ""),
        (1, "the reference gets 0 of 40 on double: double(xs) (variant 1)", ""),
        (2, "", "double__thrice (three times) survives: double gives it full marks (variant 2)"),
        (3, "the reference: double was not graded: test_double: AssertionError: no such draw (variant 3)", ""),
    ],
)
def test_a_variant_that_is_not_like_the_others_is_named(
    tmp_path: Path, variant: int, of_reference: str, of_wrong: str
) -> None:
    with course_at(tiny_course(tmp_path, suite=UNEVEN_SUITE)):
        planned = {trial.name: trial for trial in trials(course.current().load(ID))}
        came = [result_of(ID, {}, variant), result_of(ID, answers("double__thrice"), variant)]
    breaches = [
        line
        for name, result in zip(("the reference", "double__thrice (three times)"), came, strict=True)
        for line in breaches_of(every_variant.Meeting(planned[name], variant), result)
    ]
    assert breaches == [line for line in (of_reference, of_wrong) if line]


def test_follow_through_is_as_in_the_sandbox(tmp_path: Path) -> None:
    """Scale calls the student's own double, which is wrong; the reference's stands in for it."""
    with course_at(tiny_course(tmp_path)):
        assert lost(result_of(ID, answers("double__thrice"), 0)) == {"double"}
        assert lost(result_of(ID, answers("adds"), 0)) == frozenset()


def test_an_answer_that_never_ends_or_does_not_run_is_no_end_of_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every_variant, "LIMIT_S", 0.5)
    with course_at(tiny_course(tmp_path)):
        endless = result_of(ID, {"double": HANGS}, 1)
        broken = result_of(ID, {"double": DOES_NOT_RUN}, 1)
    assert [question.reason for question in endless.questions if question.id == "double"] == ["timeout"]
    assert "the reference does not run: <01_tiny: double>: ZeroDivisionError" in broken.problem


@pytest.mark.parametrize("id", course.current().assignment_ids())
def test_answers_that_are_always_a_text_pass_no_hidden_test(id: str) -> None:
    """A test that only looks at what a call leaves behind would give points for nothing."""
    assignment = course.current().load(id)
    texts = {name: f"{name} = lambda *args, **kwargs: 'text'" for name in reference_answers(id)}
    wanted = wanted_questions(assignment, Options(training=False))
    outcomes = outcomes_of(assignment, texts, wanted, 1)
    assert [test.test for tests in outcomes.values() for test in tests if test.passed] == []


def test_processes_come_to_the_same(tmp_path: Path) -> None:
    with course_at(tiny_course(tmp_path, suite=UNEVEN_SUITE)):
        assignment = course.current().load(ID)
        met = [one for one in meetings(trials(assignment)) if one.trial.name.startswith(("the ref", "double__thr"))]
        breaches = {line for meeting, result in results(assignment, met) for line in breaches_of(meeting, result)}
    assert {line[-11:] for line in breaches if line.startswith("the reference")} == {"(variant 1)", "(variant 3)"}
    assert "double__thrice (three times) survives: double gives it full marks (variant 2)" in breaches


@pytest.mark.slow
def test_the_gate_says_which_variant_is_easier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(tiny_course(tmp_path, suite=UNEVEN_SUITE), monkeypatch, capsys)("validate", ID)
    assert ran.status == 1
    assert "survives: double gives it full marks (variant 2)" in ran.out
    rows = {cells[0]: cells[1:] for line in ran.out.splitlines() if len(cells := line.split()) == 5}
    assert [rows[str(variant)] for variant in (0, 1)] == [["3", "3", "1", "1"], ["3", "3", "1", "0"]]
    assert rows["2"] == ["3", "0", "1", "1"]
