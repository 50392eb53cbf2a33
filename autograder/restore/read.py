"""A notebook file of a student's, read with suspicion: its cells, without outputs and without foreign metadata."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import nbformat

from autograder.errors import Unreadable
from autograder.restore.file_kinds import why_unreadable
from autograder.restore.kept_parts import harmless_metadata, pictures
from autograder.restore.limits import refuse_large, refuse_many_parts
from autograder.restore.submitted_cell import SubmittedNotebook, notebook_of

MAX_CELLS = 5_000
VERSION = re.compile(r"\d{1,2}(\.\d{1,3}){1,2}")


def read(data: bytes) -> SubmittedNotebook:
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


def _notebook(content: Any) -> SubmittedNotebook:
    is_new = isinstance(content, dict) and content.get("nbformat") == 4
    parts = content.get("cells", None if is_new else content.get("worksheets")) if isinstance(content, dict) else None
    if not isinstance(parts, list):
        raise Unreadable("it has no list of cells")
    cells = parts if is_new else _converted(content).cells
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; {MAX_CELLS} are the most")
    plain = [_plain_cell(cell, number) for number, cell in enumerate(cells, 1)]
    return SubmittedNotebook(notebook_of(plain, _saved_by(content.get("metadata"))))


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
