"""Memory of the coordinator: the process that reads a class, keeps its results and writes its gradebook.

    python -m autograder.bench.memory SIZE        prints resident memory on the way, in MiB

Grading itself is simulated, since it happens in other processes: every submission comes to the same result, made once.
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

from autograder.batch.grade_class import Classroom, grade_many
from autograder.batch.pools import Processes
from autograder.batch.task import Task
from autograder.bench.classes import hand_in
from autograder.bench.machine import Row, one_thread
from autograder.collect import find
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.options import Options
from autograder.grading.store import Kept, ResultStore

LOOKS = (10, 100, 250, 500)  # after so many submissions


def coordinator(folder: Path) -> list[Row]:
    """Resident memory after a few, and after many submissions of one class."""
    command = [sys.executable, "-m", "autograder.bench.memory", str(LOOKS[-1])]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread())
    found = [float(word) for word in done.stdout.split()]
    said = [f"{found[0]:.0f} MiB", *(f"{mib:.0f} MiB ({100 * (mib / found[0] - 1):+.0f} %)" for mib in found[1:])]
    rows = zip(LOOKS, said, strict=True)
    goal = {LOOKS[-1]: "flat"}
    return [(f"memory of the coordinator after {size} submissions", mib, goal.get(size, "")) for size, mib in rows]


class Simulated:
    """A pool that gives everybody the same result."""

    hands = 2

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def carry_out(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Kept | None]]:
        """The result under each submission's hash."""
        for task in tasks:
            result = replace(self.kept.result, submission_sha256=sha256(task.data).hexdigest())
            yield task, replace(self.kept, result=result)

    def close(self) -> None:
        """Nothing was started."""


def main(size: int) -> None:
    """Grade a class of so many in this process, and say its memory on the way."""
    done = 0

    def look(student: str) -> None:
        nonlocal done
        done += 1
        if done in LOOKS:
            print(psutil.Process().memory_info().rss / 2**20, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hand_in(root / "submitted", size)
        options = Options(training=False, variant=0)
        kept = _once(root, options)
        room = Classroom(options, lambda left: Simulated(kept), ResultStore(root), GradebookWriter(root))
        room.grade(find(root / "submitted"), look)


def _once(root: Path, options: Options) -> Kept:
    """A real result, made in a process of its own."""
    (_, kept), *_ = grade_many([(find(root / "submitted")[0], options)], Processes(1))
    return kept


if __name__ == "__main__":
    main(int(sys.argv[1]))
