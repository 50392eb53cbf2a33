"""The submissions that the gate has graded, and the expected result of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import nbformat

from autograder import course
from autograder.authoring.filled_notebook import answers_only, as_bytes, filled, released
from autograder.grading.grader import wanted_questions
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.reports.plain_text import first_line, points
from autograder.result import QuestionResult, Result
from autograder.testing.hidden_inputs import VARIANTS
from autograder.validation.known_submissions import KnownSubmission, read_submissions

Judge = Callable[[Graded], list[str]]


@dataclass(frozen=True)
class Trial:
    """One submission of the gate.

    training    whether its training question is graded
    judge       problems with the result, one line each
    submission  the known submission that it was made from, if any
    variant     the variant of the hidden inputs used by the sandbox
    """

    name: str
    data: bytes
    training: bool
    judge: Judge
    submission: KnownSubmission | None = None
    variant: int = 0


@dataclass(frozen=True)
class Meeting:
    """A trial under one variant of the hidden inputs."""

    trial: Trial
    variant: int

    @property
    def answers(self) -> dict[str, str]:
        """The text of each cell that it fills; empty for the reference."""
        return self.trial.submission.answers if self.trial.submission is not None else {}


def trials(assignment: course.Assignment) -> list[Trial]:
    """All trials, the longest first. Two files are graded twice; known submissions use the variants in turn.

    Raises TaskError if one cannot be made.
    """
    bank = [
        _of_bank(assignment, submission, place % VARIANTS)
        for place, submission in enumerate(read_submissions(assignment.id))
    ]
    reference = Trial("the reference", as_bytes(filled(assignment.id)), True, _all_right("the reference"))
    untouched = Trial(
        "the untouched release", as_bytes(released(assignment.id)), True, _nothing("the untouched release")
    )
    wrong = [trial for trial in bank if trial.submission is not None and trial.submission.kind == "wrong"]
    again = [_again(trial) for trial in (reference, *wrong[:1])]
    bank.sort(key=lambda trial: not trial.training)
    return [reference, *again, *bank, untouched, _canary(assignment)]


def lost(result: Result) -> frozenset[str]:
    """The questions that were graded below full marks."""
    return frozenset(q.id for q in result.questions if q.score is not None and q.score < q.max_score)


def different(first: Result, second: Result) -> list[str]:
    """The keys in which two records differ, except for the execution time."""
    one, two = first.to_json(), second.to_json()
    return sorted(key for key in one.keys() | two.keys() if key != "execution_time" and one.get(key) != two.get(key))


def _again(trial: Trial) -> Trial:
    """The same file a second time, so that the gate can compare the records."""
    return Trial(f"{trial.name}, again", trial.data, trial.training, _never, variant=trial.variant)


def _never(graded: Graded) -> list[str]:
    return []


def _of_bank(assignment: course.Assignment, submission: KnownSubmission, variant: int) -> Trial:
    name = f"{submission.name} ({submission.title})"
    judge = _all_right(name) if submission.kind == "right" else _wrong(name, assignment, submission)
    data = as_bytes(answers_only(filled(assignment.id, submission.answers)))
    return Trial(name, data, submission.needs_training, judge, submission, variant)


def _all_right(name: str) -> Judge:
    def judge(graded: Graded) -> list[str]:
        problems = ungraded(name, graded.result)
        for question in graded.result.questions:
            if question.id in lost(graded.result):
                reached = f"{points(question.score or 0)} of {points(question.max_score)}"
                problems.append(f"{name} gets {reached} on {question.id}: {first_line(question.output)}")
        return problems

    return judge


def _nothing(name: str) -> Judge:
    def judge(graded: Graded) -> list[str]:
        questions = graded.result.questions
        return ungraded(name, graded.result) + [
            f"{name} gets {points(q.score)} on {q.id}" for q in questions if q.score
        ]

    return judge


def _wrong(name: str, assignment: course.Assignment, submission: KnownSubmission) -> Judge:
    """Require that its question is lost for the stated reason, and no other but those declared and training."""
    training = {question.id for question in assignment.questions} - wanted_questions(
        assignment, Options(training=False)
    )

    def judge(graded: Graded) -> list[str]:
        if problems := ungraded(name, graded.result):
            return problems
        gone = lost(graded.result)
        more = sorted(gone - submission.losses - training)
        own = next(question for question in graded.result.questions if question.id == submission.question)
        breaches = _otherwise(name, submission, own) if submission.question in gone else []
        survives = (
            [f"{name} survives: {submission.question} gives it full marks"] if submission.question not in gone else []
        )
        return survives + breaches + [f"{name} is wrong in {submission.question} and also loses {id}" for id in more]

    return judge


def _otherwise(name: str, submission: KnownSubmission, lost_question: QuestionResult) -> list[str]:
    """The differences between the record of a lost question and the known submission's expectations."""
    id, breaches = lost_question.id, []
    if lost_question.reason != submission.reason:
        breaches.append(f"{name} loses {id} for the reason {lost_question.reason!r}, not {submission.reason!r}")
    if submission.feedback not in lost_question.output:
        breaches.append(f"{name} is told on {id} without {submission.feedback!r}: {first_line(lost_question.output)}")
    if lost_question.mistake not in ("", submission.title):
        breaches.append(f"{name} is told of another mistake on {id}: {lost_question.mistake}")
    return breaches


def ungraded(name: str, result: Result) -> list[str]:
    """The reasons why a trial was not graded, [] if it was."""
    if result.problem:
        return [f"{name} was not graded: {first_line(result.problem)}"]
    return [
        f"{name}: {q.id} was not graded: {first_line(q.fault)}" for q in result.questions if q.reason == "not graded"
    ]


def _canary(assignment: course.Assignment) -> Trial:
    """A file unlike every other: it prints a word, and undoes all its right answers in a last cell."""
    word = f"canary-{assignment.id}"
    notebook = filled(assignment.id)
    undo = [f"{name} = lambda *args, **kwargs: '{word}'" for name in assignment.solution_cells]
    notebook.cells.append(nbformat.v4.new_code_cell("\n".join([*undo, f"print('{word}'.upper())"])))

    def judge(graded: Graded) -> list[str]:
        problems = ungraded("the canary", graded.result)
        if word.upper() not in "".join(_printed(graded.notebook)):
            problems.append("the canary is not heard: what was run is not the file that was handed in")
        kept = [q.id for q in graded.result.questions if q.score]
        return problems + [f"the canary keeps {id}: what was judged is not the file that was handed in" for id in kept]

    return Trial("the canary", as_bytes(notebook), False, judge)


def _printed(notebook: str) -> Iterator[str]:
    for cell in json.loads(notebook)["cells"] if notebook else []:
        yield from (str(output.get("text", "")) for output in cell.get("outputs", []))


def unproven(assignment: course.Assignment, known: Iterable[KnownSubmission]) -> list[str]:
    """Problems for questions without a known wrong answer."""
    tried: Sequence[str] = [submission.question for submission in known if submission.kind == "wrong"]
    return [f"no wrong answer in the bank for {q.id}" for q in assignment.questions if q.id not in tried]
