"""One submission to be graded, as it is given out; whoever gives it out need not load what grading needs."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.options import Options
from autograder.grading.store import Kept


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


def carry_out(task: Task) -> Kept:
    """Grade it, in the process that this is called in."""
    from autograder.batch import worker

    return worker.carry_out(task)
