"""All submissions under a path: one entry for each student and assignment, read when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autograder import course
from autograder.collect import choose_file, files, layouts, student_ids
from autograder.collect.choose_file import ChosenFile
from autograder.collect.files import Zipped
from autograder.collect.lms_filenames import RECEIPT
from autograder.errors import GraderError, Unreadable
from autograder.sandbox.own_files import LINK, Candidate, OwnFiles, collected

__all__ = ["HandedIn", "Zipped", "find"]

SECRET = "submission_secret.txt"
SECRET_BYTES = 1000


class Beside(NamedTuple):
    """A file beside a notebook: its name relative to the notebook's folder, its place, its problem if any."""

    name: str
    content: Path | Zipped
    problem: str = ""


@dataclass(frozen=True)
class HandedIn:
    """One file of one student, read only when its turn comes: a class may not fit into memory.

    student     an id that is safe as a folder's name
    content     its place, or its bytes
    assignment  the folder it was handed in under, None if the layout does not say
    timestamp   the time, as in nbgrader's timestamp.txt; "" if the layout does not say
    problem     why it cannot be graded, "" if nothing is known against it
    notes       remarks for a person on the way it was found, one sentence each
    beside      the other files of that student
    """

    student: str
    content: bytes | Path | Zipped
    assignment: str | None = None
    timestamp: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()

    def own_files(self) -> OwnFiles:
        """The usable files handed in beside it, read now."""
        return collected(
            Candidate(name, partial(files.size, content), partial(files.read, content), problem)
            for name, content, problem in self.beside
        )

    def read(self) -> bytes:
        """Its bytes. Raises Unreadable with the reason in one line."""
        if self.problem:
            raise Unreadable(self.problem)
        return self.content if isinstance(self.content, bytes) else files.read(self.content)

    def secret(self) -> bytes:
        """The secret by which nbgrader's exchange releases the feedback, in a file beside it; b"" if there is none."""
        if not isinstance(self.content, Path):
            return b""
        try:
            return files.read(self.content.with_name(SECRET))[:SECRET_BYTES]
        except Unreadable:
            return b""


def find(path: Path, assignment: str | None = None) -> list[HandedIn]:
    """All submissions under `path`, by student; those of one assignment, if that is named.

    `path` is a notebook, or a folder or zip laid out in one of the ways that `layouts` knows. Notebooks are read only
    if a student handed in several. Raises GraderError if there is nothing, or a zip cannot be opened.
    """
    if path.is_dir():
        submissions = list(_submissions(files.in_folder(path), assignment))
    elif path.suffix.lower() == ".zip":
        submissions = list(_submissions(files.in_zip(path), assignment))
    else:
        id = student_ids.safe_student(path.stem)
        problem = LINK if path.is_symlink() else ""
        notes, beside = student_ids.note_of(path.stem, id), tuple(_beside_one(path))
        submissions = [HandedIn(id, path, problem=problem, notes=notes, beside=beside)]
    if not submissions:
        raise GraderError(f"there is no notebook to grade in {path}")
    return sorted(submissions, key=lambda one: (one.student, one.assignment or ""))


def _submissions(tree: files.Tree, assignment: str | None) -> Iterator[HandedIn]:
    chosen = list(choose_file.choose(layouts.found_files(tree), assignment))
    ids = student_ids.distinct(one.entry.student for one in chosen)
    for one in chosen:
        id = ids[one.entry.student]
        content = one.entry.file.content if one.entry.file is not None and not one.problem else b""
        notes = (*student_ids.note_of(one.entry.student, id), *one.notes)
        beside = tuple(_beside(one))
        yield HandedIn(id, content, one.assignment, one.entry.timestamp, one.problem, notes, beside)


def _beside(one: ChosenFile) -> Iterator[Beside]:
    """The files in the folder of the chosen notebook, or below; in the order of uploads."""
    folder = one.entry.name.rpartition("/")[0]
    start = f"{folder}/" if folder else ""
    for entry in sorted(one.beside, key=lambda entry: entry.upload):
        file = entry.file
        if file is not None and not file.is_folder and entry.name != RECEIPT and entry.name.startswith(start):
            yield Beside(entry.name.removeprefix(start), file.content, file.problem)


def _beside_one(path: Path) -> Iterator[Beside]:
    """The files beside one notebook, if it lies in an assignment's folder; in any other they may be anybody's."""
    if path.parent.resolve().name not in course.current().assignment_ids() or path.is_symlink():
        return
    for file in files.in_folder(path.parent).files:
        if not file.is_folder and file.parts != (path.name,):
            yield Beside("/".join(file.parts), file.content, file.problem)
