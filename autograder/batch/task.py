"""One submission to be graded, as data: a process that gives it out need not load the grader."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.options import Options
from autograder.grading.store import Graded


@dataclass(frozen=True)
class Task:
    """One submission.

    place  its place in the class
    more   whether another one is likely to follow in the same process
    """

    place: int
    data: bytes
    options: Options
    more: bool = False

    def run(self) -> Graded:
        """Grade it, in the process in which this is called."""
        from autograder.batch import worker

        return worker.run(self)
