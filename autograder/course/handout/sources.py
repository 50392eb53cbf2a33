"""The sources of given.py: the definitions in solutions/given/ and in the answers of earlier assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from autograder.course import cells
from autograder.course.cells import Cell
from autograder.course.handout.assignment_file import place, script_of
from autograder.course.handout.imports import Import, imports_in
from autograder.course.handout.names import Names, bound_by, names_of
from autograder.course.parsing import parse
from autograder.errors import TaskError

GIVEN = "given"


@dataclass(frozen=True)
class Source:
    """One component, or one solution cell.

    name        the component's file without its ending, or the cell's grade_id
    about       the component's docstring, or the assignment it answers, in a sentence
    assignment  the id of the assignment that the cell answers, "" for a component
    imports     the imports that its definitions may use
    """

    name: str
    about: str
    path: Path
    assignment: str
    imports: frozenset[Import]


@dataclass(frozen=True, eq=False)
class Definition:
    """One top-level statement that binds names, with the comment directly above it, byte for byte.

    line      line in the source's file
    blank     number of blank lines above it in its source
    is_block  whether it is a function or a class
    bound     the names that it binds
    """

    source: Source
    text: str
    line: int
    blank: int
    is_block: bool
    bound: frozenset[str]

    @cached_property
    def names(self) -> Names:
        """The names that it uses."""
        return names_of(self.text)

    @property
    def place(self) -> str:
        """Its file and line, as named in messages."""
        return place(self.source.path, self.line)


def components(solutions: Path) -> list[Definition]:
    """The definitions of all components. Raises TaskError for one that is not Python or has other statements."""
    paths = sorted((solutions / "given").glob("*.py"))
    return [definition for path in paths for definition in _component(path, path.stat().st_mtime_ns)]


def answers(solutions: Path, assignment: str) -> list[Definition]:
    """The definitions in the solution cells of `assignment`, in their order. Raises TaskError."""
    script = script_of(solutions, assignment)
    return list(_answers(script, assignment, script.stat().st_mtime_ns))


def parsed(text: str, path: Path, line: int = 1) -> ast.Module:
    """The tree of a text that begins on `line` of a file. Raises TaskError if it is not Python."""
    try:
        return parse(text, str(path))
    except SyntaxError as error:
        raise TaskError(f"{place(path, line - 1 + (error.lineno or 1))}: not Python: {error.msg}") from None


@lru_cache(maxsize=256)
def _component(path: Path, version: int) -> tuple[Definition, ...]:
    text = path.read_text(encoding="utf-8")
    tree = parsed(text, path)
    about = ast.get_docstring(tree) or ""
    source = Source(path.stem, about, path, "", imports_in(tree.body))
    definitions = tuple(_definitions(source, text, tree.body[1:] if about else tree.body, 1))
    for definition in definitions:
        if not definition.bound:
            raise TaskError(f"{definition.place}: a component holds imports and definitions only; this defines nothing")
    return definitions


@lru_cache(maxsize=64)
def _answers(script: Path, assignment: str, version: int) -> tuple[Definition, ...]:
    text = script.read_text(encoding="utf-8")
    code = [(cell, _first_line(cell, text)) for cell in cells.read(script) if cell.kind == "code"]
    support = [parsed(cell.source, script, line) for cell, line in code if cell.is_support]
    imports = imports_in(node for tree in support for node in ast.walk(tree))
    about = f"The answer to {assignment}."
    return tuple(
        definition
        for cell, line in code
        if cell.solution
        for definition in _cell_definitions(cell, line, Source(cell.grade_id, about, script, assignment, imports))
        if definition.bound
    )


def _cell_definitions(cell: Cell, line: int, source: Source) -> Iterator[Definition]:
    """The definitions in one solution cell, which may use the imports of `source` and its own."""
    text = cell.without_markers().strip()
    tree = parsed(text, source.path, line)
    imports = frozenset(item for item in source.imports | imports_in(tree.body) if item.module != GIVEN)
    return _definitions(replace(source, imports=imports), text, tree.body, line)


def _first_line(cell: Cell, text: str) -> int:
    """The line of the script on which a cell begins."""
    return 1 + text[: max(text.find(cell.source), 0)].count("\n")


def _definitions(source: Source, text: str, nodes: list[ast.stmt], first_line: int) -> Iterator[Definition]:
    """One Definition for every statement but imports. `first_line`: the line of the file on which the text begins."""
    lines = text.split("\n")
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        start = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))]) - 1
        while start and lines[start - 1].startswith("#"):
            start -= 1
        above = lines[:start]
        blank = next((count for count, line in enumerate(reversed(above)) if line.strip()), len(above))
        is_block = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        text_of_node = "\n".join(lines[start : node.end_lineno])
        yield Definition(source, text_of_node, first_line + node.lineno - 1, blank, is_block, bound_by(node))
