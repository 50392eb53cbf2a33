"""A class: stored results are reused, the rest is graded in parallel, and one writer enters everything.

A submission that ran out of time while it waited for a core, or whose grader died, is graded again, alone, when the
others are done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder import course
from autograder.batch.task import Task
from autograder.collect.handed_in import HandedIn
from autograder.errors import GraderError, UnknownAssignment, Unreadable
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.options import Options
from autograder.grading.refusal import unreadable
from autograder.grading.store import Graded, ResultStore
from autograder.grading.variants import with_variant
from autograder.result import Result

if TYPE_CHECKING:
    from autograder.batch.pools import Pool

CHANGED = "the file was changed while it was being graded: grade it again"
DIED_TWICE = "the grading process ended twice while at it"


@dataclass
class ClassGrader:
    """Grades a class with a pool, a store of results and a writer of the gradebook.

    pool   makes the pool for a number of submissions
    """

    options: Options
    pool: Callable[[int], Pool]
    store: ResultStore
    writer: GradebookWriter

    def grade(
        self,
        handed_in: Sequence[HandedIn],
        on_done: Callable[[str], None] = lambda student: None,
        on_again: Callable[[str], None] = lambda student: None,
    ) -> list[Result]:
        """Grade everything and enter it; the results in the order of `handed_in`.

        on_done   called with each student who is done
        on_again  called with each student who is to be graded once more, alone, before that begins

        A problem with one submission is in its own result and stops no other. Raises GraderError once results can no
        longer be kept: those up to then are in the gradebook.
        """
        results: dict[int, Result] = {}
        for place, graded in self._all(handed_in, on_again):
            results[place] = self._entered(handed_in[place], graded)
            on_done(handed_in[place].student)
        return [results[place] for place in range(len(handed_in))]

    def _all(self, handed_in: Sequence[HandedIn], on_again: Callable[[str], None]) -> Iterator[tuple[int, Graded]]:
        """(place, its graded submission), those that need not be graded again first."""
        left = []
        for place, one in enumerate(handed_in):
            graded = self._known(one)
            if graded is None:
                left.append(place)
            else:
                yield place, graded
        if left:
            self.writer.load_ahead()
            work = [(handed_in[place], self.options) for place in left]
            for number, graded in grade_many(work, self.pool(len(left)), on_again):
                yield left[number], self._stored(handed_in[left[number]], graded)

    def _stored(self, one: HandedIn, graded: Graded) -> Graded:
        """Put a result into the store and return it; one without marks if the file has changed since it was read."""
        options = asked(one, self.options)
        try:
            data = one.read()
        except Unreadable:
            data = b""
        same = hashlib.sha256(data).hexdigest() == graded.result.submission_sha256
        if not same or options.own_files.sha256() != graded.own_files_sha256:
            return Graded(unreadable(b"", options, CHANGED))
        self.store.keep(data, with_variant(data, options), graded)
        return graded

    def _known(self, one: HandedIn) -> Graded | None:
        """The result of a submission that need not be graded: stored, or a refusal; None if it must be."""
        options = asked(one, self.options)
        try:
            data = one.read()
            if options.assignment is not None and options.assignment not in course.current().assignment_ids():
                course.current().load(options.assignment)
        except (Unreadable, UnknownAssignment) as problem:
            return Graded(unreadable(b"", options, str(problem)))
        options = with_variant(data, options)
        result = self.store.find(data, options)
        if result is None:
            return None
        graded = Graded(result, cacheable=True)
        if result.problem or self.writer.has(one.student, _result_for(one, result), one.timestamp, one.secret()):
            return graded
        graded.notebook = self.store.notebook(data, options)
        return graded if graded.notebook else None

    def _entered(self, one: HandedIn, graded: Graded) -> Result:
        """Enter a result into the gradebook and return it; if that fails, it gets the problem and no mark."""
        is_entered = not (graded.notebook or graded.result.problem)  # by `_known`
        graded.result = result = _result_for(one, graded.result)
        if is_entered or result.assignment not in course.current().assignment_ids():
            return result
        if self.writer.has(one.student, result, one.timestamp, one.secret()):
            return result
        try:
            data = one.read() if graded.notebook else b""
            self.writer.enter(one.student, data, graded, one.timestamp, one.secret(), one.own_files())
        except GraderError as error:
            result.problem = f"could not be entered into the gradebook: {str(error).splitlines()[0]}"
        return result


def grade_many(
    work: Sequence[tuple[HandedIn, Options]], pool: Pool, on_again: Callable[[str], None] = lambda student: None
) -> Iterator[tuple[int, Graded]]:
    """Grade each file under its own options: (place in `work`, graded submission), as they come; closes the pool."""
    again: list[int] = []
    try:
        for task, graded in pool.run(_tasks(work, range(len(work)), pool.max_workers)):
            if graded is None or graded.starved:
                again.append(task.place)
            else:
                yield task.place, graded
        for place in again:
            on_again(work[place][0].student)
            for task, graded in pool.run(_tasks(work, [place], 1)):
                yield place, graded or Graded(unreadable(task.data, task.options, DIED_TWICE))
    finally:
        pool.close()


def _tasks(work: Sequence[tuple[HandedIn, Options]], places: Sequence[int], workers: int) -> Iterator[Task]:
    """The tasks, each file read when its turn comes; one that can no longer be read has no bytes, and is refused."""
    for number, place in enumerate(places):
        one, options = work[place]
        try:
            data = one.read()
        except Unreadable:
            data = b""
        yield Task(place, data, with_variant(data, asked(one, options)), more=number < len(places) - workers)


def asked(one: HandedIn, options: Options) -> Options:
    """The options for one file: its assignment, if its place names one, and its own files."""
    return replace(options, assignment=one.assignment or options.assignment, own_files=one.own_files())


def _result_for(one: HandedIn, result: Result) -> Result:
    """The result as this student's, with the notes on how it was handed in."""
    output = "\n".join([*one.notes, result.output])
    return replace(result, student=one.student, notes=[*one.notes, *result.notes], output=output)
