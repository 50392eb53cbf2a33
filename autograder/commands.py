"""What the commands do, between the arguments and the reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder import classroom, course
from autograder.classroom.grade_class import Classroom
from autograder.errors import GraderError, Unreadable
from autograder.gradebook.writer import GradebookWriter, sole_writer
from autograder.refusal import refused
from autograder.reports import terminal
from autograder.result_store import ResultStore
from autograder.sandbox import SpareKernel, remove_leftovers, require_bubblewrap
from autograder.variants import course_secret

if TYPE_CHECKING:
    from autograder.classroom.pools import Pool
    from autograder.options import Options
    from autograder.record import Result


@dataclass(frozen=True)
class Batch:
    """How a class is graded.

    jobs        submissions at a time, on this machine
    scheduler   address of a Dask scheduler whose workers grade instead; "" for none
    course_dir  folder of the gradebook; None: beside submitted/
    force       whether everything is graded anew
    """

    jobs: int = 1
    scheduler: str = ""
    course_dir: Path | None = None
    force: bool = False


def grade(path: Path, options: Options, batch: Batch, spare: SpareKernel | None = None) -> list[Result]:
    """Grade what lies at `path`: one notebook as it is, anything else as a class into the gradebook.

    spare  may hold a kernel for the one notebook
    Raises SandboxMissing, UnknownAssignment, GraderError when nothing at all can be graded.
    """
    if options.assignment is not None:
        _require_questions(options.assignment, options)
    if not path.exists():
        raise GraderError(f"there is no {path}")
    if options.confined and not batch.scheduler:
        require_bubblewrap()
    if options.variant is None:
        course_secret()  # a course without one is to be known before anything is graded
    with Console(stderr=True).status("looking through what was handed in"):
        handed_in = classroom.find(path, options.assignment)
    if is_notebook(path):
        with terminal.progress(Console(stderr=True), "grading", 1):
            return [_one(handed_in[0], options, spare or SpareKernel())]
    remove_leftovers()
    return _grade_class(handed_in, options, batch, (batch.course_dir or _course_folder(path)).resolve())


def _grade_class(handed_in: Sequence[classroom.HandedIn], options: Options, batch: Batch, root: Path) -> list[Result]:
    """Grade a class into the gradebook under `root`. Raises GraderError, also when it is stopped."""
    with sole_writer(root), terminal.progress(Console(stderr=True), "grading", len(handed_in)) as advance:
        store, writer = ResultStore(root, reading=not batch.force), GradebookWriter(root, enters_all=batch.force)
        room = Classroom(options, partial(_pool, batch), store, writer)
        try:
            return room.grade(handed_in, advance)
        except KeyboardInterrupt:
            raise GraderError("stopped. What was graded is kept: the same command goes on with the rest") from None


def _require_questions(id: str, options: Options) -> None:
    """Raises UnknownAssignment, TaskError where there is no such assignment or question."""
    if options.questions is not None or id not in course.assignment_ids():
        assignment = course.load(id)
        for question in options.questions or ():
            assignment.question(question)


def _one(one: classroom.HandedIn, options: Options, spare: SpareKernel) -> Result:
    """The result of one notebook, graded here and now; twice, if it ran out of time on a machine that was too busy."""
    from autograder.classroom.work import graded

    try:
        data = one.read()
    except Unreadable as problem:
        return refused(b"", options, str(problem))
    came = graded(data, options, spare)
    return (graded(data, options, spare) if came.starved else came).result


def _pool(batch: Batch, submissions: int) -> Pool:
    """Who grades so many submissions. Raises GraderError if there is no such cluster."""
    if batch.scheduler:
        from autograder.classroom.cluster import Cluster

        return Cluster(batch.scheduler)
    from autograder.classroom.pools import pool_for

    return pool_for(batch.jobs, submissions)


def _course_folder(path: Path) -> Path:
    """Where the gradebook of what is handed in under `path` belongs: beside submitted/, else the current folder."""
    return path.resolve().parent if path.is_dir() and path.name == "submitted" else Path.cwd()


def is_notebook(path: Path) -> bool:
    """Whether `path` is graded as one notebook, not as a class."""
    return path.is_file() and path.suffix.lower() != ".zip"


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
