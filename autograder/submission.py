"""What a student handed in, read with suspicion and put back into the form that was released.

Cells are matched with the release by nbgrader's id, then by content: a solution cell by the name it defines, a
locked cell by its text. Locked cells are taken from the release, whatever became of them; what the student
wrote stays where they put it. Everything that was not as released is said in a note.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from autograder import course
from autograder.errors import TaskError, Unreadable

MAX_NOTEBOOK_BYTES = 50 * 2**20
MAX_CELLS = 5_000
SKIPPED = "skip-execution"  # nbclient's tag for a cell that is not to be run
DEFINES = re.compile(r"^(?:class|def)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """The released notebook.

    cells  those that nbgrader knows, in order, by grade_id
    long   the text, blanks squeezed out, of the cells that take too long to be run when grading
    """

    id: str
    cells: dict[str, dict[str, Any]]
    long: frozenset[str] = frozenset()

    @property
    def solutions(self) -> list[str]:
        """The grade_ids of the solution cells: the names they define."""
        return [id for id, cell in self.cells.items() if cell["metadata"]["nbgrader"]["solution"]]

    def is_locked(self, id: str) -> bool:
        """Whether cell `id` is taken from the release whatever was submitted."""
        return id not in self.solutions


@dataclass
class Submission:
    """A notebook ready to run. Cells carry the release's metadata; `notes` say what had to be put right."""

    assignment: str
    notebook: nbformat.NotebookNode
    notes: list[str] = field(default_factory=list)


def read(data: bytes) -> nbformat.NotebookNode:
    """The notebook in a file's bytes, outputs left out. Raises Unreadable with one line that says why."""
    if not data.strip():
        raise Unreadable("the file is empty")
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {len(data) / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is not a complete notebook: {str(error)[:100]}") from None
    try:
        return _notebook(content)
    except Exception as error:  # whatever nbformat raises at one that contradicts itself, its own kinds among them
        why = " ".join(str(error).split())[:100]
        raise Unreadable(f"the file is not a notebook: {type(error).__name__}: {why}") from None


def _notebook(content: Any) -> nbformat.NotebookNode:
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise ValueError("it has no list of cells")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if content.get("nbformat") == 4:
            notebook = nbformat.from_dict(content)
        else:
            notebook = nbformat.convert(nbformat.reader.reads(json.dumps(content)), 4)
    if len(notebook.cells) > MAX_CELLS:
        raise ValueError(f"it has {len(notebook.cells)} cells")
    clean: nbformat.NotebookNode = nbformat.v4.new_notebook()
    clean.cells = [_plain_cell(cell) for cell in notebook.cells]
    return clean


def _plain_cell(cell: Any) -> nbformat.NotebookNode:
    """A cell with its text, its nbgrader id, whether it is to be left out of the run, and nothing else.

    Leaving out their own cell can only cost a student: what counts, and is run, is then what the release says.
    """
    source = cell["source"]
    text = "".join(str(line) for line in source) if isinstance(source, list) else str(source)
    text = text.encode("utf-8", "replace").decode()  # JSON can name halves of characters, which cannot be sent on
    kind = cell["cell_type"]
    make: Any = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}.get(
        kind, nbformat.v4.new_raw_cell
    )
    plain: nbformat.NotebookNode = make(text)
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags, known = metadata.get("tags"), metadata.get("nbgrader")
    if isinstance(tags, list) and SKIPPED in tags:
        plain.metadata["tags"] = [SKIPPED]
    id = known.get("grade_id") if isinstance(known, dict) else None
    if isinstance(id, str) and id:
        plain.metadata["nbgrader"] = {"grade_id": id}
    return plain


def release(id: str) -> Release:
    """The release of assignment `id`. Raises TaskError if it is not built."""
    path = course.ROOT / "assignments" / id / f"{course.name_of(id)}.ipynb"
    try:
        return _release(id, path, path.stat().st_mtime_ns)
    except OSError:
        raise TaskError(f"assignments/{id} is not built: run python -m autograder build {id}") from None


@lru_cache(maxsize=32)
def _release(id: str, path: Path, version: int) -> Release:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    known = (cell for cell in cells if "nbgrader" in cell["metadata"])
    long = frozenset(_squeezed(_text(cell)) for cell in cells if SKIPPED in cell["metadata"].get("tags", []))
    return Release(id, {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in known}, long)


def recognise(notebook: nbformat.NotebookNode, wanted: str | None = None) -> str:
    """The assignment that a notebook belongs to, by what it holds; its file name says nothing.

    wanted  the assignment it should be, if that was said. Raises Unreadable if it is of another or of none.
    """
    found = {id: _likeness(notebook, release(id)) for id in course.assignment_ids()}
    best = max(found, key=lambda id: found[id], default="")
    if not best or found[best] < 2:
        raise Unreadable("no cell in it is of this course: hand in the notebook that was handed out")
    if wanted is None or found.get(wanted, 0) == found[best]:
        return wanted or best
    raise Unreadable(f"this is a notebook of {best}, not of {wanted}")


