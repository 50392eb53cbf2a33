"""The names that one statement of a module binds and uses, and the time of use.

Python's own symbol tables distinguish a module's names from local ones.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.parsing import parse

INSIDE_EXPRESSIONS = frozenset({"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"})
QUOTED = re.compile(r"(?:->|[:|\[])\s*[\"'][A-Za-z_]\w*[\"']")  # perhaps an annotation: worth a look at the tree


@dataclass(frozen=True)
class Names:
    """The module-level names that one statement uses, its own among them.

    at_import  looked up when the module is imported: bases, decorators, defaults, annotations, values of constants
    later      looked up when a function is called
    quoted     in annotations that are written as strings, and never looked up
    """

    at_import: frozenset[str]
    later: frozenset[str]
    quoted: frozenset[str]


def names_of(text: str) -> Names:
    """The names that a top-level statement uses."""
    uses = list(_uses(symtable.symtable(text, "<statement>", "exec"), False))
    return Names(
        frozenset(name for name, deferred in uses if not deferred),
        frozenset(name for name, deferred in uses if deferred),
        frozenset(_quoted(parse(text))) if QUOTED.search(text) else frozenset(),
    )


def bound_by(node: ast.stmt) -> frozenset[str]:
    """The module-level names that a top-level statement binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return frozenset({node.name})
    table = symtable.symtable(ast.unparse(node), "<statement>", "exec")
    return frozenset(symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned())


def _uses(table: symtable.SymbolTable, deferred: bool) -> Iterator[tuple[str, bool]]:
    """The module's names that a scope and its inner scopes look up, each with whether that is deferred to a call."""
    is_function = table.get_type() == "function"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or not is_function):
            yield symbol.get_name(), deferred
    for inner in table.get_children():
        waits = inner.get_type() == "function" and inner.get_name() not in INSIDE_EXPRESSIONS
        yield from _uses(inner, deferred or waits)


def _quoted(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation is not None:
                yield from _names_in_strings(annotation)


def _names_in_strings(annotation: ast.AST) -> Iterator[str]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value
