"""What was handed in, wherever it lies: one entry for each student and assignment, read when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autograder import course
from autograder.collect import choose_file, files, layouts, student_ids
from autograder.collect.choose_file import Taken
from autograder.collect.files import Zipped
from autograder.collect.lms_filenames import RECEIPT
from autograder.errors import GraderError, Unreadable
from autograder.sandbox.own_files import LINK, Candidate, OwnFiles, collected

__all__ = ["HandedIn", "Zipped", "find"]

SECRET = "submission_secret.txt"
SECRET_BYTES = 1000


class Beside(NamedTuple):
    """A file beside a notebook: its name relative to the notebook's folder, where it lies, why it cannot be read."""

    name: str
    content: Path | Zipped
    problem: str = ""


@dataclass(frozen=True)
class HandedIn:
    """One file of one student, read only when its turn comes: a class may not fit into memory.

    student     an id that is safe as a folder's name
    content     where it lies, or its bytes
    assignment  the folder it was handed in under, None where the layout does not say
    timestamp   when, as nbgrader's timestamp.txt has it; "" if what it was found in does not say
    problem     why it cannot be graded, "" if nothing is known against it
    notes       what a person should know of how it was found, one sentence each
    beside      what else that student handed in with it
    """

    student: str
    content: bytes | Path | Zipped
    assignment: str | None = None
    timestamp: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()

    def own_files(self) -> OwnFiles:
        """The files handed in beside it that may be used, read now."""
        return collected(
            Candidate(name, partial(files.size, content), partial(files.read, content), problem)
            for name, content, problem in self.beside
        )

    def read(self) -> bytes:
        """Its bytes. Raises Unreadable with one line that says why."""
        if self.problem:
            raise Unreadable(self.problem)
        return self.content if isinstance(self.content, bytes) else files.read(self.content)

    def secret(self) -> bytes:
        """What nbgrader's exchange wrote beside it, by which it releases the feedback; b"" if there is nothing."""
        if not isinstance(self.content, Path):
            return b""
        try:
            return files.read(self.content.with_name(SECRET))[:SECRET_BYTES]
        except Unreadable:
            return b""


def find(path: Path, assignment: str | None = None) -> list[HandedIn]:
    """Everything handed in under `path`, by student; of one assignment, if that is named.

    `path` is a notebook, or a folder or zip laid out in one of the ways that layouts knows. Notebooks are looked into
    only where a student handed in several. Raises GraderError if there is nothing, or a zip cannot be opened.
    """
    if path.is_dir():
        found = list(_in(files.in_folder(path), assignment))
    elif path.suffix.lower() == ".zip":
        found = list(_in(files.in_zip(path), assignment))
    else:
        id = student_ids.safe_student(path.stem)
        problem = LINK if path.is_symlink() else ""
        notes, beside = student_ids.note_of(path.stem, id), tuple(_beside_one(path))
        found = [HandedIn(id, path, problem=problem, notes=notes, beside=beside)]
    if not found:
        raise GraderError(f"there is no notebook to grade in {path}")
    return sorted(found, key=lambda one: (one.student, one.assignment or ""))


def _in(tree: files.Tree, assignment: str | None) -> Iterator[HandedIn]:
    taken = list(choose_file.settle(layouts.pieces(tree), assignment))
    ids = student_ids.distinct(one.piece.student for one in taken)
    for one in taken:
        id = ids[one.piece.student]
        content = one.piece.file.content if one.piece.file is not None and not one.problem else b""
        notes = (*student_ids.note_of(one.piece.student, id), *one.notes)
        beside = tuple(_beside(one))
        yield HandedIn(id, content, one.assignment, one.piece.timestamp, one.problem, notes, beside)


def _beside(one: Taken) -> Iterator[Beside]:
    """What lies in the folder of the notebook that is graded, or below; in the order of uploads."""
    folder = one.piece.name.rpartition("/")[0]
    start = f"{folder}/" if folder else ""
    for piece in sorted(one.beside, key=lambda piece: piece.upload):
        file = piece.file
        if file is not None and not file.is_folder and piece.name != RECEIPT and piece.name.startswith(start):
            yield Beside(piece.name.removeprefix(start), file.content, file.problem)


def _beside_one(path: Path) -> Iterator[Beside]:
    """What lies beside one notebook, in the folder of one student's assignment; in any other it may be anybody's."""
    if path.parent.resolve().name not in course.current().assignment_ids() or path.is_symlink():
        return
    for file in files.in_folder(path.parent).files:
        if not file.is_folder and file.parts != (path.name,):
            yield Beside("/".join(file.parts), file.content, file.problem)
