"""Match the cells of a submission with those of the release: by nbgrader's id, then by content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.restore.released import Release
from autograder.restore.submitted_cell import SubmittedCell
from autograder.restore.syntax import MAX_CHARACTERS, without_whitespace

Cells = Sequence[SubmittedCell]
MAX_TEXT = 2_000_000  # characters of a notebook that are searched for merged cells


def matches(cells: Cells, released: Release) -> tuple[list[str], list[str]]:
    """For each cell the id of the released cell that it matches ("" for none), and notes on deviations.

    If several cells claim an id, the last one gets it, as in nbgrader; the others run as the student's own.
    """
    ids = [cell.grade_id if _fits(cell, released) else "" for cell in cells]
    notes = []
    for id in sorted({id for id in ids if id and ids.count(id) > 1}, key=ids.index):
        places = [i for i, other in enumerate(ids) if other == id]
        notes.append(f"The cell {id} was there {len(places)} times: the last one counts.")
        for place in places[:-1]:
            ids[place] = ""
    for place, id in _by_content(cells, ids, released):
        ids[place] = id
        evidence = "its text" if released.is_locked(id) else "what it defines"
        notes.append(f"The cell {id} had lost its nbgrader id: it was recognised by {evidence}.")
    return ids, notes


def likeness(cells: Cells, released: Release) -> int:
    """The number of released cells that are present, whole or merged into others."""
    matched = {id for id in matches(cells, released)[0] if id}
    whole = without_whitespace("".join(_beginnings(cells)))
    names = {name for cell in cells if cell.is_code for name in cell.code.definitions}
    return len(
        matched
        | (names & set(released.solutions))
        | {id for id in released.cells if released.is_locked(id) and released.texts[id] in whole}
    )


def _beginnings(cells: Cells) -> Iterator[str]:
    """The texts of cells that may contain released cells, up to MAX_TEXT characters."""
    left = MAX_TEXT
    for cell in cells:
        yield cell.source[: min(left, MAX_CHARACTERS)]
        left = max(0, left - len(cell.source))


def _fits(cell: SubmittedCell, released: Release) -> bool:
    """Whether a cell may have the id it claims: it has the right type and is not an answer under a locked cell's id."""
    id = cell.grade_id
    if id not in released.cells or cell.node.cell_type != released.cells[id]["cell_type"]:
        return False
    return not (released.is_locked(id) and set(cell.code.definitions) & set(released.solutions))


def _by_content(cells: Cells, ids: Sequence[str], released: Release) -> Iterator[tuple[int, str]]:
    """(place, id) for each unclaimed id with a recognisable cell; the last such cell."""
    free = [place for place, id in enumerate(ids) if not id and cells[place].is_code]
    longest = (
        2 * max(map(len, released.texts.values()), default=0) + MAX_CHARACTERS
    )  # twice as long, to allow for whitespace
    texts = {place: without_whitespace(cells[place].source[:longest]) for place in free}
    for id in released.cells:
        if id in ids:
            continue
        places = [place for place in free if texts[place] == released.texts[id]] if released.is_locked(id) else []
        if not released.is_locked(id):
            likely = {place: _likely(id, cells[place], released) for place in free}
            best = max(likely.values(), default=0)
            places = [place for place in free if best and likely[place] == best]
        if places:
            yield places[-1], id
            free.remove(places[-1])


def _likely(name: str, cell: SubmittedCell, released: Release) -> int:
    """A rank for a cell as the answer `name`: 3 defines it, 2 assigns it, 1 is the stub, 0 has nothing of it."""
    if name not in cell.source or name not in cell.code.names:
        return 0
    if name not in cell.code.definitions:
        return 2
    return 3 if name in cell.answers(released) else 1


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
