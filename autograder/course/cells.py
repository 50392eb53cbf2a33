"""The cells of an assignment's source: a jupytext percent script, read through jupytext itself.

jupytext and nbformat take over a second to import, so they are imported at the first reading.
A script is read once per version of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STUB_LINE = re.compile(r"^\s*#\s*(?P<question>\w+):")
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"


@dataclass(frozen=True)
class Cell:
    """One cell.

    kind      "code" or "markdown"
    grade_id  nbgrader's id, "" for a cell that nbgrader does not know
    grade     whether it is a check cell, worth `points`
    solution  whether students write in it
    locked    whether students may not change it
    """

    kind: str
    source: str
    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    locked: bool = False
    points: float = 0.0
    tags: tuple[str, ...] = ()

    @property
    def is_support(self) -> bool:
        """Whether it is code that is handed out as it stands: locked and ungraded."""
        return self.kind == "code" and self.locked and not self.grade and not self.solution

    @property
    def stubs(self) -> tuple[str, ...]:
        """The question ids named above its solution regions, "" for a region that names none."""
        return tuple(_named(above) for above, line in self._pairs() if BEGIN in line)

    def without_markers(self) -> str:
        """The source with the answer, without the solution markers and the lines that name their stubs."""
        lines = self.source.split("\n")
        kept = []
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            names_a_stub = BEGIN in below and _named(line)
            if BEGIN not in line and END not in line and not names_a_stub:
                kept.append(line)
        return "\n".join(kept)

    def _pairs(self) -> list[tuple[str, str]]:
        lines = self.source.split("\n")
        return list(zip(["", *lines], lines, strict=False))


def _named(line: str) -> str:
    match = STUB_LINE.match(line)
    return match["question"] if match else ""


def read(script: Path) -> tuple[Cell, ...]:
    """The cells of a percent script, in order. Raises OSError if it cannot be read."""
    return _read(script, script.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(script: Path, version: int) -> tuple[Cell, ...]:
    import jupytext  # 1.4 s: at the first reading, not when the command starts

    notebook = jupytext.read(script, fmt="py:percent")
    return tuple(_cell(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells)


def _cell(kind: str, source: str, metadata: dict[str, object]) -> Cell:
    known = metadata.get("nbgrader")
    facts = known if isinstance(known, dict) else {}
    tags = metadata.get("tags")
    return Cell(
        kind=kind,
        source=source,
        grade_id=str(facts.get("grade_id", "")),
        grade=bool(facts.get("grade", False)),
        solution=bool(facts.get("solution", False)),
        locked=bool(facts.get("locked", False)),
        points=float(facts.get("points", 0)),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
    )
