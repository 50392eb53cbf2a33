"""Match the cells of a submission with those of the release: by nbgrader's id, then by content."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import nbformat

from autograder.restore.released import SKIPPED, Release, without_whitespace
from autograder.restore.syntax import (
    DEFINES,
    DEFINITIONS,
    MAX_CHARACTERS,
    defined,
    is_unwritten,
    meaning,
    names_of,
    parsed,
    statements,
)

Cells = Sequence[nbformat.NotebookNode]
MAX_TEXT = 2_000_000  # characters of a notebook that are searched for merged cells
MAX_CODE = 500_000  # characters of code in a notebook; parsing more would take too much time and memory


def is_readable(cells: Cells) -> bool:
    """Whether all code can be parsed at negligible cost."""
    return sum(len(cell.source) for cell in cells if cell.cell_type == "code") <= MAX_CODE


def names_in(source: str, readable: bool) -> set[str]:
    """The names that a text binds; if there is too much code to parse, those after `def` and `class`."""
    return defined(source) if readable else set(definitions_in(source))


def id_of(cell: nbformat.NotebookNode) -> str:
    """The grade_id that a cell claims, "" for none."""
    id: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return id


def is_run(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is one of code that is not tagged to be left out."""
    return cell.cell_type == "code" and SKIPPED not in cell.metadata.get("tags", [])


def matches(cells: Cells, released: Release) -> tuple[list[str], list[str]]:
    """For each cell the id of the released cell that it matches ("" for none), and notes on deviations.

    If several cells claim an id, the last one gets it, as in nbgrader; the others run as the student's own.
    """
    ids = [id_of(cell) for cell in cells]
    ids = [id if _fits(cell, id, released) else "" for id, cell in zip(ids, cells, strict=True)]
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
    names = {name for cell in cells if cell.cell_type == "code" for name in definitions_in(cell.source)}
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


def definitions_in(source: str) -> list[str]:
    """The names after `def` and `class` at the beginning of a line; of a long text, only in its beginning."""
    return DEFINES.findall(source[:MAX_CHARACTERS])


def _fits(cell: nbformat.NotebookNode, id: str, released: Release) -> bool:
    """Whether a cell may have the id it claims: it has the right type and is not an answer under a locked cell's id."""
    if id not in released.cells or cell.cell_type != released.cells[id]["cell_type"]:
        return False
    return not (released.is_locked(id) and set(definitions_in(cell.source)) & set(released.solutions))


def _by_content(cells: Cells, ids: Sequence[str], released: Release) -> Iterator[tuple[int, str]]:
    """(place, id) for each unclaimed id with a recognisable cell; the last such cell."""
    free = [place for place, id in enumerate(ids) if not id and cells[place].cell_type == "code"]
    readable = is_readable(cells)
    longest = (
        2 * max(map(len, released.texts.values()), default=0) + MAX_CHARACTERS
    )  # twice as long, to allow for whitespace
    texts = {place: without_whitespace(cells[place].source[:longest]) for place in free}
    for id in released.cells:
        if id in ids:
            continue
        places = [place for place in free if texts[place] == released.texts[id]] if released.is_locked(id) else []
        if not released.is_locked(id):
            likely = {place: _likely(id, cells[place].source, released, readable) for place in free}
            best = max(likely.values(), default=0)
            places = [place for place in free if best and likely[place] == best]
        if places:
            yield places[-1], id
            free.remove(places[-1])


def _likely(name: str, source: str, released: Release, readable: bool) -> int:
    """A rank for a text as the answer `name`: 3 defines it, 2 assigns it, 1 is the stub, 0 has nothing of it."""
    if name not in source or name not in names_in(source, readable):
        return 0
    if name not in definitions_in(source):
        return 2
    return 3 if not readable or name in answers(source, released) else 1


def answers(source: str, released: Release) -> set[str]:
    """The solutions that a text defines; a released stub does not count."""
    if parsed(source) is None:
        return set(definitions_in(source)) & set(released.solutions)
    written = [node for node in statements(source) if not is_stub(node, released)]
    return {name for node in written for name in names_of(node)} & set(released.solutions)


def is_stub(node: ast.stmt, released: Release, inside: str = "") -> bool:
    """Whether a statement is a released stub, still to be written. `inside`: the class that contains it."""
    if not isinstance(node, DEFINITIONS):
        return False
    name = f"{inside}.{node.name}" if inside else node.name
    return name in released.stubs and is_unwritten(node) and released.stubs[name] == meaning(node)


def label(place: int, cell: nbformat.NotebookNode, released: Release) -> str:
    """The name of a cell in notes: its grade_id, an answer in it, or its place."""
    names = [id_of(cell), *sorted(defined(cell.source) & set(released.solutions))]
    return next((f"the cell {name}" for name in names if name in released.cells), f"cell {place + 1}")


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
