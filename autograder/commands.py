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
    from autograder.grading import Options
    from autograder.record import Result


def grade(path: Path, options: Options, jobs: int, course_dir: Path | None = None) -> list[Result]:
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
    if path.is_file() and path.suffix != ".zip":
        with terminal.progress(console, "grading", 1):
            result = grade_one(handed_in[0], options).result
        return [result]
    book = _book(course_dir or course_folder(path), handed_in, options)
    with terminal.progress(console, "grading", len(handed_in)) as advance:
        return classroom.grade_class(handed_in, options, jobs, book, advance)


def _book(root: Path, handed_in: list[classroom.HandedIn], options: Options) -> Book:
    """The gradebook under `root`, knowing the assignments that may be needed."""
    from autograder.gradebook.book import Book

    book = Book(root)
    named = {one.assignment or options.assignment for one in handed_in}
    known = course.assignment_ids()
    book.know(known if None in named else [id for id in known if id in named])
    return book


def report(course_dir: Path, out: Path) -> Path:
    """Write the class report of a course folder; its path. Raises GraderError if there is no gradebook."""
    from autograder.gradebook.records import results_in
    from autograder.reports.class_report import write_class_report

    results = results_in(course_dir)
    confined = all("UNCONFINED" not in result.environment for result in results)
    return write_class_report(results, out, title="Class report", confined=confined)
