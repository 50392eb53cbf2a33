"""The values of the names that answers need, kept inside the student's process.

A name deleted by a later cell (`%reset`, `del`) is restored before the first request; so is an answer that a later
cell replaced by something other than a function or a class. The definitions of locked cells are run again.

The grader does not trust this module, which imports nothing of the package.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Sequence
from typing import Any

_kept: list[KeptNames] = []


class KeptNames:
    """Remembers the values of names in `namespace`, the notebook's globals.

    answers  names of the functions and classes that are asked for
    names    names that their cells use or define
    locked   the texts of the locked cells
    """

    def __init__(
        self, namespace: dict[str, Any], answers: Sequence[str], names: Sequence[str], locked: Sequence[str]
    ) -> None:
        self.namespace, self.answers, self.names, self.locked = namespace, answers, names, locked
        self.objects: dict[str, Any] = {}

    def remember(self, result: object = None) -> None:
        """Remember the present values; called by IPython after each cell."""
        for name in {*self.names, *self.answers} & self.namespace.keys():
            if not self._is_overwritten(name):
                self.objects[name] = self.namespace[name]

    def put_back(self) -> None:
        """Restore the values of the names."""
        self.remember()
        for name, value in self.objects.items():
            if name not in self.namespace or self._is_overwritten(name):
                self.namespace[name] = value
        for source in self.locked:
            self._define(source)

    def _is_overwritten(self, name: str) -> bool:
        is_answer = name in self.answers and callable(self.objects.get(name))
        return is_answer and not callable(self.namespace[name])

    def _define(self, source: str) -> None:
        """Run the definitions in a text; a failing one leaves the old value."""
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                with contextlib.suppress(Exception):
                    exec(compile(ast.Module([node], []), "<locked cell>", "exec"), self.namespace)


def keep(shell: Any, answers: Sequence[str], names: Sequence[str], locked: Sequence[str]) -> None:
    """Keep the names of an IPython shell from now on."""
    kept = KeptNames(shell.user_ns, answers, names, locked)
    shell.events.register("post_run_cell", kept.remember)
    _kept[:] = [kept]


def put_back() -> None:
    """Restore the values of the names that are kept, if any."""
    for kept in _kept:
        kept.put_back()
