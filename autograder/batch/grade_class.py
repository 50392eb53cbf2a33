"""A class: what was graded before is taken from the store, the rest is graded in parallel, one writer enters it all.

A submission that ran out of time while it waited for a core, and one whose grader died, is graded again when the
others are done, alone.
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
from autograder.grading.refusal import refused
from autograder.grading.store import Kept, ResultStore
from autograder.grading.variants import with_variant
from autograder.result import Result

if TYPE_CHECKING:
    from autograder.batch.pools import Pool

CHANGED = "the file was changed while it was being graded: grade it again"
DIED_TWICE = "the grading process ended twice while at it"


@dataclass
class Classroom:
    """Where a class is graded: who grades, where results are kept, who writes the gradebook."""

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

        on_done   told of each student who is done
        on_again  told of each who is to be graded once more, alone, before that is begun

        What is wrong with one submission is said in its own result and stops nobody else. Raises GraderError where
        nothing more can be kept: what was graded before that is in the gradebook.
        """
        results: dict[int, Result] = {}
        for place, kept in self._all(handed_in, on_again):
            results[place] = self._entered(handed_in[place], kept)
            on_done(handed_in[place].student)
        return [results[place] for place in range(len(handed_in))]

    def _all(self, handed_in: Sequence[HandedIn], on_again: Callable[[str], None]) -> Iterator[tuple[int, Kept]]:
        """(place, what came of it), first of those that need not be graded."""
        left = []
        for place, one in enumerate(handed_in):
            kept = self._known(one)
            if kept is None:
                left.append(place)
            else:
                yield place, kept
        if left:
            self.writer.load_ahead()
            work = [(handed_in[place], self.options) for place in left]
            for number, kept in grade_many(work, self.pool(len(left)), on_again):
                yield left[number], self._stored(handed_in[left[number]], kept)

    def _stored(self, one: HandedIn, kept: Kept) -> Kept:
        """The result, in the store; none if the file is not the one any more that was graded."""
        options = asked(one, self.options)
        try:
            data = one.read()
        except Unreadable:
            data = b""
        same = hashlib.sha256(data).hexdigest() == kept.result.submission_sha256
        if not same or options.own_files.sha256() != kept.beside:
            return Kept(refused(b"", options, CHANGED))
        self.store.keep(data, with_variant(data, options), kept)
        return kept

    def _known(self, one: HandedIn) -> Kept | None:
        """What is known of a submission without grading it; None if nothing is."""
        options = asked(one, self.options)
        try:
            data = one.read()
            if options.assignment is not None and options.assignment not in course.current().assignment_ids():
                course.current().load(options.assignment)
        except (Unreadable, UnknownAssignment) as problem:
            return Kept(refused(b"", options, str(problem)))
        options = with_variant(data, options)
        result = self.store.find(data, options)
        if result is None:
            return None
        kept = Kept(result, settled=True)
        if result.problem or self.writer.has(one.student, _of(one, result), one.timestamp, one.secret()):
            return kept
        kept.notebook = self.store.notebook(data, options)
        return kept if kept.notebook else None

    def _entered(self, one: HandedIn, kept: Kept) -> Result:
        """The result, in the gradebook; if that fails it is not graded, and the next one is entered all the same."""
        found_there = not (kept.notebook or kept.result.problem)  # by `_known`
        kept.result = result = _of(one, kept.result)
        if found_there or result.assignment not in course.current().assignment_ids():
            return result
        if self.writer.has(one.student, result, one.timestamp, one.secret()):
            return result
        try:
            data = one.read() if kept.notebook else b""
            self.writer.enter(one.student, data, kept, one.timestamp, one.secret(), one.own_files())
        except GraderError as error:
            result.problem = f"could not be entered into the gradebook: {str(error).splitlines()[0]}"
        return result


def grade_many(
    work: Sequence[tuple[HandedIn, Options]], pool: Pool, on_again: Callable[[str], None] = lambda student: None
) -> Iterator[tuple[int, Kept]]:
    """Grade each file under its own options: (place in `work`, what came of it), as they come; closes the pool."""
    again: list[int] = []
    try:
        for task, kept in pool.carry_out(_tasks(work, range(len(work)), pool.hands)):
            if kept is None or kept.starved:
                again.append(task.place)
            else:
                yield task.place, kept
        for place in again:
            on_again(work[place][0].student)
            for task, kept in pool.carry_out(_tasks(work, [place], 1)):
                yield place, kept or Kept(refused(task.data, task.options, DIED_TWICE))
    finally:
        pool.close()


def _tasks(work: Sequence[tuple[HandedIn, Options]], places: Sequence[int], hands: int) -> Iterator[Task]:
    """The tasks, each file read when its turn comes; one that cannot be read any more has no bytes, and says so."""
    for number, place in enumerate(places):
        one, options = work[place]
        try:
            data = one.read()
        except Unreadable:
            data = b""
        yield Task(place, data, with_variant(data, asked(one, options)), more=number < len(places) - hands)


def asked(one: HandedIn, options: Options) -> Options:
    """What is asked of the grading of one file."""
    return replace(options, assignment=one.assignment or options.assignment, own_files=one.own_files())


def _of(one: HandedIn, result: Result) -> Result:
    """The result as this student's, with what is to be known of how it was handed in."""
    output = "\n".join([*one.notes, result.output])
    return replace(result, student=one.student, notes=[*one.notes, *result.notes], output=output)
