"""Python text as a syntax tree, one text at a time.

In CPython 3.11 two threads that parse at the same moment can get in each other's way: SystemError, "AST constructor
recursion depth mismatch". The reference is loaded in a thread while a notebook's cells are looked at in another. To be
dropped with the support of 3.11.
"""

from __future__ import annotations

import ast
import threading

_one_at_a_time = threading.Lock()


def parse(text: str, filename: str = "<text>") -> ast.Module:
    """The tree of a module's text. Raises what `ast.parse` raises."""
    with _one_at_a_time:
        return ast.parse(text, filename)
