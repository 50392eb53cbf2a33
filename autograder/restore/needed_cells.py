"""Find the cells that a notebook's answers depend on: they are run whatever the cost of the student's experiments.

These are the released cells, and those of the student's own that compute a value used by one of them, in a function
or outside. Functions, classes and imports cost nothing: those of the other cells are run in any case. The analysis
uses the text alone, so a cell that might define any name counts as needed.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

import nbformat

from autograder.restore.submitted_cell import is_readable, is_run
from autograder.restore.syntax import DEFINITIONS, Code, names_of

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
    codes = [Code(cell.source) for cell in cells]
    written = {place for place in run if "nbgrader" in cells[place].metadata or ANY_NAME.search(codes[place].text)}
    places, names = _closure(codes, run, written, set(answers)) if is_readable(cells) else (run, set(answers))
    return Needed(frozenset(places), tuple(answers), tuple(sorted(names)), locked)


def _closure(codes: Sequence[Code], run: set[int], needed: set[int], names: set[str]) -> tuple[set[int], set[str]]:
    """The places of the run cells that `names` need, `needed` among them, and all names that they use or define."""
    own = {place: (computed_names(code), *_definitions(code)) for place in run - needed if (code := codes[place]).text}
    names = names | _all_names(codes, needed)
    while True:
        added = {place for place in own.keys() - needed if own[place][0] & names}
        used = _all_names(codes, added) | {
            name for _, defines, uses in own.values() if defines & names for name in uses
        }
        if not added and used <= names:
            return needed, names
        needed, names = needed | added, names | used


def _all_names(codes: Sequence[Code], places: Collection[int]) -> set[str]:
    return {name for place in places for name in global_names(codes[place])}


def definitions_in(code: Code) -> str:
    """The imports, functions and classes of a cell, without other statements on their lines."""
    return "\n".join(ast.unparse(node) for node in code.statements if isinstance(node, CHEAP))


def _definitions(code: Code) -> tuple[Set[str], set[str]]:
    """The names that the definitions in a cell bind, and those that they use."""
    definitions = Code(definitions_in(code))
    return definitions.names, global_names(definitions)


def computed_names(code: Code) -> set[str]:
    """The names that other statements bind, or whose attributes or items they change."""
    others = [node for node in code.statements if not isinstance(node, CHEAP)]
    return {name for node in others for name in names_of(node)} | set(_roots(code))


def _roots(code: Code) -> Iterator[str]:
    """`model` of `model.rate = 1` and of `model.grads[0] = 1`."""
    for node in ast.walk(code.tree or ast.Module([], [])):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id


def global_names(code: Code) -> set[str]:
    """The global names that a cell uses or defines, in functions too, without their local names."""
    if code.tree is None:
        return set()
    try:
        return set(_global_names(symtable.symtable(ast.unparse(code.tree), "<cell>", "exec")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name)}


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
        code = Code(cell.source)
        gone = sorted(deleted_names(code) & known)
        known |= code.names & set(answers)
        if known and CLEARS.search(cell.source):
            notes.append(f"Cell {place + 1} deletes all names: what the cells above defined counts.")
        elif gone:
            notes.append(f"Cell {place + 1} deletes {', '.join(gone)}: what was defined above it counts.")
    return notes


def deleted_names(code: Code) -> set[str]:
    """The names that a cell deletes."""
    nodes = ast.walk(code.tree or ast.Module([], []))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}
