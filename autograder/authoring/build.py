"""Build the releases: compose the source folder, let nbgrader release it, compare with the existing files.

Beside them lies README.md, how to start, from `solutions/start_here.md` if the course has one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.nbgrader_settings import BUILT_SOURCE, RELEASE, settings
from autograder.course.plain_path import plain_temporary
from autograder.errors import TaskError

START, TABLE = "start_here.md", "<!-- assignments -->"


@dataclass(frozen=True)
class Change:
    """The change to one file of assignments/.

    path    relative to the course's root
    status  "unchanged", "written" or "removed"; when only checking, "would change" or "would be removed"
    """

    path: str
    status: str

    @property
    def is_difference(self) -> bool:
        """Whether assignments/ differs, or differed, from a build of solutions/."""
        return self.status != "unchanged"


def build(ids: Sequence[str] = (), check: bool = False) -> list[Change]:
    """Build the assignments `ids`, all of them if none is named.

    check   only compare: nothing is written. Otherwise build/source/ is brought up to date as well.
    Returns one Change for each file, files without a source included.
    Raises UnknownAssignment, or TaskError if a source cannot be built, after building the others.
    """
    changes: list[Change] = []
    unbuilt: list[TaskError] = []
    for id in ids or course.current().assignment_ids():
        try:
            changes += _build(id, check)
        except TaskError as error:
            unbuilt.append(error)
    if unbuilt:
        raise unbuilt[0]
    if not ids:
        changes += [*_remove_leftovers(check), *_start_page(check)]
    return changes


def _build(id: str, check: bool) -> list[Change]:
    assignment = course.current().load(id)
    course.current().require_own_name(id)
    source = source_notebook.files(assignment)
    wanted = release(assignment, source)
    if not check:
        source_notebook.write(course.current().root / BUILT_SOURCE / id, source)
    return _bring_up_to_date(assignment.release, wanted, check)


def release(assignment: course.Assignment, source: dict[str, bytes]) -> dict[str, bytes]:
    """The files that nbgrader releases from a source folder, by relative path. Raises TaskError with its log."""
    from nbgrader.converters import GenerateAssignment  # two seconds: only when building
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import capture_log

    with TemporaryDirectory(prefix="autograder-build-", dir=plain_temporary()) as folder:
        root = Path(folder).resolve()
        source_notebook.write(root / BUILT_SOURCE / assignment.id, source)
        config = settings(root)
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        config.CourseDirectory.assignment_id = assignment.id
        outcome = capture_log(GenerateAssignment(coursedir=CourseDirectory(config=config), config=config))
        if not outcome["success"]:
            raise TaskError(f"nbgrader does not release {assignment.id}:\n{outcome.get('log') or outcome['error']}")
        return source_notebook.present(root / RELEASE / assignment.id)


def _bring_up_to_date(folder: Path, wanted: dict[str, bytes], check: bool) -> list[Change]:
    existing = source_notebook.present(folder)
    changes = []
    for name in sorted(existing.keys() | wanted.keys()):
        status = _status(existing.get(name), wanted.get(name), check)
        changes.append(Change((folder / name).relative_to(course.current().root).as_posix(), status))
        if status == "written":
            source_notebook.replace(folder / name, wanted[name])
        elif status == "removed":
            (folder / name).unlink()
    return changes


def _status(existing: bytes | None, wanted: bytes | None, check: bool) -> str:
    if existing == wanted:
        return "unchanged"
    if wanted is None:
        return "would be removed" if check else "removed"
    return "would change" if check else "written"


def _start_page(check: bool) -> list[Change]:
    """README.md of the releases: the course's own text, with the table of assignments in place of TABLE."""
    root = course.current().root
    path, text = root / RELEASE / "README.md", root / "solutions" / START
    if not text.is_file():
        return []
    wanted = text.read_text(encoding="utf-8").replace(TABLE, _table()).encode()
    status = _status(path.read_bytes() if path.is_file() else None, wanted, check)
    if status == "written":
        source_notebook.replace(path, wanted)
    return [Change(path.relative_to(root).as_posix(), status)]


def _table() -> str:
    """The assignments of the course in Markdown, each with a link to its folder."""
    rows = ["| folder | what it is about | questions |", "| --- | --- | ---: |"]
    for id in course.current().assignment_ids():
        assignment = course.current().load(id)
        rows.append(f"| [{id}]({id}) | {assignment.title} | {len(assignment.questions)} |")
    return "\n".join(rows)


def _remove_leftovers(check: bool) -> list[Change]:
    """Remove built folders of assignments that no longer have a source; they hold nobody's work."""
    folders = (path for path in (course.current().root / RELEASE).glob("[0-9]*_*") if path.is_dir())
    gone = sorted(path for path in folders if path.name not in course.current().assignment_ids())
    changes = [change for folder in gone for change in _bring_up_to_date(folder, {}, check)]
    for folder in gone:
        _drop_empty_folders(folder, check)
    return changes


def _drop_empty_folders(folder: Path, check: bool) -> None:
    if check:
        return
    for path, names, files in os.walk(folder, topdown=False):
        if not files and not any((Path(path) / name).exists() for name in names):
            Path(path).rmdir()
