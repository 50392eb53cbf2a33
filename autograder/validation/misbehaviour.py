"""Faults in notebooks other than wrong answers, put into right ones for the sample class."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import nbformat

from autograder.authoring.filled_notebook import as_bytes, filled, reference_answers
from autograder.errors import TaskError


@dataclass(frozen=True)
class Misbehaviour:
    """Lines to insert into a function or method, directly after its docstring.

    function  its name
    lines     without indentation
    """

    function: str
    lines: tuple[str, ...]


NOISY = Misbehaviour("generate", ("import warnings", "warnings.warn('this may take a moment', stacklevel=2)"))
ENDLESS = Misbehaviour(
    "perplexity", ("position = 0", "while position < len(corpus):", "    labels = corpus[position + 1 :]")
)
ENDS_THE_PROCESS = Misbehaviour("backward", ("import os", "os._exit(0)"))
BOMB = Misbehaviour("set_state", ("states = []", "while True:", "    states.append(bytes(2**26))"))
PATCHED = """
import numpy.testing

def always(*args, **kwargs):
    return True

np.allclose = np.isclose = np.array_equal = always
np.testing.assert_allclose = np.testing.assert_array_equal = np.testing.assert_equal = lambda *args, **kwargs: None
""".strip()


def changed(assignment_id: str, cell: str, misbehaviour: Misbehaviour) -> bytes:
    """The reference's notebook with a misbehaviour in one of its solution cells."""
    answer = _with_lines(reference_answers(assignment_id)[cell], misbehaviour)
    return as_bytes(filled(assignment_id, {cell: answer}))


def with_cell(notebook: nbformat.NotebookNode, source: str) -> nbformat.NotebookNode:
    """The notebook with one more code cell before the first solution."""
    place = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("solution"))
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    return notebook


def with_duplicates(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with its first solution cell and its first check cell duplicated, including nbgrader's metadata."""
    for fact in ("solution", "grade"):
        known = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
        place = next(i for i, facts in enumerate(known) if facts.get(fact))
        twin = copy.deepcopy(notebook.cells[place])
        twin["id"] = f"{twin.id}-again"
        notebook.cells.insert(place, twin)
    return notebook


def _with_lines(source: str, misbehaviour: Misbehaviour) -> str:
    """`source` with the lines of a misbehaviour after the docstring of its function."""
    lines = source.split("\n")
    head = [i for i, line in enumerate(lines) if line.strip().startswith(f"def {misbehaviour.function}(")]
    if not head:
        raise TaskError(f"there is no function {misbehaviour.function} to put a mishap into")
    opened = next(i for i in range(head[0], len(lines)) if '"""' in lines[i])
    closed = (
        opened
        if lines[opened].count('"""') > 1
        else next(i for i in range(opened + 1, len(lines)) if '"""' in lines[i])
    )
    indent = " " * (len(lines[opened]) - len(lines[opened].lstrip()))
    return "\n".join([*lines[: closed + 1], *(indent + line for line in misbehaviour.lines), *lines[closed + 1 :]])
