"""The file of marks that `export` writes, for a platform or for continuous integration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder import course
from autograder.atomic_write import write_whole
from autograder.errors import GraderError
from autograder.gradebook.export import csv_text
from autograder.gradebook.read_back import results_in
from autograder.reports.platforms import Format
from autograder.reports.platforms.canvas import canvas_table, filled_canvas
from autograder.reports.platforms.junit import junit_xml
from autograder.reports.platforms.marks import Marks, Worth
from autograder.reports.platforms.moodle import filled_moodle, moodle_table
from autograder.reports.platforms.roster import Roster, read_roster
from autograder.result import Result

SUFFIXES = {Format.JUNIT: "xml"}
WITH_ROSTER = (Format.CANVAS, Format.MOODLE)


def export(
    kind: Format, course_dir: Path, out: Path | None, asked: str | None, roster: Path | None, column: str | None
) -> tuple[Path, list[str]]:
    """Write the marks of a course folder; the path, and the students with a mark for whom the roster has no row.

    out      the file to write; marks_<kind>.csv or .xml if None
    asked    id of the one assignment to write; None: all that the gradebook has, for Moodle the only one
    roster   the platform's own file, to be filled in; for Canvas and Moodle only
    column   the name of the roster's column for the marks, where it is not found by itself
    Raises GraderError if nothing can be written.
    """
    if kind not in WITH_ROSTER and (roster is not None or column is not None):
        raise GraderError(f"--roster and --column are for {' and '.join(WITH_ROSTER)}, not for {kind.value}")
    if column is not None and roster is None:
        raise GraderError("--column names a column of the roster: give --roster too")
    out = out or Path(f"marks_{kind.value}.{SUFFIXES.get(kind, 'csv')}")
    results = [result for result in results_in(course_dir) if asked in (None, result.assignment)]
    ids = sorted({result.assignment for result in results})
    if not ids:
        raise GraderError(f"nobody has handed in {asked or 'anything'} yet, says the gradebook in {course_dir}")
    if len(ids) > 1 and (kind is Format.MOODLE or column is not None):
        raise GraderError(f"that is a file of one assignment: name one with --assignment ({', '.join(ids)})")
    marks = Marks(results)
    if kind is Format.CSV:
        text = csv_text(course_dir, ids)
    elif kind is Format.JUNIT:
        text = junit_xml(results)
    else:
        text = _of_platform(kind, marks, [_worth(id, results) for id in ids], roster, column)
    try:
        write_whole(out, text.encode())
    except OSError as error:
        raise GraderError(f"--out {out}: it could not be written ({error.strerror})") from None
    return out, marks.never_asked if roster is not None else []


def _of_platform(kind: Format, marks: Marks, worths: Sequence[Worth], path: Path | None, column: str | None) -> str:
    roster: Roster | None = read_roster(path) if path is not None else None
    if kind is Format.CANVAS:
        return canvas_table(marks, worths) if roster is None else filled_canvas(roster, marks, worths, column)
    return moodle_table(marks, worths[0]) if roster is None else filled_moodle(roster, marks, worths[0], column)


def _worth(id: str, results: Sequence[Result]) -> Worth:
    """An assignment's title and points: the course's, or where it has it no longer what the results tell."""
    if id in course.current().assignment_ids():
        known = course.current().load(id)
        return Worth(id, known.title, sum(question.points for question in known.questions))
    return Worth(id, id, max(result.max_score for result in results if result.assignment == id))
