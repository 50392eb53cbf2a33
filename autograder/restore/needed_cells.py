"""Find the cells that a notebook's answers depend on: they are run whatever the cost of the student's experiments.

These are the released cells, and those of the student's own that compute a value used by one of them, in a function
or outside. Functions, classes and imports cost nothing: those of the other cells are run in any case. The analysis
uses the text alone, so a cell that might define any name counts as needed.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import nbformat

from autograder.restore.match_cells import is_readable, is_run
from autograder.restore.syntax import DEFINITIONS, defined, names_of, parsed, statements

# A cell with one of these may bind names that do not occur in it.
ANY_NAME = re.compile(
    r"^\s*%%?(?:run|load|pylab|\w*cython)\b|(?<![.\w])(?:exec|eval|globals|vars|setattr)\(|import \*", re.MULTILINE
)
CHEAP = (*DEFINITIONS, ast.Import, ast.ImportFrom)
CLEARS = re.compile(r"^\s*%reset(?:_selective)?\b|\bglobals\(\)\.clear\(", re.MULTILINE)


@dataclass(frozen=True)
class Needed:
    """The cells and names needed by the answers of a notebook.

    places   places of the needed cells
    answers  the names that are asked for
    names    the names that needed cells use or define; empty if there is too much code to parse
    locked   the texts of the locked cells
    """

    places: frozenset[int]
    answers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()


def needed_in(notebook: nbformat.NotebookNode, answers: Sequence[str]) -> Needed:
    """The needs of the functions and classes `answers`; every cell if there is too much code to parse."""
    cells = notebook.cells
    run = {place for place, cell in enumerate(cells) if is_run(cell)}
    released = [cell for place, cell in enumerate(cells) if place in run and "nbgrader" in cell.metadata]
    locked = tuple(cell.source for cell in released if not cell.metadata["nbgrader"].get("solution"))
    places, names = _closure(cells, run, set(answers)) if is_readable(cells) else (run, set(answers))
    return Needed(frozenset(places), tuple(answers), tuple(sorted(names)), locked)


def _closure(cells: Sequence[nbformat.NotebookNode], run: set[int], names: set[str]) -> tuple[set[int], set[str]]:
    """The places of the run cells that `names` need, and all names that these cells use or define."""
    needed = {place for place in run if "nbgrader" in cells[place].metadata or ANY_NAME.search(cells[place].source)}
    own = {
        place: (computed_names(text), *_definitions(text)) for place in run - needed if (text := cells[place].source)
    }
    names = names | _all_names(cells, needed)
    while True:
        added = {place for place in own.keys() - needed if own[place][0] & names}
        used = _all_names(cells, added) | {
            name for _, defines, uses in own.values() if defines & names for name in uses
        }
        if not added and used <= names:
            return needed, names
        needed, names = needed | added, names | used


def _all_names(cells: Sequence[nbformat.NotebookNode], places: Collection[int]) -> set[str]:
    return {name for place in places for name in global_names(cells[place].source)}


def definitions_in(source: str) -> str:
    """The imports, functions and classes of a cell's text, without other statements on their lines."""
    return "\n".join(ast.unparse(node) for node in statements(source) if isinstance(node, CHEAP))


def _definitions(source: str) -> tuple[set[str], set[str]]:
    """The names that the definitions in a cell's text bind, and those that they use."""
    text = definitions_in(source)
    return defined(text), global_names(text)


def computed_names(source: str) -> set[str]:
    """The names that other statements bind, or whose attributes or items they change."""
    others = [node for node in statements(source) if not isinstance(node, CHEAP)]
    return {name for node in others for name in names_of(node)} | set(_roots(source))


def _roots(source: str) -> Iterator[str]:
    """`model` of `model.rate = 1` and of `model.grads[0] = 1`."""
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id


def global_names(source: str) -> set[str]:
    """The global names that a cell's text uses or defines, in functions too, without their local names."""
    tree = parsed(source)
    if tree is None:
        return set()
    try:
        return set(_global_names(symtable.symtable(ast.unparse(tree), "<cell>", "exec")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if outermost or symbol.is_global():
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _global_names(inner)


def notes_on_deleted(notebook: nbformat.NotebookNode, answers: Sequence[str]) -> list[str]:
    """Notes on cells that delete an answer, or all names, defined above."""
    notes, known = [], set[str]()
    for place, cell in enumerate(notebook.cells):
        if not is_run(cell):
            continue
        gone = sorted(deleted_names(cell.source) & known)
        known |= defined(cell.source) & set(answers)
        if known and CLEARS.search(cell.source):
            notes.append(f"Cell {place + 1} deletes all names: what the cells above defined counts.")
        elif gone:
            notes.append(f"Cell {place + 1} deletes {', '.join(gone)}: what was defined above it counts.")
    return notes


def deleted_names(source: str) -> set[str]:
    """The names that a cell's text deletes."""
    nodes = ast.walk(parsed(source) or ast.Module([], []))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}
