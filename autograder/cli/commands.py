"""What the commands do, between the arguments and the reports."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder import collect, course
from autograder.batch.grade_class import Classroom
from autograder.errors import GraderError, TaskError, Unreadable
from autograder.gradebook.already_entered import adjusted
from autograder.gradebook.writer import GradebookWriter, sole_writer
from autograder.grading.refusal import refused
from autograder.grading.store import ResultStore
from autograder.grading.variants import course_secret
from autograder.reports import terminal
from autograder.sandbox import SpareKernel, remove_leftovers, require_bubblewrap

if TYPE_CHECKING:
    from autograder.batch.pools import Pool
    from autograder.grading.options import Options
    from autograder.result import Result


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
    if options.questions == frozenset():
        raise GraderError("--questions names no question")
    if not path.exists():
        raise GraderError(f"there is no {path}")
    if is_notebook(path) and (batch.scheduler or batch.course_dir):
        raise GraderError(
            f"{path} is one notebook: it is graded here, into no gradebook: leave out --scheduler and --course"
        )
    if options.confined and not batch.scheduler:
        require_bubblewrap()
    if options.variant is None:
        course_secret()  # a course without one is to be known before anything is graded
    with Console(stderr=True).status("looking through what was handed in"):
        handed_in = collect.find(path, options.assignment)
    _require_questions_of(handed_in, options)
    if is_notebook(path):
        with terminal.progress(Console(stderr=True), "grading", 1):
            return [_require_notebook(path, _one(handed_in[0], options, spare or SpareKernel()))]
    remove_leftovers()
    return _grade_class(handed_in, options, batch, _gradebook_folder(path, batch))


def _grade_class(handed_in: Sequence[collect.HandedIn], options: Options, batch: Batch, root: Path) -> list[Result]:
    """Grade a class into the gradebook under `root`. Raises GraderError, also when it is stopped."""
    console = Console(stderr=True)
    again = partial(terminal.print_again, console)
    with sole_writer(root), terminal.progress(console, "grading", len(handed_in)) as advance:
        store, writer = ResultStore(root, reading=not batch.force), GradebookWriter(root, enters_all=batch.force)
        room = Classroom(options, partial(_pool, batch), store, writer)
        try:
            return room.grade(handed_in, advance, again)
        except KeyboardInterrupt:
            raise GraderError("stopped. What was graded is kept: the same command goes on with the rest") from None


def count_adjusted(path: Path, batch: Batch, results: Sequence[Result]) -> int | None:
    """Of how many of these results the gradebook has other marks than the automatic ones; None for one notebook."""
    if is_notebook(path):
        return None
    others = adjusted(_gradebook_folder(path, batch))
    return sum((result.student, result.assignment) in others for result in results)


def _require_questions(id: str, options: Options) -> None:
    """Raises UnknownAssignment, TaskError where there is no such assignment or question."""
    if options.questions is not None or id not in course.current().assignment_ids():
        assignment = course.current().load(id)
        for question in options.questions or ():
            assignment.question(question)


def _require_questions_of(handed_in: Sequence[collect.HandedIn], options: Options) -> None:
    """Raises TaskError unless all that is handed in, as far as its folders say of which assignment it is, asks them.

    Where they do not say, an assignment of the course must.
    """
    if options.questions is None or options.assignment is not None:
        return
    known = set(course.current().assignment_ids())
    named = {one.assignment for one in handed_in if one.assignment in known}
    asked = {id: {info.id for info in course.current().load(str(id)).questions} for id in named or _sound_ids()}
    for question in sorted(options.questions):
        without = sorted(str(id) for id, questions in asked.items() if question not in questions)
        if without and (named or len(without) == len(asked)):
            raise TaskError(f"there is no question {question!r} in {', '.join(without)}: say --assignment too")


def _sound_ids() -> list[str]:
    """The assignments whose source can be read."""
    ids = []
    for id in course.current().assignment_ids():
        with contextlib.suppress(TaskError):
            ids.append(course.current().load(id).id)
    return ids


def _require_notebook(path: Path, result: Result) -> Result:
    """Raises GraderError if what could not be read does not even call itself a notebook: the wrong file was named."""
    if result.problem and not result.assignment and ".ipynb" not in path.name.lower():
        raise GraderError(f"{path} is not a notebook: {result.problem}")
    return result


def _one(one: collect.HandedIn, options: Options, spare: SpareKernel) -> Result:
    """The result of one notebook, graded here and now; twice, if it ran out of time on a machine that was too busy."""
    from autograder.batch.worker import graded

    try:
        data = one.read()
    except Unreadable as problem:
        return refused(b"", options, str(problem))
    options = replace(options, own_files=one.own_files())
    came = graded(data, options, spare)
    return (graded(data, options, spare) if came.starved else came).result


def _pool(batch: Batch, submissions: int) -> Pool:
    """Who grades so many submissions. Raises GraderError if there is no such cluster."""
    if batch.scheduler:
        from autograder.batch.dask_pool import Cluster

        return Cluster(batch.scheduler)
    from autograder.batch.pools import pool_for

    return pool_for(batch.jobs, submissions)


def _gradebook_folder(path: Path, batch: Batch) -> Path:
    """Where the gradebook of what is handed in under `path` belongs: beside submitted/, else the current folder."""
    if batch.course_dir is not None:
        return batch.course_dir.resolve()
    return path.resolve().parent if path.is_dir() and path.name == "submitted" else Path.cwd()


def is_notebook(path: Path) -> bool:
    """Whether `path` is graded as one notebook, not as a class."""
    return path.is_file() and path.suffix.lower() != ".zip"


def report(course_dir: Path, out: Path) -> list[Path]:
    """Write the class report of a course folder: `out`, or where there are several assignments `out`_<id> for each.

    The paths written. Raises GraderError if there is no gradebook, or nothing in it.
    """
    from autograder.gradebook.read_back import results_in

    results = results_in(course_dir)
    ids = sorted({result.assignment for result in results})
    if not ids:
        raise GraderError(f"nothing has been handed in yet, says the gradebook in {course_dir}")
    several = len(ids) > 1
    return [_page(id, results, out.with_stem(f"{out.stem}_{id}") if several else out) for id in ids]


def unsound(ids: Sequence[str]) -> list[str]:
    """What is to be mended in assignments that can be built, points and tests of questions, one sentence each."""
    from autograder.testing.suite_check import suite_problems

    return [
        problem
        for id in ids or course.current().assignment_ids()
        for problem in suite_problems(course.current().load(id))
    ]


def _page(id: str, results: list[Result], out: Path) -> Path:
    """The class report of one assignment."""
    from autograder.reports.class_report import write_class_report

    mine = [result for result in results if result.assignment == id]
    known = course.current().load(id) if id in course.current().assignment_ids() else None
    asked = known.questions if known is not None else ()
    return write_class_report(
        mine,
        out,
        title=known.title if known is not None else id,
        confined=all(result.confined for result in mine),
        points={question.id: question.points for question in asked},
        headings={question.id: question.heading or question.id for question in asked},
    )
