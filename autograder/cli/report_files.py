"""The files of a class that `report` writes: a page and a table of marks for each assignment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from autograder import course
from autograder.errors import GraderError
from autograder.gradebook.read_back import results_in
from autograder.reports.class_report import write_class_report
from autograder.reports.marks_csv import write_marks_csv
from autograder.result import Result


def report(course_dir: Path, out: Path, csv_file: Path | None = None) -> list[tuple[str, Path]]:
    """Write the class report of a course folder: `out`, or if there are several assignments `out`_<id> for each.

    csv_file  the file of marks to write beside it, with the same rule for several assignments

    Returns a label and the path for each file. Raises GraderError if there is no gradebook, or nothing in it, or a file
    cannot be written.
    """
    results = results_in(course_dir)
    ids = sorted({result.assignment for result in results})
    if not ids:
        raise GraderError(f"nothing has been handed in yet, says the gradebook in {course_dir}")
    written = []
    for id in ids:
        mine = [result for result in results if result.assignment == id]
        written.append(("class report", _page(id, mine, _path_for(out, id, ids), course_dir)))
        if csv_file is not None:
            written.append(("marks", _marks(id, mine, _path_for(csv_file, id, ids))))
    return written


def _path_for(path: Path, id: str, ids: Sequence[str]) -> Path:
    """The path itself, or if there are several assignments `path`_<id>."""
    return path.with_stem(f"{path.stem}_{id}") if len(ids) > 1 else path


def _page(id: str, results: list[Result], out: Path, course_dir: Path) -> Path:
    """Write the class report of one assignment, with links to the feedback pages that are there."""
    known = _known(id)
    asked = known.questions if known is not None else ()
    return write_class_report(
        results,
        out,
        title=known.title if known is not None else id,
        confined=all(result.confined for result in results),
        points={question.id: question.points for question in asked},
        headings={question.id: question.heading or question.id for question in asked},
        stamp=f"written {datetime.now():%-d %B %Y, %H:%M}",
        pages=_feedback_pages(id, results, out, course_dir),
    )


def _feedback_pages(id: str, results: Sequence[Result], out: Path, course_dir: Path) -> dict[str, str]:
    """Student id -> address of the feedback page as seen from `out`, for those whose page has been made."""
    paths = {
        result.student: course_dir / "feedback" / result.student / id / f"{course.name_of(id)}.html"
        for result in results
    }
    beside = out.resolve().parent
    return {
        student: quote(os.path.relpath(path.resolve(), beside)) for student, path in paths.items() if path.is_file()
    }


def _marks(id: str, results: list[Result], out: Path) -> Path:
    """Write the marks of one assignment as CSV. Raises GraderError if they cannot be written there."""
    known = _known(id)
    try:
        return write_marks_csv(
            results, out, points={question.id: question.points for question in (known.questions if known else ())}
        )
    except OSError as error:
        raise GraderError(f"--csv {out}: it could not be written ({error.strerror})") from None


def _known(id: str) -> course.Assignment | None:
    """The assignment; None if the course has it no longer."""
    return course.current().load(id) if id in course.current().assignment_ids() else None
