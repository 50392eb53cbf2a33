"""What was handed in, wherever it lies: a folder laid out as nbgrader's submitted/, a folder or a zip of notebooks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.errors import GraderError
from autograder.submission import MAX_NOTEBOOK_BYTES


@dataclass(frozen=True)
class HandedIn:
    """One file of one student.

    assignment  the folder it was handed in under, None where the layout does not say
    data        its bytes; empty if it could not be read, and then `problem` says why
    """

    student: str
    data: bytes
    assignment: str | None = None
    timestamp: str = ""
    problem: str = ""


def find(path: Path, assignment: str | None = None) -> list[HandedIn]:
    """Everything handed in under `path`, by student; of one assignment, if that is named.

    Raises GraderError if there is nothing.
    """
    if path.is_dir():
        found = [*_nbgrader(path), *_flat(path)]
    elif zipfile.is_zipfile(path):
        found = list(_zipped(path))
    else:
        found = [_read(path.stem, path)]
    found = [one for one in found if one.assignment in (None, assignment) or assignment is None]
    if not found:
        raise GraderError(f"there is no notebook to grade in {path}")
    return sorted(found, key=lambda one: (one.student, one.assignment or ""))


def _nbgrader(path: Path) -> Iterator[HandedIn]:
    """<student>/<assignment>/<name>.ipynb"""
    for folder in sorted(path.glob("*/*")):
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        student = folder.parent.name
        stamp = folder / "timestamp.txt"
        timestamp = stamp.read_text(errors="replace").strip() if stamp.is_file() else ""
        notebooks = sorted(folder.glob("*.ipynb"))
        chosen = [one for one in notebooks if one.stem == course.name_of(folder.name)] or notebooks
        if len(chosen) == 1:
            yield _read(student, chosen[0], folder.name, timestamp)
        else:
            problem = "there is no notebook in the folder" if not chosen else _several(chosen, folder.name)
            yield HandedIn(student, b"", folder.name, timestamp, problem)


def _several(notebooks: list[Path], assignment: str) -> str:
    names = ", ".join(one.name for one in notebooks[:5])
    return f"there are several notebooks ({names}) and none is named {course.name_of(assignment)}.ipynb"


def _flat(path: Path) -> Iterator[HandedIn]:
    for file in sorted(path.glob("*.ipynb")):
        yield _read(file.stem, file)


def _read(student: str, path: Path, assignment: str | None = None, timestamp: str = "") -> HandedIn:
    if path.is_symlink():
        return HandedIn(student, b"", assignment, timestamp, "the file is a link")
    try:
        if path.stat().st_size > MAX_NOTEBOOK_BYTES:
            return HandedIn(student, b"", assignment, timestamp, _too_large(path.stat().st_size))
        return HandedIn(student, path.read_bytes(), assignment, timestamp)
    except OSError as error:
        return HandedIn(student, b"", assignment, timestamp, f"the file cannot be read: {error.strerror}")


def _zipped(path: Path) -> Iterator[HandedIn]:
    """The notebooks in a zip; nothing is unpacked onto the disk."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.suffix != ".ipynb" or "__MACOSX" in name.parts:
                continue
            if entry.file_size > MAX_NOTEBOOK_BYTES:
                yield HandedIn(name.stem, b"", problem=_too_large(entry.file_size))
                continue
            try:
                with archive.open(entry) as file:
                    yield HandedIn(name.stem, file.read(MAX_NOTEBOOK_BYTES + 1))
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
                yield HandedIn(name.stem, b"", problem=f"the zip is damaged there: {error}")


def _too_large(size: int) -> str:
    return f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}"
