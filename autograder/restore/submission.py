"""A student's notebook, read with suspicion and put back into the form that was released.

Cells are matched with the release by nbgrader's id, then by content: a solution cell by the name it defines, a
locked cell by its text. Locked cells are always taken from the release. The student's own text stays where they put
it, after `undo_edits` has undone the damage done to cells by editors. Each repair is recorded in `notes`.
"""

from __future__ import annotations

import copy
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat

from autograder import course
from autograder.errors import TaskError, Unreadable
from autograder.restore.file_kinds import why_unreadable
from autograder.restore.kept_parts import EMPTY, harmless_metadata, pictures, resolved, shown_size
from autograder.restore.limits import refuse_large, refuse_many_parts
from autograder.restore.match_cells import id_of, is_readable, is_run, likeness, matches, names_in
from autograder.restore.order_cells import needed_first
from autograder.restore.released import SKIPPED, Release, release, without_whitespace
from autograder.restore.syntax import is_same_code, parsed
from autograder.restore.undo_edits import added_to, mended, notes_on_repeated_answers

MAX_CELLS = 5_000
MAX_SHOWN = 40 * 2**20  # characters of the pictures in text cells, counted each time they are shown
MAX_PICTURE_NOTES = 10
MAX_NOTES = 100
VERSION = re.compile(r"\d{1,2}(\.\d{1,3}){1,2}")


@dataclass
class Submission:
    """A notebook ready to run. Cells carry the release's metadata; `notes` list the repairs."""

    assignment: str
    notebook: nbformat.NotebookNode
    notes: list[str] = field(default_factory=list)


def read(data: bytes) -> nbformat.NotebookNode:
    """The notebook in a file's bytes, without outputs. Raises Unreadable with the reason in one line."""
    if not data.strip():
        raise Unreadable("the file is empty")
    refuse_large(len(data))
    refuse_many_parts(data)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(why_unreadable(data, error)) from None
    try:
        return _notebook(content)
    except Unreadable as problem:
        raise Unreadable(f"the file is not a notebook: {problem}") from None
    except Exception as error:  # nbformat raises many kinds of exceptions, its own included
        why = " ".join(str(error).split())[:100]
        raise Unreadable(f"the file is not a notebook: {type(error).__name__}: {why}") from None


def _notebook(content: Any) -> nbformat.NotebookNode:
    is_new = isinstance(content, dict) and content.get("nbformat") == 4
    parts = content.get("cells", None if is_new else content.get("worksheets")) if isinstance(content, dict) else None
    if not isinstance(parts, list):
        raise Unreadable("it has no list of cells")
    cells = parts if is_new else _converted(content).cells
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; {MAX_CELLS} are the most")
    saved_by = _saved_by(content.get("metadata"))
    return _made_of([_plain_cell(cell, number) for number, cell in enumerate(cells, 1)], saved_by)


def _converted(content: dict[str, Any]) -> nbformat.NotebookNode:
    """A notebook of an older format in the present one. Raises the exceptions of nbformat."""
    for sheet in content.get("worksheets", []):
        if len(sheet.get("cells", [])) > MAX_CELLS:
            raise Unreadable(f"it has more than {MAX_CELLS} cells")
        for cell in sheet.get("cells", []):
            cell.pop("outputs", None)
            cell |= {"outputs": []} if cell.get("cell_type") == "code" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converted: nbformat.NotebookNode = nbformat.convert(nbformat.reader.reads(json.dumps(content)), 4)
    return converted


def _saved_by(metadata: Any) -> dict[str, Any]:
    """The Python version in a notebook's metadata, in the form of metadata; empty if there is none."""
    language = metadata.get("language_info") if isinstance(metadata, dict) else None
    version = language.get("version") if isinstance(language, dict) else None
    known = isinstance(version, str) and VERSION.fullmatch(version)
    return {"language_info": {"name": "python", "version": version}} if known else {}


