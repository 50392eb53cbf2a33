"""Python text as a syntax tree, one text at a time.

In CPython 3.11 two threads that parse at the same time can fail with SystemError, "AST constructor recursion depth
mismatch". The reference is loaded in one thread while a notebook's cells are parsed in another. Remove this module
when support for 3.11 ends.
"""

from __future__ import annotations

import ast
import threading

_one_at_a_time = threading.Lock()


def parse(text: str, filename: str = "<text>") -> ast.Module:
    """The syntax tree of a module's text. Raises the exceptions of `ast.parse`."""
    with _one_at_a_time:
        return ast.parse(text, filename)
