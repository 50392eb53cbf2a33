"""A released notebook as handed in by a student: with the reference's answers, some of them replaced."""

from __future__ import annotations

from collections.abc import Mapping

import nbformat

from autograder import course
from autograder.course import cells
from autograder.errors import TaskError


def reference_answers(assignment_id: str) -> dict[str, str]:
    """The source of every solution cell with the answer in it, by grade_id, in the order of the notebook."""
    known = cells.read(course.current().load(assignment_id).source)
    return {cell.grade_id: cell.without_markers() for cell in known if cell.solution}


def filled(assignment_id: str, answers: Mapping[str, str] | None = None) -> nbformat.NotebookNode:
    """The released notebook with the reference's answers; `answers`, by grade_id, replace some.

    Raises TaskError for an answer whose cell does not exist, and if the assignment is not built.
    """
    wanted = reference_answers(assignment_id) | dict(answers or {})
    notebook = released(assignment_id)
    for cell in notebook.cells:
        facts = cell.metadata.get("nbgrader", {})
        if facts.get("solution"):
            cell.source = wanted.pop(facts["grade_id"])
    if wanted:
        raise TaskError(f"{assignment_id} has no solution cell {', '.join(sorted(wanted))}")
    return notebook


def released(assignment_id: str) -> nbformat.NotebookNode:
    """The untouched released notebook. Raises TaskError if it is not built."""
    path = course.current().load(assignment_id).notebook
    if not path.is_file():
        raise TaskError(f"{assignment_id} is not built: run python -m autograder build {assignment_id}")
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def answers_only(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The same notebook without texts, pictures and things to try: they take most of the time and change no mark."""
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader")]
    return notebook


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """The file a student hands in."""
    text: str = nbformat.writes(notebook)
    return text.encode()
