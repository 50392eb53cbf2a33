"""What the commands do, between the arguments and the reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder import classroom, course
from autograder.classroom.grade_class import course_folder, grade_one
from autograder.errors import GraderError
from autograder.grading import wanted_questions
from autograder.reports import terminal
from autograder.sandbox import require_bubblewrap

if TYPE_CHECKING:
    from autograder.gradebook.book import Book
    from autograder.options import Options
    from autograder.record import Result
    from autograder.sandbox import Session


def grade(
    path: Path,
    options: Options,
    jobs: int,
    course_dir: Path | None = None,
    started_early: Session | None = None,
) -> list[Result]:
    """Grade what lies at `path`: one notebook as it is, anything else as a class into the gradebook.

    Raises SandboxMissing, UnknownAssignment, GraderError when nothing at all can be graded.
    """
    if options.assignment is not None:
        wanted_questions(course.load(options.assignment), options)
    if not path.exists():
        raise GraderError(f"there is no {path}")
    if options.confined:
        require_bubblewrap()
    handed_in = classroom.find(path, options.assignment)
    console = Console(stderr=True)
    if is_notebook(path):
        with terminal.progress(console, "grading", 1):
            result = grade_one(handed_in[0], options, started_early).result
        return [result]
    book = _book(course_dir or course_folder(path), handed_in, options)
    with terminal.progress(console, "grading", len(handed_in)) as advance:
        return classroom.grade_class(handed_in, options, jobs, book, advance)


def is_notebook(path: Path) -> bool:
    """Whether `path` is graded as one notebook, not as a class."""
    return path.is_file() and path.suffix != ".zip"


def _book(root: Path, handed_in: list[classroom.HandedIn], options: Options) -> Book:
    """The gradebook under `root`, knowing the assignments that may be needed."""
    from autograder.gradebook.book import Book

    book = Book(root)
    named = {one.assignment or options.assignment for one in handed_in}
    known = course.assignment_ids()
    book.know(known if None in named else [id for id in known if id in named])
    return book


def report(course_dir: Path, out: Path) -> list[Path]:
    """Write the class report of a course folder: `out`, or where there are several assignments `out`_<id> for each.

    The paths written. Raises GraderError if there is no gradebook, or nothing in it.
    """
    from autograder.gradebook.records import results_in

    results = results_in(course_dir)
    ids = sorted({result.assignment for result in results})
    if not ids:
        raise GraderError(f"nothing has been handed in yet, says the gradebook in {course_dir}")
    several = len(ids) > 1
    return [_page(id, results, out.with_stem(f"{out.stem}_{id}") if several else out) for id in ids]


def _page(id: str, results: list[Result], out: Path) -> Path:
    """The class report of one assignment."""
    from autograder.reports.class_report import write_class_report

    mine = [result for result in results if result.assignment == id]
    known = course.load(id) if id in course.assignment_ids() else None
    asked = known.questions if known is not None else ()
    return write_class_report(
        mine,
        out,
        title=known.title if known is not None else id,
        confined=all(result.confined for result in mine),
        points={question.id: question.points for question in asked},
        headings={question.id: question.heading or question.id for question in asked},
    )
