"""Which cells the answers of a notebook depend on: those are run whatever the student's own experiments cost.

The released cells are among them, and of the student's own those that give a meaning to a name which one of them
uses, in a function or outside. Read from the text alone, so where a cell may define anything it counts as needed.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator

import nbformat

from autograder.definitions import defined, parsed
from autograder.matching import is_readable, is_run

# A cell with one of these may give a meaning to names that do not stand in it.
ANY_NAME = re.compile(r"^\s*%%?(?:run|load|pylab|cython|%\w+)|\b(?:exec|eval|globals|vars|setattr)\(|import \*", re.M)


def needed_cells(notebook: nbformat.NotebookNode) -> frozenset[int]:
    """The places of the cells that answers need, all of them if there is too much code to read."""
    cells = notebook.cells
    run = {place for place, cell in enumerate(cells) if is_run(cell)}
    if not is_readable(cells):
        return frozenset(run)
    needed = {place for place in run if "nbgrader" in cells[place].metadata or ANY_NAME.search(cells[place].source)}
    gives = {place: changed_names(cells[place].source) for place in run - needed}
    names: set[str] = set()
    added = needed
    while added:
        names |= {name for place in added for name in global_names(cells[place].source)}
        added = {place for place in gives.keys() - needed if gives[place] & names}
        needed = needed | added
    return frozenset(needed)


def changed_names(source: str) -> set[str]:
    """The names that a cell's text gives a meaning to, or changes an attribute or an item of."""
    tree = parsed(source)
    return defined(source) | (set(_roots(tree)) if tree is not None else set())


def _roots(tree: ast.Module) -> Iterator[str]:
    """`model` of `model.rate = 1` and of `model.grads[0] = 1`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id


def global_names(source: str) -> set[str]:
    """The names of the notebook that a cell's text uses or defines, in functions too, their own local ones left out."""
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