def _likeness(notebook: nbformat.NotebookNode, of: Release) -> int:
    """How many cells of the release the notebook has."""
    return len({id for id in _matches(notebook.cells, of)[0] if id})


def restore(notebook: nbformat.NotebookNode, assignment: str) -> Submission:
    """The submission in the form that was released, ready to run."""
    of = release(assignment)
    ids, notes = _matches(notebook.cells, of)
    notes += [
        f"The cell {id} had been changed: it was put back as released." for id in _changed(notebook.cells, ids, of)
    ]
    cells = [_restored(cell, id, of) for cell, id in zip(notebook.cells, ids, strict=True)]
    _insert_missing(cells, of, notes)
    restored = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    )
    for number, cell in enumerate(restored.cells):
        cell["id"] = f"cell-{number}"
    return Submission(assignment, restored, notes)


KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _matches(cells: Sequence[nbformat.NotebookNode], of: Release) -> tuple[list[str], list[str]]:
    """For each cell the release's id it stands for ("" for none), and notes on what was not as released.

    Where several cells claim an id, the last one has it, as in nbgrader; the others run as the student's own.
    """
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells]
    ids = [id if _fits(cell, id, of) else "" for id, cell in zip(ids, cells, strict=True)]
    notes = []
    for id in sorted({id for id in ids if id and ids.count(id) > 1}, key=ids.index):
        places = [i for i, other in enumerate(ids) if other == id]
        notes.append(f"The cell {id} was there {len(places)} times: the last one counts.")
        for place in places[:-1]:
            ids[place] = ""
    for place, id in _by_content(cells, ids, of):
        ids[place] = id
        by = "its text" if of.is_locked(id) else "what it defines"
        notes.append(f"The cell {id} had lost its nbgrader id: it was recognised by {by}.")
    return ids, notes


def _fits(cell: nbformat.NotebookNode, id: str, of: Release) -> bool:
    """Whether a cell may have the id it claims: of the right type, and not an answer under a locked cell's id."""
    if id not in of.cells or cell.cell_type != of.cells[id]["cell_type"]:
        return False
    return not (of.is_locked(id) and set(DEFINES.findall(cell.source)) & set(of.solutions))


def _by_content(cells: Sequence[nbformat.NotebookNode], ids: Sequence[str], of: Release) -> Iterator[tuple[int, str]]:
    """(place, id) for the ids that no cell has but one is recognisable; the last such cell."""
    free = [place for place, id in enumerate(ids) if not id and cells[place].cell_type == "code"]
    for id in of.cells:
        if id in ids:
            continue
        text = _squeezed(_text(of.cells[id]))
        locked = of.is_locked(id)
        found = [
            p
            for p in free
            if (_squeezed(cells[p].source) == text if locked else id in DEFINES.findall(cells[p].source))
        ]
        if found:
            yield found[-1], id
            free.remove(found[-1])


def _restored(cell: nbformat.NotebookNode, id: str, of: Release) -> nbformat.NotebookNode:
    """The student's cell under the release's metadata; a locked one with the release's text."""
    if not id:
        long = SKIPPED in cell.metadata.get("tags", []) or _squeezed(cell.source) in of.long
        cell.metadata = nbformat.from_dict({"tags": [SKIPPED]} if long else {})
        return cell
    known = of.cells[id]
    cell.metadata = nbformat.from_dict(json.loads(json.dumps(known["metadata"])))
    if of.is_locked(id):
        cell.source = _text(known)
    return cell


def _changed(cells: Sequence[nbformat.NotebookNode], ids: Sequence[str], of: Release) -> list[str]:
    """The locked cells whose text is not the release's."""
    pairs = zip(cells, ids, strict=True)
    return [
        id for cell, id in pairs if id and of.is_locked(id) and _squeezed(cell.source) != _squeezed(_text(of.cells[id]))
    ]


def _insert_missing(cells: list[nbformat.NotebookNode], of: Release, notes: list[str]) -> None:
    """Put back the released cells that are not there, each after the one it followed.

    A stub is not put back over an answer: cells that were merged into one have one id, and the answers of all.
    """
    previous = ""
    for id, known in of.cells.items():
        present = [_id_of(cell) for cell in cells]
        if id not in present and not of.is_locked(id) and _defined(id, cells):
            notes.append(f"The cell {id} was missing: what defines {id} in another cell counts.")
            continue
        if id not in present:
            make: Any = nbformat.v4.new_code_cell if known["cell_type"] == "code" else nbformat.v4.new_markdown_cell
            cell = make(_text(known))
            cell.metadata = nbformat.from_dict(json.loads(json.dumps(known["metadata"])))
            cells.insert(present.index(previous) + 1 if previous in present else 0, cell)
            notes.append(f"The cell {id} was missing: it was put back as released.")
        previous = id


def _defined(name: str, cells: Sequence[nbformat.NotebookNode]) -> bool:
    return any(name in DEFINES.findall(cell.source) for cell in cells if cell.cell_type == "code")


def _id_of(cell: nbformat.NotebookNode) -> str:
    id: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return id


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _squeezed(text: str) -> str:
    return "".join(text.split())
