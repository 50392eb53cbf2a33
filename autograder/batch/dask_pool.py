"""The workers of a Dask cluster as graders: they get bytes and give back the result and the executed notebook as data.

A worker needs this package, the course's folder and bubblewrap; it sees no gradebook. If a worker dies, Dask gives its
task to another one. Results of a worker with another course, grader or environment are refused: it would mark by other
rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograder.batch import worker
from autograder.batch.pools import Answer, submit_bounded
from autograder.batch.task import Task
from autograder.errors import GraderError
from autograder.grading.provenance import environment, suite_sha256
from autograder.grading.refusal import not_graded
from autograder.grading.store import Graded

CONNECT_S = 20
WAITING = 64  # least number of tasks given out: a cluster that grows with its work must see some


class DaskPool:
    """The present and future workers of a Dask scheduler. Raises GraderError if there is no scheduler."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise GraderError("--scheduler needs Dask: pip install 'autograder[cluster]'") from None
        try:
            self._client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GraderError(f"there is no Dask scheduler at {address} ({error})") from None
        self.max_workers = max(1, sum(self._client.nthreads().values()))

    def run(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Each task with its result, as soon as it is graded."""
        executor = self._client.get_executor(pure=False)
        for task, graded in submit_bounded(executor, iter(tasks), max(WAITING, 3 * self.max_workers)):
            yield task, graded and accepted(task, graded)

    def close(self) -> None:
        """Kill the kernels left on the workers and disconnect; the cluster goes on."""
        if self._client.status == "running":
            self._client.run(worker.end, on_error="ignore")
            self._client.close()


def accepted(task: Task, graded: Graded) -> Graded:
    """A worker's result if it grades by this machine's rules, else a result without marks that names the difference."""
    result, own_environment = graded.result, environment(task.options)
    if result.environment != own_environment:
        fault = f"a worker grades in another environment ({result.environment}) than this machine's ({own_environment})"
    elif result.suite_sha256 and result.suite_sha256 != suite_sha256(result.assignment):
        fault = "a worker has other hidden tests than this machine"
    else:
        return graded
    refused = not_graded(task.data, task.options, fault=f"{fault}: install the same on both")
    return Graded(replace(refused, assignment=result.assignment))
