"""Downloads of learning platforms, graded from the command line into the gradebook: marks, times, notes."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from tiny_course import ID, Commands, Ran, answered, hand_in, tiny_course

WRONG = {"double": "def double(xs):\n    return xs"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tiny_course(tmp_path)


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(root, monkeypatch, capsys)


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def graded(command: Commands, path: Path) -> tuple[Ran, dict[str, Any]]:
    """Grade a class; return the run and each student's record."""
    ran = command("grade", path, "--course", command.root, "--jobs", "1", "--json", command.root / "records.json")
    kept = json.loads((command.root / "records.json").read_text())
    return ran, {record["extra_data"]["student"]: record for record in kept}


def score(record: dict[str, Any]) -> float:
    return float(record["score"])


@pytest.mark.slow
def test_gradescopes_export(command: Commands, root: Path, tmp_path: Path) -> None:
    """Each member of a group gets the mark and the time; a student without a notebook is named."""
    metadata = b"""---
submission_1:
  :submitters:
  - :name: Ada
    :sid: '007'
  - :name: Bob
    :email: bob@example.org
  :created_at: 2026-11-18 22:10:05.000000000 Z
submission_2:
  :submitters:
  - :name: Eve
    :sid: '9'
  :created_at: 2026-11-18 22:00:00.000000000 Z
"""
    files = {"submission_metadata.yml": metadata, "submission_1/t.ipynb": answered(root), "submission_2/t.pdf": b"%PDF"}
    path = zipped(tmp_path / "export.zip", {f"assignment_5_export/{name}": data for name, data in files.items()})
    ran, records = graded(command, path)
    assert ran.status == 1
    assert {student: score(record) for student, record in records.items() if record["tests"]} == {
        "007": 100,
        "bob@example.org": 100,
    }
    assert "there is no notebook among what was handed in (t.pdf)" in ran.out
    assert "Handed in together with bob@example.org." in records["007"]["output"]
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(ID, duedate="2026-11-18 22:00:00 UTC")
        for student in ("007", "bob@example.org"):
            one = gradebook.find_submission(ID, student)
            assert one.timestamp == datetime(2026, 11, 18, 22, 10, 5)
            assert one.total_seconds_late == 605


@pytest.mark.slow
def test_canvas_zip(command: Commands, root: Path, tmp_path: Path) -> None:
    """The file uploaded last is graded, and the record says so; no time is invented."""
    files = {
        "lovelaceada_LATE_71_501_tiny-1.ipynb": answered(root),
        "lovelaceada_LATE_71_500_tiny.ipynb": answered(root, WRONG),
        "smithbob_72_502_tiny.ipynb": answered(root, WRONG),
    }
    ran, records = graded(command, zipped(tmp_path / "submissions.zip", files))
    assert ran.status == 0, ran.out
    assert score(records["lovelaceada_71"]) == 100
    assert score(records["smithbob_72"]) < 100
    output = records["lovelaceada_71"]["output"]
    assert "Canvas marks it as late." in output
    assert "tiny-1.ipynb was graded, the one uploaded last (its number is 501)." in output
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert [one.timestamp for one in gradebook.assignment_submissions(ID)] == [None, None]


@pytest.mark.slow
def test_names_that_nbgrader_would_take_for_patterns(command: Commands, root: Path, tmp_path: Path) -> None:
    """As a pattern, `[ab]nna` would match anna and bnna; each student keeps their own mark."""
    files = {"anna.ipynb": answered(root), "[ab]nna.ipynb": answered(root, WRONG)}
    ran, records = graded(command, zipped(tmp_path / "class.zip", files))
    assert ran.status == 0, ran.out
    assert score(records["anna"]) == 100
    assert score(records["_ab_nna"]) < 100
    assert "The name '[ab]nna' was made _ab_nna." in records["_ab_nna"]["output"]
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        marks = {one.student.id: one.score for one in gradebook.assignment_submissions(ID)}
    assert marks == {student: score(record) for student, record in records.items()}


@pytest.mark.slow
def test_an_unreadable_timestamp_is_noted_and_the_file_graded(command: Commands, root: Path) -> None:
    submitted = hand_in(root, "ash", answered(root))
    (submitted / "ash" / ID / "timestamp.txt").write_text("last Friday")
    ran, records = graded(command, submitted)
    assert ran.status == 0, ran.out
    assert score(records["ash"]) == 100
    assert "timestamp.txt was not read: it says 'last Friday', which is no time." in records["ash"]["output"]


@pytest.mark.parametrize("data", [b"", b"<html>Please log in</html>", b"PK\x05\x06"])
def test_a_zip_that_cannot_be_opened(command: Commands, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "class.zip").write_bytes(data)
    ran = command("grade", tmp_path / "class.zip")
    assert ran.status == 2
    (line,) = ran.err.strip().splitlines()
    assert line.startswith(f"autograder: {tmp_path / 'class.zip'} cannot be opened as a zip: ")
