"""A sample class for assignment 01: what every kind of submission should get, made from the bank and by hand.

`demo` grades it and compares; the tests do the same. The ids of its students are trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder import bank_entries, course
from autograder.errors import TaskError
from autograder.filling import as_bytes, filled, released
from autograder.mishaps import (
    BOMB,
    ENDLESS,
    ENDS_THE_PROCESS,
    NOISY,
    PATCHED,
    changed,
    with_cell,
    with_duplicates,
)  # fmt: skip
from autograder.record import Result

ASSIGNMENT = "01_rnn_lm_sampling"
TRAINING = "rnnlm_training"  # trains the student's own pieces, so it is lost with any of them
WRONG_SOFTMAX = "softmax__first_axis"
WRONG = (
    WRONG_SOFTMAX, "lstm_backward__dc_next_ignored", "time_lstm_state__c_not_carried", "perplexity__mean_of_means",
    "generate__last_word_fed_back",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One submission and what must come of it.

    lost      question id -> the reason it must be given; every other question must be correct
    may_lose  questions that may be lost or not
    graded    whether it can be graded at all
    """

    student: str
    what: str
    make: Callable[[], bytes]
    lost: Mapping[str, str] = field(default_factory=dict)
    may_lose: frozenset[str] = frozenset()
    graded: bool = True


def samples() -> list[Sample]:
    """The class, by student. Raises TaskError if the bank has not got what it takes."""
    made = [
        Sample("alder", "everything right", _perfect),
        *_unusual(["ash", "aspen"]),
        Sample("beech", "the notebook as it was handed out", _untouched, _everything("missing")),
        *_mistaken(["birch", "cedar", "cherry", "chestnut", "cypress"]),
        *_misbehaving(),
        Sample("willow", "the upload was cut off half way", _truncated, graded=False),
        Sample("yew", "right, with two cells there twice", lambda: as_bytes(with_duplicates(filled(ASSIGNMENT)))),
    ]
    return sorted(made, key=lambda sample: sample.student)


def differences(expected: Iterable[Sample], results: Sequence[Result]) -> list[str]:
    """What came out otherwise than it must, one line each."""
    found = {result.student: result for result in results}
    said = [f"{student} is not of the sample class" for student in found.keys() - {one.student for one in expected}]
    for sample in expected:
        if sample.student not in found:
            said.append(f"{sample.student} ({sample.what}) is not among the results")
        else:
            said += [f"{sample.student} ({sample.what}): {what}" for what in _unlike(sample, found[sample.student])]
    return said


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


def _everything(reason: str) -> dict[str, str]:
    return {question.id: reason for question in course.load(ASSIGNMENT).questions}


def _unusual(students: Sequence[str]) -> list[Sample]:
    """Right answers of the bank that look like nobody else's."""
    right = [entry for entry in bank_entries.entries(ASSIGNMENT) if entry.kind == "right"]
    if len(right) < len(students):
        raise TaskError(f"the sample class needs {len(students)} right answers from the bank, there are {len(right)}")
    pairs = zip(students, right, strict=False)
    return [Sample(student, f"right, unusual: {entry.title}", _from(entry)) for student, entry in pairs]


def _mistaken(students: Sequence[str]) -> list[Sample]:
    """One wrong answer of the bank each, to different questions."""
    return [_mistake(student, _wrong(name)) for student, name in zip(students, WRONG, strict=True)]


def _mistake(student: str, entry: bank_entries.Entry) -> Sample:
    what = f"wrong in {entry.question}: {entry.title}"
    return Sample(student, what, _from(entry), dict.fromkeys(entry.losses, "wrong"), frozenset({TRAINING}))


def _wrong(name: str) -> bank_entries.Entry:
    for entry in bank_entries.entries(ASSIGNMENT):
        if entry.kind == "wrong" and entry.name == name:
            return entry
    raise TaskError(f"the sample class needs the wrong answer {name} from the bank")


def _from(entry: bank_entries.Entry) -> Callable[[], bytes]:
    return lambda: as_bytes(filled(ASSIGNMENT, entry.answers))


def _misbehaving() -> list[Sample]:
    """Each does harm in one question only: no cell of the notebook itself calls what is changed."""
    training = frozenset({TRAINING})
    return [
        Sample("elm", "right, with a warning on stderr", lambda: changed(ASSIGNMENT, "RnnlmGen", NOISY)),
        Sample(
            "hazel", "perplexity never comes to an end",
            lambda: changed(ASSIGNMENT, "perplexity", ENDLESS), {"perplexity": "timeout"}, training,
        ),
        Sample(
            "juniper", "backward of BetterRnnlm ends the process",
            lambda: changed(ASSIGNMENT, "BetterRnnlm", ENDS_THE_PROCESS), {"better_rnnlm": "crashed"}, training,
        ),
        Sample(
            "larch", "set_state of TimeLSTM asks for all the memory there is",
            lambda: changed(ASSIGNMENT, "TimeLSTM", BOMB), {"time_lstm_state": "memory"}, training,
        ),
        Sample(
            "maple", "np.allclose replaced by one that always agrees, and softmax wrong",
            lambda: as_bytes(with_cell(filled(ASSIGNMENT, _wrong(WRONG_SOFTMAX).answers), PATCHED)),
            {"softmax": "wrong"}, training,
        ),
    ]  # fmt: skip
