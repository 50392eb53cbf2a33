"""What was handed in, wherever it lies: a folder laid out as nbgrader's submitted/, a folder or a zip of notebooks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.errors import GraderError, Unreadable
from autograder.submission import MAX_NOTEBOOK_BYTES


@dataclass(frozen=True)
class Zipped:
    """A file in a zip: nothing is unpacked onto the disk."""

    archive: Path
    name: str


@dataclass(frozen=True)
class HandedIn:
    """One file of one student, read only when its turn comes: a class may not fit into memory.

    content     where it lies, or its bytes
    assignment  the folder it was handed in under, None where the layout does not say
    timestamp   when, in the words of what it was found in; "" if that does not say
    problem     why it cannot be graded, "" if nothing is known against it
    notes       what a person should know of how it was found, one sentence each
    """

    student: str
    content: bytes | Path | Zipped
    assignment: str | None = None
    timestamp: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()

    def read(self) -> bytes:
        """Its bytes. Raises Unreadable with one line that says why."""
        if self.problem:
            raise Unreadable(self.problem)
        if isinstance(self.content, bytes):
            return self.content
        return _in_zip(self.content) if isinstance(self.content, Zipped) else _on_disk(self.content)


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
    return HandedIn(student, path, assignment, timestamp, "the file is a link" if path.is_symlink() else "")


def _on_disk(path: Path) -> bytes:
    try:
        _refuse_large(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror}") from None


def _zipped(path: Path) -> Iterator[HandedIn]:
    """The notebooks in a zip."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.suffix == ".ipynb" and "__MACOSX" not in name.parts:
                yield HandedIn(name.stem, Zipped(path, entry.filename))


def _in_zip(content: Zipped) -> bytes:
    try:
        with zipfile.ZipFile(content.archive) as archive, archive.open(content.name) as file:
            _refuse_large(archive.getinfo(content.name).file_size)
            return file.read(MAX_NOTEBOOK_BYTES + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, KeyError) as error:
        raise Unreadable(f"the zip is damaged there: {error}") from None


def _refuse_large(size: int) -> None:
    if size > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")
