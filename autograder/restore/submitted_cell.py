"""The cells of a submission while it is restored."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import nbformat

from autograder.restore.released import SKIPPED, Release
from autograder.restore.syntax import DEFINITIONS, Code, is_unwritten, meaning, names_of

MAX_CODE = 500_000  # characters of code in a notebook; parsing more would take too much time and memory


class SubmittedCell:
    """A cell of a submission. Its code is parsed once for each text that it is given.

    node  the cell as nbformat knows it
    """

    def __init__(self, node: nbformat.NotebookNode, is_parsed: bool = True) -> None:
        self.node = node
        self.code = Code(node.source, is_parsed)

    @classmethod
    def from_source(cls, source: str, like: SubmittedCell) -> SubmittedCell:
        """A new code cell, parsed if the cell `like` may be parsed."""
        return cls(nbformat.v4.new_code_cell(source), like.code.may_be_parsed)

    @property
    def source(self) -> str:
        """The text."""
        return self.code.text

    def rewrite(self, text: str) -> None:
        """Give the cell this text."""
        if text != self.source:
            self.node["source"] = text
            self.code = Code(text, self.code.may_be_parsed)

    @property
    def grade_id(self) -> str:
        """The grade_id that the cell claims, "" for none."""
        return id_of(self.node)

    @property
    def is_code(self) -> bool:
        """Whether the cell is one of code."""
        return bool(self.node.cell_type == "code")

    @property
    def is_run(self) -> bool:
        """Whether the cell is one of code that is not tagged to be left out."""
        return is_run(self.node)

    def answers(self, released: Release) -> set[str]:
        """The solutions that the text defines; a released stub does not count."""
        solutions = set(released.solutions)
        if self.code.tree is None:
            return set(self.code.definitions) & solutions
        written = [node for node in self.code.statements if not is_stub(node, released)]
        return {name for node in written for name in names_of(node)} & solutions

    def label(self, place: int, released: Release) -> str:
        """The name of the cell in notes: its grade_id, an answer in it, or its place."""
        names = [self.grade_id, *sorted(self.code.names & set(released.solutions))]
        return next((f"the cell {name}" for name in names if name in released.cells), f"cell {place + 1}")


class SubmittedNotebook:
    """A notebook as it was handed in, cell by cell.

    node         the notebook as nbformat knows it, cleaned by `read`
    is_readable  whether its cells are parsed: not if there is too much code
    """

    def __init__(self, node: nbformat.NotebookNode) -> None:
        self.node, self.metadata = node, node.metadata
        self.is_readable = is_readable(node.cells)
        self.cells = [SubmittedCell(cell, self.is_readable) for cell in node.cells]


def notebook_of(cells: list[nbformat.NotebookNode], metadata: dict[str, Any]) -> nbformat.NotebookNode:
    """A notebook of these cells, with new unique ids: those that nbformat generates are short and may collide."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook: nbformat.NotebookNode = nbformat.from_dict({"metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    notebook["cells"] = cells
    return notebook


def is_readable(cells: Sequence[nbformat.NotebookNode]) -> bool:
    """Whether all code can be parsed at negligible cost."""
    return sum(len(cell.source) for cell in cells if cell.cell_type == "code") <= MAX_CODE


def id_of(node: nbformat.NotebookNode) -> str:
    """The grade_id that a cell claims, "" for none."""
    id: str = node.metadata.get("nbgrader", {}).get("grade_id", "")
    return id


def is_run(node: nbformat.NotebookNode) -> bool:
    """Whether a cell is one of code that is not tagged to be left out."""
    return node.cell_type == "code" and SKIPPED not in node.metadata.get("tags", [])


def is_stub(node: ast.stmt, released: Release, inside: str = "") -> bool:
    """Whether a statement is a released stub, still to be written. `inside`: the class that contains it."""
    if not isinstance(node, DEFINITIONS):
        return False
    name = f"{inside}.{node.name}" if inside else node.name
    return name in released.stubs and is_unwritten(node) and released.stubs[name] == meaning(node)
