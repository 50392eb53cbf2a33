"""Move cells above those that need them, so that reordered cells can be run from top to bottom.

A cell is moved only if a solution's definition itself needs it (its base class, the imports of its default values).
A cell that is needed only by a call may stand anywhere, and stays there.
"""

from __future__ import annotations

import builtins
from collections.abc import Set

from autograder.restore.match_cells import sentence
from autograder.restore.released import Release
from autograder.restore.submitted_cell import SubmittedCell
from autograder.restore.syntax import Code, names_of, needed_by

MAX_DEPTH = 50  # length of a chain of cells that need one another


def needed_first(cells: list[SubmittedCell], released: Release) -> list[str]:
    """Move cells needed by the definition of a solution above it; returns notes."""
    order = _Order(cells, released)
    for place in range(len(cells)):
        order.put(place)
    cells[:] = [cells[place] for place in order.places]
    return order.notes


class _Order:
    """The places of the cells in the order in which they are to be run, as far as determined."""

    def __init__(self, cells: list[SubmittedCell], released: Release) -> None:
        checks = {id for id in released.cells if released.is_check(id)}
        run = [cell.is_run and cell.grade_id not in checks for cell in cells]
        self.cells, self.released = cells, released
        self.gives = [cell.code.names if is_it else frozenset() for cell, is_it in zip(cells, run, strict=True)]
        self.givers: dict[str, list[int]] = {}
        for place, names in enumerate(self.gives):
            for name in names:
                self.givers.setdefault(name, []).append(place)
        self.places: list[int] = []
        self.notes: list[str] = []
        self.labels: dict[int, str] = {}
        self.begun: set[int] = set()
        self.known: set[str] = set()

    def put(self, place: int, wanted: frozenset[str] = frozenset(), depth: int = 0) -> None:
        """Put a cell next, after those that it needs.

        wanted  the names for which it is moved; if empty, only the needs of its solutions are considered
        """
        if place in self.begun:
            return
        self.begun.add(place)
        names = wanted or self.gives[place] & set(self.released.solutions)
        needed = _needs(self.cells[place].code, names) - self.known if names and depth < MAX_DEPTH else set()
        for name in sorted(needed):
            below = [other for other in self.givers.get(name, []) if other not in self.begun]
            for other in below if name not in self.known else []:
                needed_cell, needing = self._label(other), self._label(place)
                self.notes.append(
                    sentence(f"{needed_cell} stood below {needing}, which needs {name}: it was run first.")
                )
                self.put(other, self.gives[other], depth + 1)
        self.places.append(place)
        self.known |= self.gives[place]

    def _label(self, place: int) -> str:
        if place not in self.labels:
            self.labels[place] = self.cells[place].label(place, self.released)
        return self.labels[place]


def _needs(code: Code, names: Set[str]) -> set[str]:
    """The names needed to execute the statements that define `names`, except those defined earlier in the cell."""
    needed: set[str] = set()
    given = set(vars(builtins))
    for node in code.statements:
        if names & names_of(node):
            needed |= needed_by(node) - given
        given |= names_of(node)
    return needed
