"""Import statements as data: gathered from syntax trees, merged, written as lines."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from typing import NamedTuple


class Import(NamedTuple):
    """One imported name. `name` is "" for `import module`, `alias` is "" for none."""

    module: str
    name: str
    alias: str

    @property
    def binds(self) -> str:
        """The name that it gives a value to."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def value(self) -> tuple[str, str]:
        """The imported value: two imports of one value do not contradict each other."""
        return (self.module if self.alias or self.name else self.binds), self.name


def imports_in(nodes: Iterable[ast.AST]) -> frozenset[Import]:
    """The imports among these nodes."""
    imports: set[Import] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            imports.update(Import(alias.name, "", alias.asname or "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imports.update(Import(node.module or "", alias.name, alias.asname or "") for alias in node.names)
    return frozenset(imports)


def import_lines(imports: Iterable[Import]) -> str:
    """The imports, standard library first, one line per module."""
    groups: tuple[list[str], list[str]] = ([], [])
    for module in sorted({item.module for item in imports}):
        of_module = sorted(item for item in imports if item.module == module)
        lines = groups[0 if module.partition(".")[0] in sys.stdlib_module_names else 1]
        lines += [f"import {module}{_alias_clause(item)}" for item in of_module if not item.name]
        names = [f"{item.name}{_alias_clause(item)}" for item in of_module if item.name]
        lines += [f"from {module} import {', '.join(names)}"] if names else []
    ordered = [sorted(lines, key=lambda line: (line.startswith("from"), line)) for lines in groups if lines]
    return "\n\n".join("\n".join(lines) for lines in ordered)


def _alias_clause(item: Import) -> str:
    return f" as {item.alias}" if item.alias else ""
