"""The kill table: the wrong answers caught by each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from autograder import course
from autograder.grading.store import Graded
from autograder.reports import terminal
from autograder.testing.hidden_inputs import VARIANTS
from autograder.validation.trials import Meeting, Trial, lost

HEADER = ["question", "wrong", "killed", "survived", "lost more", "not graded", "named"]


@dataclass
class Kills:
    """One row of counts of wrong answers.

    They are: all; caught by their question; not caught; losing other questions too; without a mark; told their mistake.
    """

    question: str
    wrong: int = 0
    killed: int = 0
    survived: int = 0
    more: int = 0
    ungraded: int = 0
    named: int = 0


@dataclass(frozen=True)
class KillTable:
    """The rows by question, and the numbers of unusual right answers, all and with full marks."""

    rows: Sequence[Kills]
    right: int
    right_in_full: int

    @property
    def total(self) -> Kills:
        """All rows together."""
        counts = [(r.wrong, r.killed, r.survived, r.more, r.ungraded, r.named) for r in self.rows]
        return Kills("all", *(sum(column) for column in zip(*counts, strict=True)))


def kills(assignment: course.Assignment, planned: Sequence[Trial], graded: Mapping[int, Graded]) -> KillTable:
    """Count the results of the trials of known submissions."""
    rows = {question.id: Kills(question.id) for question in assignment.questions}
    right = in_full = 0
    for place, trial in enumerate(planned):
        if trial.submission is None:
            continue
        if trial.submission.kind == "right":
            right, in_full = right + 1, in_full + (not trial.judge(graded[place]))
        else:
            _count(rows[trial.submission.question], trial, graded[place])
    return KillTable(list(rows.values()), right, in_full)


def _count(row: Kills, trial: Trial, graded: Graded) -> None:
    assert trial.submission is not None
    row.wrong += 1
    if not graded.result.graded:
        row.ungraded += 1
        return
    gone = lost(graded.result)
    row.killed += row.question in gone
    row.survived += row.question not in gone
    row.more += bool(gone - {row.question})
    row.named += any(q.id == row.question and q.mistake for q in graded.result.questions)


class VariantTable:
    """Per variant of the hidden inputs, the numbers of known submissions, all and with the expected result.

    It starts with the results of the sandbox. Submissions that need training, which does not vary, are left out.
    """

    def __init__(self, planned: Sequence[Trial], graded: Mapping[int, Graded]) -> None:
        self.rows = {variant: {"wrong": 0, "killed": 0, "right": 0, "in full": 0} for variant in range(VARIANTS)}
        for place, trial in enumerate(planned):
            self.count(Meeting(trial, trial.variant), graded[place])

    def count(self, meeting: Meeting, kept: Graded) -> None:
        """Count one more meeting."""
        submission, row = meeting.trial.submission, self.rows[meeting.variant]
        if submission is None or submission.needs_training:
            return
        good = "killed" if submission.kind == "wrong" else "in full"
        row[submission.kind] += 1
        row[good] += submission.question in lost(kept.result) if good == "killed" else not meeting.trial.judge(kept)


def print_variants(console: Console, table: VariantTable) -> None:
    """Print the table of variants."""
    header = ["variant of the hidden inputs", "wrong", "killed", "right", "in full"]
    rows = [[Text(str(variant)), *_counts(row)] for variant, row in table.rows.items()]
    terminal.print_table(console, header, rows, frozenset(header[1:]))


def _counts(row: Mapping[str, int]) -> list[Text]:
    pairs = (("wrong", "killed"), ("right", "in full"))
    return [
        text
        for all_of, good in pairs
        for text in (Text(str(row[all_of])), Text(str(row[good]), "green" if row[good] == row[all_of] else "bold red"))
    ]


def print_kill_table(console: Console, assignment: course.Assignment, table: KillTable) -> None:
    """Print the table with its totals, in colour in a terminal."""
    terminal.print_line(console, Text(f"{assignment.id}: the bank's wrong answers, and what becomes of them", "bold"))
    terminal.print_table(console, HEADER, [_row(row) for row in [*table.rows, table.total]], frozenset(HEADER[1:]))
    style = "green" if table.right == table.right_in_full else "bold red"
    terminal.print_line(
        console, Text(f"unusual right answers with full marks: {table.right_in_full} of {table.right}", style)
    )


def _row(row: Kills) -> list[Text]:
    killed = Text(str(row.killed), "green" if row.killed == row.wrong else "bold red")
    bad = [
        _number(row.survived, "bold red"),
        _number(row.more, "yellow"),
        _number(row.ungraded, "bold red"),
        _number(row.named, ""),
    ]
    return [Text(row.question, "bold" if row.question == "all" else ""), Text(str(row.wrong)), killed, *bad]


def _number(count: int, style: str) -> Text:
    return Text(str(count), style if count else "dim")