def _made_of(cells: list[nbformat.NotebookNode], metadata: dict[str, Any]) -> nbformat.NotebookNode:
    """A notebook of these cells, with new unique ids: those that nbformat generates are short and may collide."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    made: nbformat.NotebookNode = nbformat.from_dict({"metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    made["cells"] = cells
    return made


def _plain_cell(cell: Any, number: int) -> nbformat.NotebookNode:
    """A cell with its text, its nbgrader id, its pictures and its harmless metadata.

    A tag may exclude it from the run. That can only cost the student something: the cells that count are run
    according to the release.
    """
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    metadata = metadata if isinstance(metadata, dict) else {}
    known = metadata.get("nbgrader")
    id = known.get("grade_id") if isinstance(known, dict) else None
    if not isinstance(cell, dict):
        raise Unreadable(f"cell {number} is none")
    missing = [key for key in ("source", "cell_type") if key not in cell]
    if missing:
        raise Unreadable(f"cell {number}{f' ({id})' if isinstance(id, str) else ''} has no {missing[0]}")
    if not isinstance(cell["cell_type"], str):
        raise Unreadable(f"cell {number} is of no type")
    kind = cell["cell_type"] if cell["cell_type"] in ("code", "markdown") else "raw"
    plain: nbformat.NotebookNode = nbformat.from_dict({
        "cell_type": kind, "metadata": harmless_metadata(metadata), "source": _text(cell["source"]),
        **({"outputs": [], "execution_count": None} if kind == "code" else _attached(cell)),
    })  # fmt: skip  # not with nbformat's own maker, which checks each cell against the schema: half of all reading
    if isinstance(id, str) and id:
        plain.metadata["nbgrader"] = {"grade_id": id}
    return plain


def _attached(cell: dict[str, Any]) -> dict[str, Any]:
    """The pictures of a text cell, if there are any."""
    kept = pictures(cell.get("attachments"))
    return {"attachments": kept} if kept else {}


def _text(source: Any) -> str:
    """The text of a cell. Line ends are restored if all are missing, as some exporters leave them out.

    A byte order mark is removed, and lone surrogates, which JSON allows, are replaced as they cannot be encoded.
    """
    if isinstance(source, list):
        lines = [str(line) for line in source]
        source = ("" if any("\n" in line for line in lines) else "\n").join(lines)
    text = str(source).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return text.encode("utf-8", "replace").decode()


def recognise(notebook: nbformat.NotebookNode, wanted: str | None = None) -> str:
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


def restore(notebook: nbformat.NotebookNode, assignment: str) -> Submission:
    """The submission in the form that was released, ready to run."""
    released, cells = release(assignment), list(notebook.cells)
    readable = is_readable(cells)
    notes = mended(cells, released) if readable else [TOO_MUCH]
    ids, match_notes = matches(cells, released)
    notes += [
        *match_notes,
        *(notes_on_repeated_answers(cells, ids, released) if readable else []),
        *_put_back(cells, ids, released),
    ]
    _insert_missing(cells, released, notes, readable)
    notes += needed_first(cells, released) if readable else []
    notes += _resolve_pictures(cells)
    parsed.cache_clear()  # the next notebook has no use for these trees
    return Submission(assignment, _made_of(cells, {**METADATA, **_saved_by(notebook.metadata)}), _few(notes))


def _few(notes: list[str]) -> list[str]:
    """At most MAX_NOTES notes, and a count of the rest."""
    more = len(notes) - MAX_NOTES
    return notes if more <= 0 else [*notes[:MAX_NOTES], f"... and {more} more such notes."]


TOO_MUCH = "It holds so much code that cells split, merged or turned into text were not looked for."
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _resolve_pictures(cells: list[nbformat.NotebookNode]) -> list[str]:
    """Make every reference to a picture in a text cell valid, as far as a page can hold them; notes on the others."""
    notes, left = [], MAX_SHOWN
    for place, cell in enumerate(cells):
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


def _put_back(cells: list[nbformat.NotebookNode], ids: Sequence[str], released: Release) -> list[str]:
    """Give the cells the release's metadata, and locked cells its text; notes on those that were changed.

    A student's additions to a locked cell (`import math` among the imports) run in a separate cell above it.
    """
    notes = []
    for place, id in reversed([*enumerate(ids)]):
        text = cells[place].source
        cells[place] = _restored(cells[place], id, released)
        if (
            not id
            or not released.is_locked(id)
            or without_whitespace(text) == released.texts[id]
            or is_same_code(text, released.source(id))
        ):
            continue
        notes.append(f"The cell {id} had been changed: it was put back as released.")
        added = added_to(text, id, released)
        if added:
            cells.insert(place, nbformat.v4.new_code_cell(added))
            notes[-1] = f"The cell {id} had been changed: it was put back as released, what was added runs above it."
    return notes[::-1]


def _restored(cell: nbformat.NotebookNode, id: str, released: Release) -> nbformat.NotebookNode:
    """The student's cell under the release's metadata; a locked one with the release's text."""
    if not id:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != SKIPPED]
        if SKIPPED in cell.metadata.get("tags", []) or without_whitespace(cell.source) in released.long:
            tags.append(SKIPPED)
        kept = {key: value for key, value in cell.metadata.items() if key not in ("nbgrader", "tags")}
        cell.metadata = nbformat.from_dict({**kept, "tags": tags} if tags else kept)
        return cell
    cell.metadata = nbformat.from_dict(copy.deepcopy(released.cells[id]["metadata"]))
    if released.is_locked(id):
        cell.source = released.source(id)
    return cell


def _insert_missing(cells: list[nbformat.NotebookNode], released: Release, notes: list[str], readable: bool) -> None:
    """Put back missing released cells, each after its predecessor in the release.

    No stub is put back for an answer that exists in another cell: merged cells share one id but hold all answers.
    """
    previous = ""
    for id, known in released.cells.items():
        present = [id_of(cell) for cell in cells]
        if (
            id not in present
            and not released.is_locked(id)
            and any(id in names_in(cell.source, readable) for cell in cells if is_run(cell))
        ):
            notes.append(f"The cell {id} was missing: what defines {id} in another cell counts.")
            continue
        if id not in present:
            make: Any = nbformat.v4.new_code_cell if known["cell_type"] == "code" else nbformat.v4.new_markdown_cell
            cell = make(released.source(id))
            cell.metadata = nbformat.from_dict(copy.deepcopy(known["metadata"]))
            cells.insert(present.index(previous) + 1 if previous in present else 0, cell)
            notes.append(f"The cell {id} was missing: it was put back as released.")
        previous = id
