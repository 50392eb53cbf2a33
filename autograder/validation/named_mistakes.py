"""What each known mistake gives, so that feedback can name it where a student's answer gives the very same.

Every wrong answer of the bank is asked its question under every variant of the hidden inputs, outside the sandbox, and
once more in another style (`autograder.validation.restyled`). Fingerprints that two mistakes share name neither.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import asdict, dataclass

from autograder import course
from autograder.atomic_write import write_whole
from autograder.errors import GraderError, TaskError
from autograder.testing.fingerprint import fingerprint
from autograder.testing.hidden_inputs import VARIANTS
from autograder.validation.every_variant import outcomes_of, trusted_processes
from autograder.validation.known_submissions import KnownSubmission, read_submissions
from autograder.validation.restyled import restyled

RESTYLED_VARIANT = 1


@dataclass(frozen=True)
class Asked:
    """One wrong answer under one variant, as it stands in the bank or in another style."""

    submission: KnownSubmission
    variant: int
    in_style: bool = False

    @property
    def answers(self) -> dict[str, str]:
        """The text of each cell that it fills."""
        return restyled(self.submission.answers) if self.in_style else self.submission.answers


@dataclass
class Confusion:
    """One row of counts of a question's known mistakes.

    named, other, unnamed  those told their own mistake under every variant, another one under some, none under some
    style_*                the same for the answers in another style, under one variant
    """

    question: str
    mistakes: int = 0
    named: int = 0
    other: int = 0
    unnamed: int = 0
    style_named: int = 0
    style_other: int = 0
    style_unnamed: int = 0


@dataclass(frozen=True)
class NamedMistakes:
    """The mistakes of one assignment that can be named, and how well that goes.

    known      question id -> mistake in words -> its fingerprints
    confusion  the counts by question
    alike      (question id, mistakes in words that give the same under some variant)
    """

    known: Mapping[str, Mapping[str, Sequence[str]]]
    confusion: Sequence[Confusion]
    alike: Sequence[tuple[str, Sequence[str]]]


def asked_in(assignment: course.Assignment) -> list[Asked]:
    """Every wrong answer that shows without training, under every variant, and once in another style."""
    wrong = [one for one in read_submissions(assignment.id) if one.kind == "wrong" and not one.needs_training]
    plain = [Asked(one, variant) for one in wrong for variant in range(VARIANTS)]
    return plain + [Asked(one, RESTYLED_VARIANT, in_style=True) for one in wrong]


def measure(assignment: course.Assignment, on_step: Callable[[str], None] = lambda name: None) -> NamedMistakes:
    """Ask every known mistake. Raises TaskError for a malformed bank, GraderError if a process dies."""
    asked = asked_in(assignment)
    ids, answers = [assignment.id] * len(asked), [one.answers for one in asked]
    wanted, variants = [one.submission.losses for one in asked], [one.variant for one in asked]
    gave = []
    with trusted_processes() as executor:
        try:
            for one, prints in zip(asked, executor.map(fingerprints_of, ids, answers, wanted, variants), strict=True):
                gave.append((one, prints))
                on_step(one.submission.name)
        except BrokenExecutor:
            raise GraderError(f"a process that asked the bank of {assignment.id} ended") from None
    return _named(assignment, gave)


def fingerprints_of(id: str, answers: Mapping[str, str], wanted: frozenset[str], variant: int) -> dict[str, str]:
    """Question id -> fingerprint of these answers under one variant; {} if they do not run. Runs in this process."""
    try:
        outcomes = outcomes_of(course.current().load(id), answers, wanted, variant)
    except TaskError:
        return {}
    return {question: fingerprint(tests) for question, tests in outcomes.items() if question in wanted}


def is_new(assignment: course.Assignment, measured: NamedMistakes) -> bool:
    """Whether the file of named mistakes is missing or holds something else."""
    path = assignment.named_mistakes
    return not path.is_file() or path.read_text(encoding="utf-8") != _text(measured)


def write(assignment: course.Assignment, measured: NamedMistakes) -> None:
    """Write the file of named mistakes."""
    write_whole(assignment.named_mistakes, _text(measured).encode())


def _text(measured: NamedMistakes) -> str:
    return json.dumps(asdict(measured), indent=1, ensure_ascii=False) + "\n"


def _named(assignment: course.Assignment, gave: Sequence[tuple[Asked, Mapping[str, str]]]) -> NamedMistakes:
    words: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one, prints in gave:
        for question, print_ in prints.items():
            if print_ and not one.in_style:
                words[question][print_].add(one.submission.title)
    known: dict[str, dict[str, list[str]]] = {}
    for asked in assignment.questions:
        for print_, titles in sorted(words[asked.id].items()):
            if len(titles) == 1:
                known.setdefault(asked.id, {}).setdefault(min(titles), []).append(print_)
    alike = {(question, tuple(sorted(titles))) for question in words for titles in words[question].values()}
    sorted_known = {question: dict(sorted(entries.items())) for question, entries in known.items()}
    shared = sorted((question, titles) for question, titles in alike if len(titles) > 1)
    return NamedMistakes(sorted_known, _rows(assignment, gave, sorted_known), shared)


def _rows(
    assignment: course.Assignment,
    gave: Sequence[tuple[Asked, Mapping[str, str]]],
    known: Mapping[str, Mapping[str, Sequence[str]]],
) -> list[Confusion]:
    """The counts by question, in the notebook's order, of questions with known mistakes."""
    told: dict[tuple[str, bool], list[str]] = defaultdict(list)
    mistakes = {one.submission.name: one.submission for one, _ in gave}
    for one, prints in gave:
        print_ = prints.get(one.submission.question, "")
        entries = known.get(one.submission.question, {})
        told[one.submission.name, one.in_style].append(next((w for w in entries if print_ in entries[w]), ""))
    rows = {asked.id: Confusion(asked.id) for asked in assignment.questions}
    for name, submission in mistakes.items():
        row = rows[submission.question]
        row.mistakes += 1
        _count(row, "", submission.title, told[name, False])
        _count(row, "style_", submission.title, told[name, True])
    return [row for row in rows.values() if row.mistakes]


def _count(row: Confusion, style: str, own: str, told: Iterable[str]) -> None:
    sentences = set(told)
    kind = "named" if sentences == {own} else "other" if sentences - {own, ""} else "unnamed"
    setattr(row, style + kind, getattr(row, style + kind) + 1)
