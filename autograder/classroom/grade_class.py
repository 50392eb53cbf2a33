"""A class: submissions are graded in parallel by processes that share nothing; one writer enters the results."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import course
from autograder.classroom.handed_in import HandedIn
from autograder.errors import AutograderError, GraderError, UnknownAssignment, Unreadable
from autograder.grading import Graded, faulty, grade, refused
from autograder.options import Options
from autograder.record import Result

if TYPE_CHECKING:
    from autograder.gradebook.book import Book
    from autograder.sandbox import Session


def grade_class(
    handed_in: Sequence[HandedIn],
    options: Options,
    jobs: int,
    book: Book | None,
    on_done: Callable[[str], None] = lambda student: None,
) -> list[Result]:
    """Grade everything and enter it into `book`, if there is one; the results in the order of `handed_in`.

    What is wrong with one submission is said in its own result and stops nobody else.
    """
    results: dict[int, Result] = {}
    for place, graded in grade_many([(one, options) for one in handed_in], jobs):
        one = handed_in[place]
        graded.result.student = one.student
        if book is not None:
            _enter(book, one, graded)
        results[place] = graded.result
        on_done(one.student)
    return [results[place] for place in range(len(handed_in))]


def _enter(book: Book, one: HandedIn, graded: Graded) -> None:
    """Enter a result; if that fails it is not graded, and the next one is entered all the same."""
    if graded.result.assignment not in course.assignment_ids():
        return
    try:
        book.record(one.student, one.read() if graded.notebook is not None else b"", graded, one.timestamp)
    except GraderError as error:
        graded.result.problem = f"could not be entered into the gradebook: {str(error).splitlines()[0]}"


def grade_many(work: Sequence[tuple[HandedIn, Options]], jobs: int) -> Iterator[tuple[int, Graded]]:
    """Grade each file under its own options, `jobs` at a time: (place in `work`, what came of it), as they come."""
    if jobs == 1 or len(work) == 1:
        for place, (one, options) in enumerate(work):
            yield place, grade_one(one, options)
        return
    left = dict(enumerate(work))
    for place, graded in _in_pool(left, jobs):
        del left[place]
        yield place, graded
    for place, (one, options) in left.items():  # a worker died: each of the rest has a process to itself
        alone = dict(_in_pool({place: (one, options)}, 1))
        yield place, alone.get(place) or refused(b"", options, "the grading process ended twice while at it")


def _in_pool(work: Mapping[int, tuple[HandedIn, Options]], jobs: int) -> Iterator[tuple[int, Graded]]:
    """Results as they come; those that were under way when a worker died are left out."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawn, initializer=_work_in, initargs=(course.ROOT,)) as pool:
        waiting = {pool.submit(grade_one, one, options): place for place, (one, options) in work.items()}
        for done in as_completed(waiting):
            try:
                yield waiting[done], done.result()
            except BrokenProcessPool:
                continue


def _work_in(root: Path) -> None:
    """In a worker: the same course as in the process that started it."""
    course.ROOT = root


def grade_one(one: HandedIn, options: Options, started_early: Session | None = None) -> Graded:
    """Grade one file under the assignment it was handed in for."""
    options = replace(options, assignment=one.assignment or options.assignment)
    try:
        data = one.read()
    except Unreadable as problem:
        return refused(b"", options, str(problem))
    if options.assignment is not None and options.assignment not in course.assignment_ids():
        try:
            course.load(options.assignment)
        except UnknownAssignment as unknown:
            return refused(data, options, str(unknown))
    try:
        return grade(data, options, started_early=started_early)
    except AutograderError as fault:
        return faulty(data, options, str(fault))
    except Exception as fault:  # a mistake in the grader must not end the grading of a class
        return faulty(data, options, f"the grader itself failed: {type(fault).__name__}: {fault}")


def course_folder(path: Path) -> Path:
    """Where the gradebook of what is handed in under `path` belongs: beside submitted/, else the current folder."""
    return path.resolve().parent if path.is_dir() and path.name == "submitted" else Path.cwd()
