"""The definitions in a cell below the line that raised: a failing set-up line above an answer must not cost it.

`%matplotlib widget`, `drive.mount` or the import of a missing package do not raise on the student's machine.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from autograder.restore.syntax import DEFINITIONS, Code

PLACE = re.compile(r"Cell In ?\[\d+\],? line (\d+)")
ANSI = re.compile(r"\x1b\[[\d;]*m")
MOST_OF_A_TRACEBACK = 50_000  # characters, enough for its first lines
KEPT = (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
MEANT_TO_END = (ast.Raise, ast.Assert)  # a student who writes these wants the cell to end there
# Such a cell was not run at all, was stopped, or waits for input.
OTHER_ERRORS = {
    *("SyntaxError", "IndentationError", "TabError", "KeyboardInterrupt", "SystemExit", "TimeoutError"),
    "StdinNotImplementedError",
}
CELL_MAGIC = re.compile(r"\s*%%")


def failed_line(source: str, error: Any) -> int:
    """The line, from 1, at which a cell raised, if there are definitions below it; else 0.

    error  the cell's output of type "error"
    """
    statement, rest = _divided(source, error)
    return statement.lineno if statement is not None and rest else 0


def rest_below(source: str, error: Any) -> str:
    """The definitions, imports and assignments of a cell below the statement that raised, as text; "" for none."""
    _, rest = _divided(source, error)
    try:
        return ast.unparse(ast.Module(body=rest, type_ignores=[])) if rest else ""
    except (RecursionError, ValueError):
        return ""


def _divided(source: str, error: Any) -> tuple[ast.stmt | None, list[ast.stmt]]:
    """The statement that raised, None if it is not known, and those below it that define something."""
    tree = Code(source).tree
    line = _line(source, error)
    if tree is None or not line or CELL_MAGIC.match(source):
        return None, []
    raised = next((node for node in tree.body if node.lineno <= line <= (node.end_lineno or node.lineno)), None)
    if raised is None or isinstance(raised, MEANT_TO_END):
        return None, []
    end = raised.end_lineno or raised.lineno
    return raised, [node for node in tree.body if node.lineno > end and isinstance(node, KEPT)]


def _line(source: str, error: Any) -> int:
    """The line of the cell named first in its traceback, 0 if there is none. IPython counts from the first line that
    is not blank."""
    lines = error.get("traceback")
    if error.get("ename") in OTHER_ERRORS or not isinstance(lines, list):
        return 0
    text = "\n".join(line for line in lines if isinstance(line, str))[:MOST_OF_A_TRACEBACK]
    place = PLACE.search(ANSI.sub("", text))
    blank = len(source) - len(source.lstrip())
    return int(place[1][:6]) + source.count("\n", 0, blank) if place else 0
