"""The code of a cell: its syntax tree, and the definitions in it, without running it.

The text is a student's: one that is too long, too deep or not valid Python defines nothing.
IPython's own lines (`%matplotlib inline`, `!pip install`) count as empty.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property

from autograder.course.parsing import parse

MAX_CHARACTERS = 100_000
DEFINES = re.compile(r"^(?:class|def)\s+(\w+)", re.MULTILINE)
MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Code:
    """The text of a cell as code. It is parsed when its tree is first asked for, and once.

    may_be_parsed  not where a notebook holds too much code; a text of more than MAX_CHARACTERS never is
    """

    def __init__(self, text: str, may_be_parsed: bool = True) -> None:
        self.text, self.may_be_parsed = text, may_be_parsed

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree, with the text's line numbers; None if it has none. Do not modify it."""
        return parsed(self.text) if self.may_be_parsed and len(self.text) <= MAX_CHARACTERS else None

    @property
    def statements(self) -> list[ast.stmt]:
        """The outermost statements; none if the text cannot be parsed."""
        return self.tree.body if self.tree is not None else []

    @cached_property
    def definitions(self) -> list[str]:
        """The names after `def` and `class` at the beginning of a line; of a long text, only in its beginning."""
        return DEFINES.findall(self.text[:MAX_CHARACTERS])

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the text binds; if it cannot be parsed, its definitions."""
        if self.tree is None:
            return frozenset(self.definitions)
        return frozenset(name for statement in self.statements for name in names_of(statement))


def parsed(text: str) -> ast.Module | None:
    """The tree of a text, with the same line numbers; None if it has none."""
    plain = MAGIC.sub(r"\1pass", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def without_whitespace(text: str) -> str:
    """The text without any whitespace."""
    return "".join(text.split())


def stands_alone(source: str) -> bool:
    """Whether IPython, which removes the indentation of a whole cell, can run the text as a cell."""
    tree = Code(textwrap.dedent(source)).tree
    if tree is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # finds a `return` outside a function
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def names_of(statement: ast.stmt) -> set[str]:
    """The names that a statement of a cell binds."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    try:
        return set(_stored(statement))
    except RecursionError:
        return set()


def _stored(node: ast.AST) -> Iterator[str]:
    """The names assigned to in a statement, except inside functions and classes."""
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.expr) or isinstance(node, ast.Tuple | ast.List | ast.Starred):
        for child in ast.iter_child_nodes(node):
            yield from _stored(child)


def needed_by(statement: ast.stmt) -> set[str]:
    """The names that must be bound when a statement is executed: all but those inside functions."""
    try:
        return set(_loaded(statement))
    except RecursionError:
        return set()


def _loaded(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, FUNCTIONS):
        children = [*node.decorator_list, node.args]
    elif isinstance(node, ast.Lambda):
        children = [node.args]
    for child in children:
        yield from _loaded(child)


def is_unwritten(node: ast.stmt) -> bool:
    """Whether a definition raises NotImplementedError somewhere."""
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in needed_by(node)
    blocks = (getattr(node, name, []) for name in ("body", "orelse", "finalbody"))
    return any(is_unwritten(inner) for block in blocks for inner in block if isinstance(inner, ast.stmt))


def meaning(node: ast.AST) -> str:
    """A definition's syntax tree as text; differences in layout, comments and docstrings do not show."""
    try:
        return ast.dump(_Bare().visit(parse(ast.unparse(node))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


class _Bare(ast.NodeTransformer):
    """Removes the docstrings."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """The node without its docstring, if it can have one."""
        if isinstance(node, DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        return super().generic_visit(node)


def is_same_code(one: Code, other: Code) -> bool:
    """Whether two texts differ only in whitespace and comments, such as a title that an editor put above the code."""
    trees = one.tree, other.tree
    try:
        return None not in trees and len({ast.dump(tree) for tree in trees if tree is not None}) == 1
    except RecursionError:
        return False


def methods(definition: Definition) -> list[Definition]:
    """The definitions in the body of a class, in order; none for a function."""
    return (
        [node for node in definition.body if isinstance(node, DEFINITIONS)]
        if isinstance(definition, ast.ClassDef)
        else []
    )


def lines_of(node: ast.stmt) -> tuple[int, int]:
    """The first and the last line of a statement, from 1, with its decorators."""
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return first, node.end_lineno or node.lineno


def without(source: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without the lines in these spans."""
    gone = {line for first, last in spans for line in range(first, last + 1)}
    return "\n".join(line for number, line in enumerate(source.split("\n"), 1) if number not in gone)


def only(source: str, nodes: Iterable[ast.stmt]) -> str:
    """The text of these statements alone, as they were written."""
    lines = source.split("\n")
    return "\n".join("\n".join(lines[first - 1 : last]) for first, last in map(lines_of, nodes))
