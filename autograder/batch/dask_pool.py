"""The workers of a Dask cluster as graders: they get bytes and give back the result and the executed notebook as data.

A worker needs this package, the course's folder and bubblewrap; it sees no gradebook. Dask gives what a worker that
died was at to another one. A worker whose course, grader or environment is another one would mark by other rules:
what comes from it is not taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograder.batch import worker
from autograder.batch.pools import Answer, windowed
from autograder.batch.task import Task
from autograder.errors import GraderError
from autograder.grading.provenance import environment, suite_sha256
from autograder.grading.refusal import faulty
from autograder.grading.store import Kept

CONNECT_S = 20
WAITING = 64  # tasks given out at least: a cluster that grows with its work must see some


class Cluster:
    """The workers that a Dask scheduler has, or will have. Raises GraderError if there is no scheduler."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise GraderError("--scheduler needs Dask: pip install 'autograder[cluster]'") from None
        try:
            self._client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GraderError(f"there is no Dask scheduler at {address} ({error})") from None
        self.hands = max(1, sum(self._client.nthreads().values()))

    def carry_out(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """What comes of each task, as it comes."""
        executor = self._client.get_executor(pure=False)
        for task, kept in windowed(executor, iter(tasks), max(WAITING, 3 * self.hands)):
            yield task, kept and taken(task, kept)

    def close(self) -> None:
        """Kill the kernels that are left on the workers, and hang up; the cluster stays."""
        if self._client.status == "running":
            self._client.run(worker.end, on_error="ignore")
            self._client.close()


def taken(task: Task, kept: Kept) -> Kept:
    """What a worker made of a task, if it went by the same rules as this machine would."""
    result, here = kept.result, environment(task.options)
    if result.environment != here:
        said = f"a worker grades in another environment ({result.environment}) than this machine's ({here})"
    elif result.suite_sha256 and result.suite_sha256 != suite_sha256(result.assignment):
        said = "a worker has other hidden tests than this machine"
    else:
        return kept
    return Kept(
        replace(faulty(task.data, task.options, f"{said}: install the same on both"), assignment=result.assignment)
    )
