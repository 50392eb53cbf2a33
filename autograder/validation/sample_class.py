"""A sample class: submissions of every kind with their expected results, from known submissions and by hand.

The students of sample_class.toml hand in the assignment that it belongs to; four of them hand in every other one.
`demo` grades the class and compares, as do the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder import course
from autograder.authoring.filled_notebook import as_bytes, filled, reference_answers, released
from autograder.errors import TaskError
from autograder.result import Result
from autograder.validation import known_submissions, sample_class_file
from autograder.validation.known_submissions import KnownSubmission
from autograder.validation.misbehaviour import with_cell, with_doubled_cells, with_lines
from autograder.validation.sample_class_file import SampleStudent


@dataclass(frozen=True)
class Sample:
    """One submission and its expected result.

    lost        question id -> expected reason; every other question must be correct
    may_lose    questions that may be lost or not
    graded      whether it can be graded at all
    """

    student: str
    description: str
    make: Callable[[], bytes]
    assignment: str
    lost: Mapping[str, str] = field(default_factory=dict)
    may_lose: frozenset[str] = frozenset()
    graded: bool = True


def described_assignment() -> str:
    """The first assignment with a sample_class.toml. Raises TaskError if there is none."""
    for id in course.current().assignment_ids():
        if (_folder(id) / sample_class_file.NAME).is_file():
            return id
    raise TaskError(f"no assignment of this course has a {sample_class_file.NAME}, which states who hands in what")


def class_file() -> sample_class_file.SampleClassFile:
    """The contents of that assignment's sample_class.toml. Raises TaskError if it is malformed."""
    return sample_class_file.read(_folder(described_assignment()))


def _folder(id: str) -> Path:
    return course.source_of(course.current().root, id).parent


def samples() -> list[Sample]:
    """The whole class, by assignment and student. Raises TaskError if a known submission is missing."""
    others = [id for id in course.current().assignment_ids() if id != described_assignment()]
    return [*one_of_every_kind(), *(sample for id in others for sample in four_of(id))]


def one_of_every_kind() -> list[Sample]:
    """The submissions of the assignment with a sample_class.toml, by student."""
    id = described_assignment()
    known = known_submissions.read_submissions(id)
    made = [_sample(id, student, known) for student in class_file().students]
    return sorted(made, key=lambda sample: sample.student)


def short_class() -> list[Sample]:
    """Those of them that sample_class.toml names as the short class."""
    short = class_file().short
    return [sample for sample in one_of_every_kind() if sample.student in short]


def four_of(id: str) -> list[Sample]:
    """A right, an unusual, an untouched and a wrong submission of an assignment."""
    known = known_submissions.read_submissions(id)
    unusual = next((submission for submission in known if submission.kind == "right"), None)
    wrong = next(
        (submission for submission in known if submission.kind == "wrong" and submission.question == _dearest(id)), None
    )
    if unusual is None or wrong is None:
        raise TaskError(
            f"the sample class needs a right answer and a wrong one to {_dearest(id)} from the bank of {id}"
        )
    return [
        _sample(id, SampleStudent("alder", "everything right"), known),
        _sample(id, SampleStudent("ash", hands_in=unusual.name), known),
        _sample(id, SampleStudent("beech", "the notebook as it was handed out", sample_class_file.RELEASE), known),
        _sample(id, SampleStudent("birch", hands_in=wrong.name), known),
    ]


def _dearest(id: str) -> str:
    """The first question with the most points."""
    return max(course.current().load(id).questions, key=lambda question: question.points).id


def differences(expected: Iterable[Sample], results: Sequence[Result]) -> list[str]:
    """The results that differ from the expected ones, one line each."""
    received = {(result.assignment, result.student): result for result in results}
    of_the_class = {(one.assignment, one.student): one for one in expected}
    problems = [f"{student} is not of the sample class" for _, student in sorted(received.keys() - of_the_class.keys())]
    for key, sample in of_the_class.items():
        name = f"{sample.student} ({sample.description})"
        if key not in received:
            problems.append(f"{name} is not among the results")
        else:
            problems += [f"{name}: {problem}" for problem in _unlike(sample, received[key])]
    return problems


def _unlike(sample: Sample, result: Result) -> list[str]:
    if result.graded != sample.graded:
        faults = [f"{question.id}: {question.fault}" for question in result.questions if question.fault]
        return [f"graded: {result.graded}, should be {sample.graded} {'; '.join([result.problem, *faults])}"]
    reasons = {question.id: question.reason for question in result.questions}
    if not sample.graded:
        return []
    return [
        f"{id} is {reason}, should be {sample.lost.get(id, 'correct')}"
        for id, reason in reasons.items()
        if reason != sample.lost.get(id, "correct") and id not in sample.may_lose
    ]


def _sample(id: str, student: SampleStudent, known: Sequence[KnownSubmission]) -> Sample:
    """A student of sample_class.toml. Raises TaskError for a known submission, cell or function that is missing."""
    if student.hands_in == sample_class_file.RELEASE:
        return Sample(
            student.name, student.description, lambda: as_bytes(released(id)), id, _everything(id, "missing")
        )  # fmt: skip
    own = None if student.hands_in == sample_class_file.REFERENCE else _named(id, student.hands_in, known)
    lost = {**(_lost(own) if own is not None else {}), **student.loses}
    return Sample(
        student.name,
        student.description or (_description(own) if own is not None else ""),
        lambda: _handed_in(id, student, own),
        id,
        lost,
        _training(id) if lost else frozenset(),
        graded=student.damage != sample_class_file.CUT_OFF,
    )


def _handed_in(id: str, student: SampleStudent, known: KnownSubmission | None) -> bytes:
    """The file that a student hands in."""
    answers = known.answers if known is not None else {}
    if student.insert:
        references = reference_answers(id)
        if student.cell not in references:
            raise TaskError(f"{sample_class_file.NAME} of {id}: there is no solution cell {student.cell}")
        answers = {student.cell: with_lines(references[student.cell], student.function, student.insert)}
    notebook = filled(id, answers)
    if student.extra_cell:
        notebook = with_cell(notebook, student.extra_cell.strip("\n"))
    if student.damage == sample_class_file.DOUBLED_CELLS:
        notebook = with_doubled_cells(notebook)
    whole = as_bytes(notebook)
    return whole[: len(whole) // 2] if student.damage == sample_class_file.CUT_OFF else whole


def _everything(id: str, reason: str) -> dict[str, str]:
    return {question.id: reason for question in course.current().load(id).questions}


def _training(id: str) -> frozenset[str]:
    """The questions that train the student's own parts, and so may be lost together with any of them."""
    return frozenset(info.id for info in course.current().load(id).questions if info.is_training)


def _description(submission: KnownSubmission) -> str:
    kind = f"wrong in {submission.question}" if submission.kind == "wrong" else "right, unusual"
    return f"{kind}: {submission.title}"


def _lost(submission: KnownSubmission) -> dict[str, str]:
    """The questions that a known submission loses, with their reasons."""
    if submission.kind == "right":
        return {}
    return {**dict.fromkeys(submission.also, "wrong"), submission.question: submission.reason}


def _named(id: str, name: str, known: Sequence[KnownSubmission]) -> KnownSubmission:
    for submission in known:
        if submission.name == name:
            return submission
    raise TaskError(f"the sample class needs {name}, which is not among the known submissions of {id}")
