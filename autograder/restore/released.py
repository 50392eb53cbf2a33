"""The released notebook of an assignment, with which submissions are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder import course
from autograder.course import cells
from autograder.errors import TaskError
from autograder.restore.syntax import DEFINITIONS, Code, meaning, methods, without_whitespace

SKIPPED = "skip-execution"  # nbclient's tag for a cell that must not be run


@dataclass(frozen=True)
class Release:
    """The released notebook.

    cells  the cells that nbgrader knows, in order, by grade_id
    long   the texts, without whitespace, of the cells that take too long to be run when grading
    unrun  the texts of the cells that are never run when grading: those, and the check cells
    texts  the text of each of `cells`, without whitespace
    stubs  the syntax tree of each released stub, as text, by the name it defines; of a class also `Class.method`
    """

    id: str
    cells: dict[str, dict[str, Any]]
    long: frozenset[str] = frozenset()
    unrun: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    stubs: dict[str, str] = field(default_factory=dict)

    @property
    def solutions(self) -> list[str]:
        """The grade_ids of the solution cells: the names they define."""
        return [id for id, cell in self.cells.items() if cell["metadata"]["nbgrader"]["solution"]]

    def is_locked(self, id: str) -> bool:
        """Whether cell `id` is always taken from the release."""
        return not self.cells[id]["metadata"]["nbgrader"]["solution"]

    def source(self, id: str) -> str:
        """The text of cell `id`."""
        return text_of(self.cells[id])

    def is_check(self, id: str) -> bool:
        """Whether cell `id` is a check cell."""
        return bool(self.cells[id]["metadata"]["nbgrader"]["grade"])


def release(id: str) -> Release:
    """The release of assignment `id`. Raises TaskError if it is not built."""
    path = course.notebook_of(course.current().root, id)
    try:
        return _release(id, path, path.stat().st_mtime_ns)
    except OSError:
        raise TaskError(f"assignments/{id} is not built: run python -m autograder build {id}") from None


def require_built(assignment: course.Assignment) -> None:
    """Raise TaskError if the release differs from the source in solutions/ in answers, questions or points."""
    wanted = {cell.grade_id: _mark(cell.points, cell.grade, cell.solution) for cell in cells.read(assignment.source)}
    built = {
        id: _mark(marks.get("points", 0), marks["grade"], marks["solution"])
        for id, marks in ((id, cell["metadata"]["nbgrader"]) for id, cell in release(assignment.id).cells.items())
    }
    wanted.pop("", None)
    for id in sorted(wanted.keys() | built.keys()):
        if wanted.get(id) != built.get(id):
            in_source, in_release = (f"{facts.get(id, 'missing')}" for facts in (wanted, built))
            raise TaskError(
                f"the release is out of date, {id} is {in_source} in solutions/{assignment.id} and {in_release} in "
                f"assignments/: run python -m autograder build {assignment.id}, and grade again"
            )


def _mark(points: float, grade: bool, solution: bool) -> str:
    """The role of a cell, in words."""
    return f"worth {points:g} points" if grade else "an answer" if solution else "locked"


@lru_cache(maxsize=32)
def _release(id: str, path: Path, version: int) -> Release:
    every = json.loads(path.read_text(encoding="utf-8"))["cells"]
    known = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in every if "nbgrader" in cell["metadata"]}
    long = [text_of(cell) for cell in every if SKIPPED in cell["metadata"].get("tags", [])]
    checks = [text_of(cell) for cell in known.values() if cell["metadata"]["nbgrader"]["grade"]]
    solutions = [text_of(cell) for cell in known.values() if cell["metadata"]["nbgrader"]["solution"]]
    return Release(
        id,
        known,
        frozenset(map(without_whitespace, long)),
        tuple(dict.fromkeys([*long, *checks])),
        {grade_id: without_whitespace(text_of(cell)) for grade_id, cell in known.items()},
        {name: stub for text in solutions for name, stub in _stubs(text).items()},
    )


def _stubs(text: str) -> dict[str, str]:
    """The definitions in a solution cell that are still to be written, as `Release.stubs`."""
    meanings = {}
    for node in Code(text).statements:
        if isinstance(node, DEFINITIONS):
            meanings[node.name] = meaning(node)
            meanings |= {f"{node.name}.{method.name}": meaning(method) for method in methods(node)}
    return {name: definition for name, definition in meanings.items() if "NotImplementedError" in definition}


def text_of(cell: dict[str, Any]) -> str:
    """The text of a cell as it stands in a file."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
