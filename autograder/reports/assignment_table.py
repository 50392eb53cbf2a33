"""The table of assignments: for a terminal, and as Markdown for the README."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from autograder import course
from autograder.reports.plain_text import points
from autograder.reports.terminal import print_table

HEADER = ["assignment", "title", "questions", "points", "needs", "data"]
NUMERIC = frozenset({"questions", "points"})


def print_assignments(console: Console) -> None:
    """Print the table; plain aligned columns where the output is piped. Raises TaskError, GraderError."""
    print_table(console, HEADER, [[Text(cell) for cell in row] for row in _rows()], NUMERIC)


def as_markdown() -> str:
    """The table in Markdown. Raises TaskError, GraderError."""
    ruler = ["---:" if name in NUMERIC else "---" for name in HEADER]
    rows = [[f"`{id}`", *(cell.replace("|", r"\|") for cell in others)] for id, *others in _rows()]
    return "\n".join(f"| {' | '.join(row)} |" for row in [HEADER, ruler, *rows])


def _rows() -> list[list[str]]:
    return [_row(course.current().load(id)) for id in course.current().assignment_ids()]


def _row(assignment: course.Assignment) -> list[str]:
    total = points(sum(question.points for question in assignment.questions))
    lists = course.current().needed_packages(assignment.id), course.current().dataset_names(assignment.id)
    return [assignment.id, assignment.title, str(len(assignment.questions)), total, *map(", ".join, lists)]
