"""A student's notebook, put back into the form that was released.

Cells are matched with the release by nbgrader's id, then by content: a solution cell by the name it defines, a
locked cell by its text. Locked cells are always taken from the release. The student's own text stays where they put
it, after `undo_edits` has undone the damage done to cells by editors. Each repair is recorded in `notes`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat

from autograder import course
from autograder.errors import TaskError, Unreadable
from autograder.restore.kept_parts import EMPTY, resolved, shown_size
from autograder.restore.match_cells import likeness, matches
from autograder.restore.order_cells import needed_first
from autograder.restore.released import SKIPPED, Release, release
from autograder.restore.submitted_cell import SubmittedCell, SubmittedNotebook, notebook_of
from autograder.restore.syntax import Code, is_same_code, without_whitespace
from autograder.restore.undo_edits import added_to, mended, notes_on_repeated_answers

Cells = list[SubmittedCell]
MAX_SHOWN = 40 * 2**20  # characters of the pictures in text cells, counted each time they are shown
MAX_PICTURE_NOTES = 10
MAX_NOTES = 100


@dataclass
class Submission:
    """A notebook ready to run. Cells carry the release's metadata; `notes` list the repairs."""

    assignment: str
    notebook: nbformat.NotebookNode
    notes: list[str] = field(default_factory=list)


def recognise(notebook: SubmittedNotebook, wanted: str | None = None) -> str:
    """The assignment that a notebook belongs to, judged by its contents; the file name is ignored.

    wanted  the expected assignment, if known. Raises Unreadable if the notebook belongs to another or to none.
    """
    likenesses = {id: likeness(notebook.cells, known) for id, known in _releases(wanted).items()}
    best = max(likenesses, key=lambda id: likenesses[id], default="")
    if not best or likenesses[best] < 2:
        raise Unreadable("no cell in it is of this course: hand in the notebook that was handed out")
    if wanted is None or likenesses.get(wanted, 0) == likenesses[best]:
        return wanted or best
    raise Unreadable(f"this is a notebook of {best}, not of {wanted}")


def _releases(wanted: str | None) -> dict[str, Release]:
    """The releases of the course; drafts have none. Raises TaskError if the wanted one, or all, are missing."""
    known = {}
    missing = None
    for id in course.current().assignment_ids():
        try:
            known[id] = release(id)
        except TaskError as error:
            missing = error
            if id == wanted:
                raise
    if missing is not None and not known:
        raise missing
    return known


def restore(notebook: SubmittedNotebook, assignment: str) -> Submission:
    """The submission in the form that was released, ready to run. Changes the cells of `notebook`."""
    released, cells, readable = release(assignment), notebook.cells, notebook.is_readable
    notes = mended(cells, released) if readable else [TOO_MUCH]
    ids, match_notes = matches(cells, released)
    notes += [
        *match_notes,
        *(notes_on_repeated_answers(cells, ids, released) if readable else []),
        *_put_back(cells, ids, released),
    ]
    _insert_missing(cells, released, notes)
    notes += needed_first(cells, released) if readable else []
    notes += _resolve_pictures(cells)
    made = notebook_of([cell.node for cell in cells], {**METADATA, **notebook.metadata})
    return Submission(assignment, made, _few(notes))


def _few(notes: list[str]) -> list[str]:
    """At most MAX_NOTES notes, and a count of the rest."""
    more = len(notes) - MAX_NOTES
    return notes if more <= 0 else [*notes[:MAX_NOTES], f"... and {more} more such notes."]


TOO_MUCH = "It holds so much code that cells split, merged or turned into text were not looked for."
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _resolve_pictures(cells: Cells) -> list[str]:
    """Make every reference to a picture in a text cell valid, as far as a page can hold them; notes on the others."""
    notes, left = [], MAX_SHOWN
    for place, cell in enumerate(cell.node for cell in cells):
        if cell.cell_type != "markdown":
            continue
        attached = dict(cell.get("attachments", {}))
        for name, kinds in attached.items():
            left -= shown_size(cell.source, name, kinds)
            if left < 0:
                attached[name] = EMPTY
                notes.append(f"Cell {place + 1} shows more pictures than a page can hold: {name[:80]!a} is left out.")
        shown, missing = resolved(cell.source, attached)
        if shown:
            cell["attachments"] = nbformat.from_dict(shown)
        gone = [name for name in missing if name not in attached]
        notes += [f"Cell {place + 1} shows a picture that is not in the file: {name[:80]!a}." for name in gone]
    return notes[:MAX_PICTURE_NOTES]


def _put_back(cells: Cells, ids: Sequence[str], released: Release) -> list[str]:
    """Give the cells the release's metadata, and locked cells its text; notes on those that were changed.

    A student's additions to a locked cell (`import math` among the imports) run in a separate cell above it.
    """
    notes = []
    for place, id in reversed([*enumerate(ids)]):
        cell, text = cells[place], cells[place].source
        _restore_cell(cell, id, released)
        if not id or not released.is_locked(id) or without_whitespace(text) == released.texts[id]:
            continue
        code = Code(text)  # locked cells are few: they are parsed in a notebook with too much code as well
        if is_same_code(code, Code(released.source(id))):
            continue
        notes.append(f"The cell {id} had been changed: it was put back as released.")
        added = added_to(code, id, released)
        if added:
            cells.insert(place, SubmittedCell.from_source(added, cell))
            notes[-1] = f"The cell {id} had been changed: it was put back as released, what was added runs above it."
    return notes[::-1]


def _restore_cell(cell: SubmittedCell, id: str, released: Release) -> None:
    """Put a cell under the release's metadata; give a locked one the release's text."""
    if id:
        cell.node.metadata = nbformat.from_dict(copy.deepcopy(released.cells[id]["metadata"]))
        if released.is_locked(id):
            cell.rewrite(released.source(id))
        return
    metadata = cell.node.metadata
    tags = [tag for tag in metadata.get("tags", []) if tag != SKIPPED]
    if SKIPPED in metadata.get("tags", []) or without_whitespace(cell.source) in released.long:
        tags.append(SKIPPED)
    kept = {key: value for key, value in metadata.items() if key not in ("nbgrader", "tags")}
    cell.node.metadata = nbformat.from_dict({**kept, "tags": tags} if tags else kept)


def _insert_missing(cells: Cells, released: Release, notes: list[str]) -> None:
    """Put back missing released cells, each after its predecessor in the release.

    No stub is put back for an answer that exists in another cell: merged cells share one id but hold all answers.
    """
    previous = ""
    for id, known in released.cells.items():
        present = [cell.grade_id for cell in cells]
        if (
            id not in present
            and not released.is_locked(id)
            and any(id in cell.code.names for cell in cells if cell.is_run)
        ):
            notes.append(f"The cell {id} was missing: what defines {id} in another cell counts.")
            continue
        if id not in present:
            make: Any = nbformat.v4.new_code_cell if known["cell_type"] == "code" else nbformat.v4.new_markdown_cell
            node = make(released.source(id), metadata=nbformat.from_dict(copy.deepcopy(known["metadata"])))
            cells.insert(present.index(previous) + 1 if previous in present else 0, SubmittedCell(node))
            notes.append(f"The cell {id} was missing: it was put back as released.")
        previous = id
