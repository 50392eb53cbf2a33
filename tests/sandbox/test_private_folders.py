"""Private folders left by killed graders are removed; other folders are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import private_folders
from autograder.sandbox.private_folders import private_folder, remove_folder, remove_leftovers


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands in for /tmp."""
    monkeypatch.setattr(private_folders, "PLACE", tmp_path)
    return tmp_path


def test_a_folder_comes_with_a_lock_and_goes_with_it(place: Path) -> None:
    folder, lock = private_folder()
    assert sorted(path.suffix for path in place.iterdir()) == ["", ".lock"]
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "deep").mkdir()
    for _ in range(2):
        remove_folder(folder, lock)
        assert list(place.iterdir()) == []


def test_what_is_in_use_is_left_alone() -> None:
    folder, lock = private_folder()
    remove_leftovers()
    assert folder.is_dir()
    remove_folder(folder, lock)


def test_what_a_killed_grader_left_is_removed(place: Path) -> None:
    code = f"""
import os
from pathlib import Path
from autograder.sandbox import private_folders
private_folders.PLACE = Path({str(place)!r})
kept = private_folders.private_folder()
(kept[0] / "work").mkdir()
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(place.iterdir())) == 2
    remove_leftovers()
    assert list(place.iterdir()) == []


def test_nobody_elses_things_are_touched(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = place / "mine"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("mine")
    (place / "ag-linked.lock").symlink_to(elsewhere / "file")
    (place / "ag-linked").symlink_to(elsewhere)
    (place / "ag-other").mkdir()
    (place / "other.lock").write_bytes(b"")
    strangers, lock = private_folder()
    lock.close()
    with monkeypatch.context() as patched:
        patched.setattr(os, "getuid", lambda: 4711)
        remove_leftovers()
    assert strangers.is_dir()
    remove_leftovers()
    assert not strangers.exists()
    assert (elsewhere / "file").read_text() == "mine"
    assert (place / "ag-other").is_dir()
    assert (place / "other.lock").exists()
