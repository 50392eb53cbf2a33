"""Every assignment of the course and of the sample course, for tests that hold for all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.build import release
from autograder.course import cells
from autograder.course.cells import BEGIN, END, Cell

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE_COURSE = REPOSITORY / "tests" / "tiny_course_files"


@contextmanager
def course_at(root: Path) -> Iterator[None]:
    """Make the course under `root` the current one within a `with` block."""
    with course.using(course.ScriptCourse(root)):
        yield


def _all() -> list[tuple[Path, str]]:
    pairs = []
    for root in (REPOSITORY, SAMPLE_COURSE):
        with course_at(root):
            pairs += [(root, id) for id in course.current().assignment_ids()]
    return pairs


EVERY = _all()
IDS = [id for _, id in EVERY]


@cache
def released(root: Path, id: str) -> dict[str, bytes]:
    """The files that `build` would write into assignments/<id>/, by relative path."""
    with course_at(root):
        assignment = course.current().load(id)
        return release(assignment, source_notebook.files(assignment))


def released_cells(root: Path, id: str) -> list[dict[str, Any]]:
    """The cells of the released notebook, as in nbformat, with `source` as one string."""
    notebook = json.loads(released(root, id)[f"{course.name_of(id)}.ipynb"])
    return [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]


def source_cells(root: Path, id: str) -> tuple[Cell, ...]:
    """The cells of the source, with the answers."""
    with course_at(root):
        return cells.read(course.current().load(id).source)


def answer_lines(known: tuple[Cell, ...]) -> set[str]:
    """The lines inside solution regions, stripped, except those too short to be telling."""
    inside, answers = False, set()
    for line in (line.strip() for cell in known for line in cell.source.split("\n")):
        if BEGIN in line or END in line:
            inside = BEGIN in line
        elif inside and len(line) >= 12 and any(mark in line for mark in "=(["):
            answers.add(line)
    return answers


def open_lines(known: tuple[Cell, ...]) -> set[str]:
    """The lines outside solution regions, stripped."""
    inside, shown = False, set()
    for line in (line.strip() for cell in known for line in cell.source.split("\n")):
        if BEGIN in line or END in line:
            inside = BEGIN in line
        elif not inside:
            shown.add(line)
    return shown
