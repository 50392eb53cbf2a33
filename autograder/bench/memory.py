"""Memory of the coordinator: the process that reads a class, keeps its results and writes its gradebook.

    python -m autograder.bench.memory SIZE        prints resident memory on the way, in MiB

Grading itself is simulated, since it happens in other processes: every submission gets the same result, made once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import psutil

from autograder.batch.grade_class import ClassGrader, grade_many
from autograder.batch.pools import ProcessPool
from autograder.batch.task import Task
from autograder.bench.classes import hand_in
from autograder.bench.machine import Row, one_thread
from autograder.collect import find
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.options import Options
from autograder.grading.store import Graded, ResultStore

SIZES = (10, 100, 250, 500)  # submissions after which the memory is printed


def coordinator(folder: Path) -> list[Row]:
    """Resident memory after a few, and after many submissions of one class."""
    command = [sys.executable, "-m", "autograder.bench.memory", str(SIZES[-1])]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread())
    first, *others = map(float, done.stdout.split())
    texts = [f"{first:.0f} MiB", *(f"{mib:.0f} MiB ({100 * (mib / first - 1):+.0f} %)" for mib in others)]
    rows = zip(SIZES, texts, strict=True)
    goal = {SIZES[-1]: "flat"}
    return [(f"memory of the coordinator after {size} submissions", mib, goal.get(size, "")) for size, mib in rows]


class Simulated:
    """A pool that gives every submission the same result."""

    max_workers = 2

    def __init__(self, graded: Graded) -> None:
        self.graded = graded

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Graded | None]]:
        """The result under each submission's hash."""
        for task in tasks:
            result = replace(self.graded.result, submission_sha256=sha256(task.data).hexdigest())
            yield task, replace(self.graded, result=result)

    def close(self) -> None:
        """End nothing: nothing was started."""


def main(size: int) -> None:
    """Grade a class of `size` submissions in this process, and print its memory on the way."""
    done = 0

    def look(student: str) -> None:
        nonlocal done
        done += 1
        if done in SIZES:
            print(psutil.Process().memory_info().rss / 2**20, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hand_in(root / "submitted", size)
        options = Options(training=False, variant=0)
        graded = _once(root, options)
        grader = ClassGrader(options, lambda left: Simulated(graded), ResultStore(root), GradebookWriter(root))
        grader.grade(find(root / "submitted"), look)


def _once(root: Path, options: Options) -> Graded:
    """A real result, made in a process of its own."""
    (_, graded), *_ = grade_many([(find(root / "submitted")[0], options)], ProcessPool(1))
    return graded


if __name__ == "__main__":
    main(int(sys.argv[1]))
