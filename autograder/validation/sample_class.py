"""A sample class: submissions of every kind with their expected results, from known submissions and by hand.

Sixteen students hand in assignment 01, one submission of every kind; four of them hand in the other assignments too.
`demo` grades the class and compares, as do the tests. The ids of the students are names of trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder import course
from autograder.authoring.filled_notebook import as_bytes, filled, released
from autograder.errors import TaskError
from autograder.result import Result
from autograder.validation import known_submissions
from autograder.validation.misbehaviour import (
    BOMB,
    ENDLESS,
    ENDS_THE_PROCESS,
    NOISY,
    PATCHED,
    changed,
    with_cell,
    with_duplicates,
)

ASSIGNMENT = "01_rnn_lm_sampling"
TRAINING = frozenset({"rnnlm_training"})  # trains the student's own parts, so it may be lost together with any of them
UNUSUAL = ("draws_by_cumulative_sums", "four_matrices_and_einsum")
WRONG_SOFTMAX = "softmax__first_axis"
WRONG = (
    WRONG_SOFTMAX, "lstm_backward__dc_next_ignored", "time_lstm_state__c_not_carried", "perplexity__mean_of_means",
    "generate__last_word_fed_back",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One submission and its expected result.

    lost        question id -> expected reason; every other question must be correct
    may_lose    questions that may be lost or not
    graded      whether it can be graded at all
    assignment  the id of its assignment
    """

    student: str
    description: str
    make: Callable[[], bytes]
    lost: Mapping[str, str] = field(default_factory=dict)
    may_lose: frozenset[str] = frozenset()
    graded: bool = True
    assignment: str = ASSIGNMENT


def samples() -> list[Sample]:
    """The whole class, by assignment and student. Raises TaskError if a known submission is missing."""
    others = [id for id in course.current().assignment_ids() if id != ASSIGNMENT]
    return [*one_of_every_kind(), *(sample for id in others for sample in four_of(id))]


def four_of(id: str) -> list[Sample]:
    """A right, an unusual, an untouched and a wrong submission of an assignment."""
    known = known_submissions.read_submissions(id)
    training = frozenset(info.id for info in course.current().load(id).questions if info.is_training)
    unusual = next((submission for submission in known if submission.kind == "right"), None)
    wrong = next(
        (submission for submission in known if submission.kind == "wrong" and submission.question == _dearest(id)), None
    )
    if unusual is None or wrong is None:
        raise TaskError(
            f"the sample class needs a right answer and a wrong one to {_dearest(id)} from the bank of {id}"
        )
    return [
        Sample("alder", "everything right", lambda: as_bytes(filled(id)), assignment=id),
        Sample("ash", f"right, unusual: {unusual.title}", _notebook_of(id, unusual), assignment=id),
        Sample(
            "beech", "the notebook as it was handed out",
            lambda: as_bytes(released(id)), _everything(id, "missing"), assignment=id,
        ),
        _mistake(id, "birch", wrong, training),
    ]  # fmt: skip


def _dearest(id: str) -> str:
    """The first question with the most points."""
    return max(course.current().load(id).questions, key=lambda question: question.points).id


def one_of_every_kind() -> list[Sample]:
    """Sixteen submissions of assignment 01, by student."""
    made = [
        Sample("alder", "everything right", _perfect),
        *_unusual(["ash", "aspen"]),
        Sample("beech", "the notebook as it was handed out", _untouched, _everything(ASSIGNMENT, "missing")),
        *_mistaken(["birch", "cedar", "cherry", "chestnut", "cypress"]),
        *_misbehaving(),
        Sample("willow", "the upload was cut off half way", _truncated, graded=False),
        Sample("yew", "right, with two cells there twice", lambda: as_bytes(with_duplicates(filled(ASSIGNMENT)))),
    ]
    return sorted(made, key=lambda sample: sample.student)


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


def _perfect() -> bytes:
    return as_bytes(filled(ASSIGNMENT))


def _untouched() -> bytes:
    return as_bytes(released(ASSIGNMENT))


def _truncated() -> bytes:
    whole = _perfect()
    return whole[: len(whole) // 2]


def _everything(id: str, reason: str) -> dict[str, str]:
    return {question.id: reason for question in course.current().load(id).questions}


def _unusual(students: Sequence[str]) -> list[Sample]:
    """Unusual right answers among the known submissions."""
    pairs = zip(students, map(_known_submission, UNUSUAL), strict=True)
    return [
        Sample(student, f"right, unusual: {submission.title}", _notebook_of(ASSIGNMENT, submission))
        for student, submission in pairs
    ]


def _mistaken(students: Sequence[str]) -> list[Sample]:
    """Known wrong answers, one per student, to different questions."""
    pairs = zip(students, WRONG, strict=True)
    return [_mistake(ASSIGNMENT, student, _known_submission(name), TRAINING) for student, name in pairs]


def _mistake(id: str, student: str, submission: known_submissions.KnownSubmission, training: frozenset[str]) -> Sample:
    description = f"wrong in {submission.question}: {submission.title}"
    lost = {**dict.fromkeys(submission.also, "wrong"), submission.question: submission.reason}
    return Sample(student, description, _notebook_of(id, submission), lost, training, assignment=id)


def _known_submission(name: str) -> known_submissions.KnownSubmission:
    for submission in known_submissions.read_submissions(ASSIGNMENT):
        if submission.name == name:
            return submission
    raise TaskError(f"the sample class needs {name} from the bank of {ASSIGNMENT}")


def _notebook_of(id: str, submission: known_submissions.KnownSubmission) -> Callable[[], bytes]:
    return lambda: as_bytes(filled(id, submission.answers))


def _misbehaving() -> list[Sample]:
    """Submissions that each fail in one question only: no cell of the notebook calls the changed code."""
    return [
        Sample("elm", "right, with a warning on stderr", lambda: changed(ASSIGNMENT, "RnnlmGen", NOISY)),
        Sample(
            "hazel", "perplexity never comes to an end",
            lambda: changed(ASSIGNMENT, "perplexity", ENDLESS), {"perplexity": "timeout"}, TRAINING,
        ),
        Sample(
            "juniper", "backward of BetterRnnlm ends the process",
            lambda: changed(ASSIGNMENT, "BetterRnnlm", ENDS_THE_PROCESS), {"better_rnnlm": "crashed"}, TRAINING,
        ),
        Sample(
            "larch", "set_state of TimeLSTM asks for all the memory there is",
            lambda: changed(ASSIGNMENT, "TimeLSTM", BOMB), {"time_lstm_state": "memory"}, TRAINING,
        ),
        Sample(
            "maple", "np.allclose replaced by one that always agrees, and softmax wrong",
            lambda: as_bytes(with_cell(filled(ASSIGNMENT, _known_submission(WRONG_SOFTMAX).answers), PATCHED)),
            {"softmax": "wrong"}, TRAINING,
        ),
    ]  # fmt: skip
