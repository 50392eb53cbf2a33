"""The work of the commands, between the arguments and the reports."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder import collect, course
from autograder.batch.grade_class import ClassGrader
from autograder.errors import GraderError, TaskError, Unreadable
from autograder.gradebook.already_entered import adjusted
from autograder.gradebook.writer import GradebookWriter, sole_writer
from autograder.grading.refusal import unreadable
from autograder.grading.store import ResultStore
from autograder.grading.variants import course_secret
from autograder.reports import terminal
from autograder.reports.progress import progress
from autograder.sandbox import SpareKernel, remove_leftovers, require_bubblewrap

if TYPE_CHECKING:
    from autograder.batch.pools import Pool
    from autograder.grading.options import Options
    from autograder.result import Result


@dataclass(frozen=True)
class Batch:
    """The way in which a class is graded.

    jobs        submissions at a time, on this machine
    scheduler   address of a Dask scheduler whose workers grade instead; "" for none
    course_dir  folder of the gradebook; None: beside submitted/
    force       whether everything is graded anew
    """

    jobs: int = 1
    scheduler: str = ""
    course_dir: Path | None = None
    force: bool = False


def grade(path: Path, options: Options, batch: Batch, spare_kernel: SpareKernel | None = None) -> list[Result]:
    """Grade the submissions at `path`: one notebook as it is, anything else as a class into the gradebook.

    spare_kernel  may hold a kernel for the one notebook
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
        course_secret()  # raises GraderError before anything is graded if there is none
    with Console(stderr=True).status("looking through what was handed in"):
        handed_in = collect.find(path, options.assignment)
    _require_questions_of(handed_in, options)
    if is_notebook(path):
        with progress(Console(stderr=True), "grading", 1):
            return [_require_notebook(path, _one(handed_in[0], options, spare_kernel or SpareKernel()))]
    remove_leftovers()
    return _grade_class(handed_in, options, batch, _gradebook_folder(path, batch))


def _grade_class(handed_in: Sequence[collect.HandedIn], options: Options, batch: Batch, root: Path) -> list[Result]:
    """Grade a class into the gradebook under `root`. Raises GraderError, also when it is stopped."""
    console = Console(stderr=True)
    again = partial(terminal.print_again, console)
    with sole_writer(root), progress(console, "grading", len(handed_in)) as advance:
        store, writer = ResultStore(root, reading=not batch.force), GradebookWriter(root, enters_all=batch.force)
        grader = ClassGrader(options, partial(_pool, batch), store, writer)
        try:
            return grader.grade(handed_in, advance, again)
        except KeyboardInterrupt:
            raise GraderError("stopped. What was graded is kept: the same command goes on with the rest") from None


def count_adjusted(path: Path, batch: Batch, results: Sequence[Result]) -> int | None:
    """The number of these results with other marks than the automatic ones in the gradebook; None for one notebook."""
    if is_notebook(path):
        return None
    others = adjusted(_gradebook_folder(path, batch))
    return sum((result.student, result.assignment) in others for result in results)


def _require_questions(id: str, options: Options) -> None:
    """Raise UnknownAssignment or TaskError if there is no such assignment or question."""
    if options.questions is not None or id not in course.current().assignment_ids():
        assignment = course.current().load(id)
        for question in options.questions or ():
            assignment.question(question)


def _require_questions_of(handed_in: Sequence[collect.HandedIn], options: Options) -> None:
    """Raise TaskError unless every assignment that the folders of the submissions name has the questions to be graded.

    If they name none, an assignment of the course must have them.
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
    """Raise GraderError if the file could not be read and is not named as a notebook: the wrong file was given."""
    if result.problem and not result.assignment and ".ipynb" not in path.name.lower():
        raise GraderError(f"{path} is not a notebook: {result.problem}")
    return result


def _one(one: collect.HandedIn, options: Options, spare_kernel: SpareKernel) -> Result:
    """The result of one notebook, graded in this process; twice, if it ran out of time on a busy machine."""
    from autograder.batch.worker import graded

    try:
        data = one.read()
    except Unreadable as problem:
        return unreadable(b"", options, str(problem))
    options = replace(options, own_files=one.own_files())
    outcome = graded(data, options, spare_kernel)
    return (graded(data, options, spare_kernel) if outcome.starved else outcome).result


def _pool(batch: Batch, submissions: int) -> Pool:
    """The pool to use: processes on this machine, or Dask workers. Raises GraderError if there is no such cluster."""
    if batch.scheduler:
        from autograder.batch.dask_pool import DaskPool

        return DaskPool(batch.scheduler)
    from autograder.batch.pools import pool_for

    return pool_for(batch.jobs, submissions)


def _gradebook_folder(path: Path, batch: Batch) -> Path:
    """The folder of the gradebook for submissions under `path`: that of submitted/, else the current one."""
    if batch.course_dir is not None:
        return batch.course_dir.resolve()
    return path.resolve().parent if path.is_dir() and path.name == "submitted" else Path.cwd()


def is_notebook(path: Path) -> bool:
    """Whether `path` is graded as one notebook, not as a class."""
    return path.is_file() and path.suffix.lower() != ".zip"


def unsound(ids: Sequence[str]) -> list[str]:
    """The problems of assignments that can be built, with points and tests of questions, one sentence each."""
    from autograder.testing.suite_check import suite_problems

    return [
        problem
        for id in ids or course.current().assignment_ids()
        for problem in suite_problems(course.current().load(id))
    ]
