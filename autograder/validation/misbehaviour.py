"""Faults in notebooks other than wrong answers, put into right ones for the sample class."""

from __future__ import annotations

import copy

import nbformat

from autograder.errors import TaskError


def with_cell(notebook: nbformat.NotebookNode, source: str) -> nbformat.NotebookNode:
    """The notebook with one more code cell before the first solution."""
    place = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("solution"))
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    return notebook


def with_doubled_cells(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with its first solution cell and its first check cell doubled, including nbgrader's metadata."""
    for fact in ("solution", "grade"):
        known = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
        place = next(i for i, facts in enumerate(known) if facts.get(fact))
        twin = copy.deepcopy(notebook.cells[place])
        twin["id"] = f"{twin.id}-again"
        notebook.cells.insert(place, twin)
    return notebook


def with_lines(source: str, function: str, insert: str) -> str:
    """`source` with the lines of `insert` after the docstring of a function or method in it.

    Raises TaskError if there is no such function, or if it has no docstring.
    """
    lines = source.split("\n")
    head = next((i for i, line in enumerate(lines) if line.strip().startswith(f"def {function}(")), None)
    if head is None:
        raise TaskError(f"there is no function {function} to insert lines into")
    quotes = [i for i in range(head, len(lines)) if '"""' in lines[i]]
    if not quotes:
        raise TaskError(f"the function {function} has no docstring to insert lines after")
    opened = quotes[0]
    closed = opened if lines[opened].count('"""') > 1 else quotes[1]
    indent = " " * (len(lines[opened]) - len(lines[opened].lstrip()))
    inserted = [f"{indent}{line}" for line in insert.strip("\n").split("\n")]
    return "\n".join([*lines[: closed + 1], *inserted, *lines[closed + 1 :]])
