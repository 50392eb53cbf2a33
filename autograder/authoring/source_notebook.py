"""nbgrader's source folder of an assignment: the notebook with the answers, and all that is handed out beside it.

The notebook's kernel is recorded in the gradebook and becomes the kernel of every submission that nbgrader
grades. It names a kernel that is not installed anywhere: without the configuration that plugs in our grader,
nbgrader finds no kernel and stops. (It would otherwise run only the visible checks, in the process of the
student's code, and give full marks.)
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder import course
from autograder.atomic_write import write_whole
from autograder.authoring import check_file
from autograder.authoring.check_file import check_text
from autograder.authoring.nbgrader_settings import BUILT_SOURCE
from autograder.course import Assignment, cells, handout
from autograder.course.cells import BEGIN, END, Cell
from autograder.errors import TaskError

CONFINED_KERNEL = {"display_name": "autograder (confined)", "language": "python", "name": "autograder-confined"}
LAYOUT = frozenset({"lines_to_next_cell", "lines_to_end_of_cell_marker"})  # jupytext's notes on blank lines
NOT_OURS = frozenset({".ipynb_checkpoints", "__pycache__"})


def files(assignment: Assignment) -> dict[str, bytes]:
    """The folder's files by relative path. Raises TaskError if a solution region would not become a named stub.

    data/ holds the assignment's own data files and the datasets listed in its assignment.toml. Raises TaskError if
    one of these is missing or altered.
    """
    _check_regions(assignment)
    made = {f"{assignment.name}.ipynb": _notebook(assignment.source)}
    given = handout.assemble(assignment.source.parents[1], assignment.id)
    if given:
        made["given.py"] = given.encode()
    needs = handout.needed_packages(assignment.source.parents[1], assignment.id)
    made["requirements.txt"] = handout.requirements(needs).encode()
    questions = [asked.id for asked in assignment.questions]
    made["check.py"] = check_text(f"{assignment.name}.ipynb", cells.read(assignment.source), questions).encode()
    own = {name: path.read_bytes() for name, path in paths(_data_folder(assignment)).items()}
    datasets = handout.data(assignment.source.parents[1], assignment.id)
    if twice := sorted(own.keys() & datasets.keys()):
        raise TaskError(f"{assignment.id} has a data/{twice[0]} of its own, and assignment.toml lists it as a dataset")
    return made | {f"data/{name}": content for name, content in sorted((own | datasets).items())}


def refresh(ids: Iterable[str] | None = None) -> None:
    """Write the source folders of `ids`, or of all, that are missing or older than their inputs.

    Without `ids`, a draft that cannot be built yet is skipped with a warning. Raises TaskError if one of `ids` cannot
    be built.
    """
    for id in course.current().assignment_ids() if ids is None else ids:
        try:
            _refresh(id)
        except TaskError as draft:
            if ids is not None:
                raise
            logging.getLogger(__name__).warning("%s cannot be built yet and is left out: %s", id, draft)


def _refresh(id: str) -> None:
    assignment = course.current().load(id)
    folder = course.current().root / BUILT_SOURCE / id
    if _is_stale(folder / f"{assignment.name}.ipynb", assignment):
        write(folder, files(assignment))


def write(folder: Path, wanted: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly these files."""
    for stale in paths(folder).keys() - wanted.keys():
        (folder / stale).unlink()
    for name, content in wanted.items():
        replace(folder / name, content)


def replace(path: Path, content: bytes) -> None:
    """Write a file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def present(folder: Path) -> dict[str, bytes]:
    """The contents of the files in `folder`, by relative path."""
    return {name: path.read_bytes() for name, path in paths(folder).items()}


def paths(folder: Path) -> dict[str, Path]:
    """The files in `folder` by relative path, sorted; caches of Jupyter and Python left out."""
    files_below = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in files_below if NOT_OURS.isdisjoint(path.parts)}


def _data_folder(assignment: Assignment) -> Path:
    return assignment.source.parent / "data"


def _is_stale(notebook: Path, assignment: Assignment) -> bool:
    if not notebook.is_file():
        return True
    ours = [Path(str(module.__file__)) for module in (cells, check_file)]
    code = [Path(__file__), *ours, check_file.TEMPLATE, *handout.modules()]
    handed_out = handout.inputs(assignment.source.parents[1], assignment.id)
    made_from = [assignment.source, *handed_out, *paths(_data_folder(assignment)).values(), *code]
    if not all(path.is_file() for path in made_from):
        return True  # `files` then names the missing one
    return notebook.stat().st_mtime_ns <= max(path.stat().st_mtime_ns for path in made_from)


def _check_regions(assignment: Assignment) -> None:
    known = {asked.id for asked in assignment.questions}
    for cell in cells.read(assignment.source):
        location = f"{assignment.id}, cell {cell.grade_id or cell.source.splitlines()[:1]}"
        if cell.solution and cell.kind != "code":
            raise TaskError(f"{location}: a written answer, marked by hand, is not possible here: answers are code")
        if cell.solution and not cell.stubs:
            raise TaskError(f"{location}: a solution cell without {BEGIN} would lose its docstring in the release")
        if not cell.solution and (BEGIN in cell.source or END in cell.source):
            raise TaskError(f"{location}: a solution region in a cell that is not a solution cell")
        if not known.issuperset(cell.stubs):
            raise TaskError(
                f"{location}: the line above {BEGIN} must be '# <question id>: about n lines', in every region"
            )


def _notebook(script: Path) -> bytes:
    import jupytext  # slow to import: see autograder.course.cells

    notebook = jupytext.read(script, fmt="py:percent")
    ids = _cell_ids(cells.read(script))
    made = [_plain_cell(cell, id) for cell, id in zip(notebook.cells, ids, strict=True)]
    metadata = {"kernelspec": CONFINED_KERNEL, "language_info": {"name": "python"}}
    document = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _plain_cell(cell: Any, id: str) -> dict[str, Any]:
    lines = cell.source.strip("\n").splitlines(keepends=True)
    metadata = {key: value for key, value in cell.metadata.items() if key not in LAYOUT}
    plain = {"cell_type": cell.cell_type, "id": id, "metadata": metadata, "source": lines}
    return plain | ({"execution_count": None, "outputs": []} if cell.cell_type == "code" else {})


def _cell_ids(known: Iterable[Cell]) -> list[str]:
    """A cell's grade_id, or a name made from its text: the same at every build, unlike jupytext's own."""
    seen: Counter[str] = Counter()
    ids = []
    for cell in known:
        id = cell.grade_id or f"{cell.kind}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
        seen[id] += 1
        ids.append(id if seen[id] == 1 else f"{id}-{seen[id]}")
    return ids
