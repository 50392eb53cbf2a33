"""The table of named mistakes: how many are told their own sentence, another's, or none; in a terminal or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from autograder import course
from autograder.course.named_mistakes import named_mistakes_file
from autograder.reports import terminal
from autograder.validation.named_mistakes import NamedMistakes

COUNTS = ("mistakes", "named", "other", "unnamed", "style_named", "style_other", "style_unnamed")
HEADER = ("question", "mistakes", "named", "another", "none", "named, restyled", "another, restyled", "none, restyled")
PREFACE = """# Named mistakes

Where a student's answer gives to the hidden tests of a question the very same as a known mistake of the bank, the
feedback begins with that mistake in words. `python -m autograder mistakes 07_example` finds out what each of them
gives, under all four variants of the hidden inputs, and writes it to
`solutions/<id>/submissions/named_mistakes.json`. From those files
`python -m autograder mistakes --markdown docs/named_mistakes.md` writes this page.

A mistake is *named* if it is told its own sentence under every variant. The columns *restyled* are for the same
mistakes with other names of local variables and with matrix products summed from behind. Mistakes that show only in
training are not counted. Two mistakes that give the same under some variant name neither; they stand below each table.
"""


def print_confusion(console: Console, assignment: course.Assignment, measured: NamedMistakes) -> None:
    """Print the table of one assignment, its totals, and the mistakes that cannot be told apart."""
    rows = [asdict(row) for row in measured.confusion]
    terminal.print_line(console, Text(f"{assignment.id}: what the bank's wrong answers are told", "bold"))
    texts = [[Text(cell) for cell in cells] for cells in _with_total(rows)]
    terminal.print_table(console, list(HEADER), texts, frozenset(HEADER[1:]))
    for question, sentences in measured.alike:
        terminal.print_line(console, Text(f"alike in {question}: {'; '.join(sentences)}"))


def confusion_markdown(assignments: Iterable[course.Assignment]) -> str:
    """The page of all assignments, from their files. Raises TaskError for a damaged one."""
    parts = [PREFACE]
    for assignment in assignments:
        data = named_mistakes_file(assignment)
        if data:
            lines = [_markdown(HEADER), _markdown(["---", *["---:"] * len(COUNTS)])]
            lines += map(_markdown, _with_total(data["confusion"]))
            alike = [f"- `{question}`: {'; '.join(sentences)}" for question, sentences in data["alike"]]
            parts.append("\n".join([f"## {assignment.id}", "", *lines, *([""] if alike else []), *alike, ""]))
    return "\n".join(parts)


def _with_total(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The cells of each row, and of one more with the sums."""
    total = {"question": "all", **{key: sum(row[key] for row in rows) for key in COUNTS}}
    return [[str(row[key]) for key in ("question", *COUNTS)] for row in [*rows, total]]


def _markdown(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
