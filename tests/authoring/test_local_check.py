"""check.py, as a student runs it: which visible checks pass, what is missing, doubled, changed; nothing is altered."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_course import ID, answered, tiny_course

from autograder.authoring.local_check import LARGEST, digest
from autograder.restore.limits import MAX_NOTEBOOK_BYTES

Cells = list[dict[str, Any]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_course(tmp_path_factory.mktemp("local_check"))


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """The released folder, copied to a student."""
    return Path(shutil.copytree(root / "assignments" / ID, tmp_path / "my folder"))


def checked(folder: Path, content: bytes | None = None) -> tuple[int, str]:
    """Exit status and output of check.py for a notebook; None: the one that is there."""
    notebook = folder / "tiny.ipynb"
    if content is not None:
        notebook.write_bytes(content)
    before = notebook.read_bytes() if notebook.exists() else b""
    done = subprocess.run([sys.executable, str(folder / "check.py")], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert (notebook.read_bytes() if notebook.exists() else b"") == before
    return done.returncode, done.stdout


def changed(data: bytes, change: Callable[[Cells], object]) -> bytes:
    notebook = json.loads(data)
    change(notebook["cells"])
    return json.dumps(notebook).encode()


def place(cells: Cells, name: str) -> int:
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return names.index(name)


def test_all_answered(root: Path, folder: Path) -> None:
    status, text = checked(folder, answered(root))
    assert status == 0
    assert "double            40  passes" in text
    assert "2 of 2 visible checks pass; behind them are 100 points." in text


def test_the_release_has_nothing_written(folder: Path) -> None:
    status, text = checked(folder)
    assert status == 1
    assert text.count("not written yet") == 2
    assert "0 of 2 visible checks pass" in text


def test_a_wrong_answer_and_what_its_check_says(root: Path, folder: Path) -> None:
    status, text = checked(folder, answered(root, {"double": "def double(xs):\n    return 3 * xs\n"}))
    assert status == 1
    assert "double            40  AssertionError" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cells: cells.pop(place(cells, "double")), "the cell double is missing: its question cannot be"),
        (lambda cells: cells.append(cells[place(cells, "double")]), "there are 2 cells named double"),
        (lambda cells: cells.pop(place(cells, "double_check")), "the locked cell double_check is missing"),
        (lambda cells: cells[place(cells, "double_check")].update(source="pass"), "double_check was changed"),
    ],
    ids=["answer missing", "answer twice", "check missing", "check changed"],
)
def test_damage_is_named(root: Path, folder: Path, change: Callable[[Cells], object], message: str) -> None:
    status, text = checked(folder, changed(answered(root), change))
    assert status == 1
    assert f"! {message}" in text or message in text


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"hello", "not a notebook"), (b"[]", "not a notebook"), (b'{"cells": [3]}', "not a notebook")],
)
def test_a_file_that_is_no_notebook(folder: Path, content: bytes, message: str) -> None:
    status, text = checked(folder, content)
    assert status == 2
    assert message in text


def test_a_notebook_that_is_not_there(folder: Path) -> None:
    (folder / "tiny.ipynb").unlink()
    status, text = checked(folder)
    assert status == 2
    assert "it cannot be read" in text


def test_the_largest_file_is_that_of_the_grader() -> None:
    assert LARGEST * 2**20 == MAX_NOTEBOOK_BYTES


def test_a_notebook_that_ends_its_kernel(root: Path, folder: Path) -> None:
    ends = {
        "cell_type": "code",
        "metadata": {},
        "source": "import os\nos._exit(1)",
        "outputs": [],
        "execution_count": None,
    }
    status, text = checked(folder, changed(answered(root), lambda cells: cells.insert(0, ends)))
    assert status == 2
    assert "did not run to its end" in text


def test_blanks_at_the_ends_of_lines_are_no_change() -> None:
    assert digest("a = 1  \nb = 2\n\n") == digest("a = 1\nb = 2")
    assert digest("a = 1") != digest("a = 2")
