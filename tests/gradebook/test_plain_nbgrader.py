"""Plain `nbgrader autograde` reads what `autograder grade` reads, and gives the same marks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from tiny_course import ID, answered, edited, hand_in, in_a_process, records_of, tiny_course

WRONG = {"double": "def double(xs):\n    return 3 * xs\n"}


def kernel_without_a_name_to_show(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "python3"}


def cell_without_metadata(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(
        nbformat.from_dict({"cell_type": "code", "source": "1 + 1", "outputs": [], "execution_count": None})
    )


def cell_without_outputs(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(nbformat.from_dict({"cell_type": "code", "source": "1 + 1", "metadata": {}}))


def no_metadata(notebook: nbformat.NotebookNode) -> None:
    del notebook["metadata"]


def no_minor_version(notebook: nbformat.NotebookNode) -> None:
    del notebook["nbformat_minor"]


def ids_lost(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)


def odd_nbgrader_metadata(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[0].metadata["nbgrader"] = None


CHANGES: list[Callable[[nbformat.NotebookNode], None]] = [
    kernel_without_a_name_to_show, cell_without_metadata, cell_without_outputs, no_metadata, no_minor_version, ids_lost,
    odd_nbgrader_metadata,
]  # fmt: skip
ENCODINGS = {"byte_order_mark": "utf-8-sig", "utf_16": "utf-16"}


@pytest.mark.slow
def test_both_read_the_same_files_and_give_the_same_marks(tmp_path: Path) -> None:
    """Every other student has one wrong answer, so that giving all the same mark would be noticed."""
    root = tiny_course(tmp_path)
    answers = [answered(root), answered(root, WRONG)]
    files = {change.__name__: edited(answers[place % 2], change) for place, change in enumerate(CHANGES)}
    files |= {name: answers[1].decode().encode(encoding) for name, encoding in ENCODINGS.items()}
    for name, data in files.items():
        submitted = hand_in(root, name, data)
    for command in ("generate_assignment", "autograde"):
        ran = in_a_process(root, sys.executable, "-m", "nbgrader", command, ID)
        assert ran.status == 0, ran
    grade = ["grade", submitted, "--jobs", "1", "--course", tmp_path / "ours", "--json", tmp_path / "records.json"]
    ran = in_a_process(root, sys.executable, "-m", "autograder", *grade)
    assert ran.status == 0, ran
    ours = {record["extra_data"]["student"]: record for record in records_of(tmp_path / "records.json")}
    assert set(ours) == set(files)
    for name, record in ours.items():
        path = root / "autograded" / name / ID / "tiny.ipynb"
        theirs = json.loads(path.read_text(encoding="utf-8"))["metadata"]["autograder"]
        assert theirs["tests"] == record["tests"], name
        assert theirs["output"] == record["output"], name
    assert {record["score"] for record in ours.values()} == {60, 100}
