"""check.py, which is released beside a notebook: `local_check` with the names of that notebook's cells filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from autograder.authoring.local_check import digest
from autograder.course import question_id
from autograder.course.cells import Cell
from autograder.errors import TaskError

TEMPLATE = Path(__file__).with_name("local_check.py")
Facts = tuple[str, str, float, str]


def check_text(notebook: str, cells: Iterable[Cell], questions: Collection[str]) -> str:
    """The text of check.py for a notebook of this file name. Raises TaskError if the template has no place for it."""
    rows = "".join(f"    {json.dumps(name)}: {json.dumps(facts)},\n" for name, facts in _facts(cells, questions))
    text = _filled(TEMPLATE.read_text(encoding="utf-8"), "NOTEBOOK", json.dumps(notebook))
    return _filled(text, "CELLS: dict[str, list[Any]]", f"{{\n{rows}}}")


def _filled(text: str, name: str, value: str) -> str:
    """The text with another value in the line that sets `name`."""
    filled, count = re.subn(rf"^{re.escape(name)} = \S+", lambda _: f"{name} = {value}", text, flags=re.MULTILINE)
    if count != 1:
        raise TaskError(f"{TEMPLATE} has no line that sets {name}")
    return filled


def _facts(cells: Iterable[Cell], questions: Collection[str]) -> Iterator[tuple[str, Facts]]:
    """Name and facts of each cell of the course: its kind; the question and the points of a check; the digest
    of a locked one."""
    for cell in cells:
        if cell.solution:
            yield cell.grade_id, ("answer", "", 0, "")
        elif cell.grade_id:
            kind, question = ("check", question_id(cell.grade_id, questions)) if cell.grade else ("locked", "")
            yield cell.grade_id, (kind, question, cell.points, digest(cell.source))
