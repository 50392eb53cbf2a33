"""Memory of the coordinator: the process that reads a class, keeps its results and writes its gradebook.

    python -m autograder.bench.memory SIZE        prints the peak of resident memory, in MiB

Grading itself is simulated, since it happens in other processes: every submission comes to the same result, made once.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from autograder.bench.classes import hand_in
from autograder.bench.machine import Row, one_thread
from autograder.classroom import find
from autograder.classroom.grade_class import Classroom, grade_many
from autograder.classroom.pools import Processes
from autograder.classroom.work import Task
from autograder.gradebook.writer import GradebookWriter
from autograder.options import Options
from autograder.result_store import Kept, ResultStore

SMALL, LARGE = 10, 500


def coordinator(folder: Path) -> list[Row]:
    """The peak with a small and with a large class."""
    peaks = {size: _peak(size) for size in (SMALL, LARGE)}
    growth = 100 * (peaks[LARGE] / peaks[SMALL] - 1)
    return [
        (f"memory of the coordinator, {SMALL} submissions", f"{peaks[SMALL]:.0f} MiB", ""),
        (f"... and {LARGE}", f"{peaks[LARGE]:.0f} MiB ({growth:+.0f} %)", "flat"),
    ]


def _peak(size: int) -> float:
    command = [sys.executable, "-m", "autograder.bench.memory", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread())
    return float(done.stdout)


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
    """Grade a class of so many in this process."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hand_in(root / "submitted", size)
        options = Options(training=False)
        kept = _once(root, options)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        room = Classroom(options, lambda left: Simulated(kept), ResultStore(root), GradebookWriter(root))
        room.grade(find(root / "submitted"))
    print(max(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024)


def _once(root: Path, options: Options) -> Kept:
    """A real result, made in a process of its own."""
    (_, kept), *_ = grade_many([(find(root / "submitted")[0], options)], Processes(1))
    return kept


if __name__ == "__main__":
    main(int(sys.argv[1]))
