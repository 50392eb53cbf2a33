"""Who grades: this process, processes of a pool on this machine, or the workers of a Dask cluster.

Each takes tasks as they come, a few more than it has hands for, and gives back (task, what came of it), None where
whoever was at it died. Submissions are read when they are given out and not before: a class need not fit into memory.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from multiprocessing import forkserver
from multiprocessing.util import Finalize
from typing import Protocol

from autograder import course
from autograder.batch.task import Task, carry_out
from autograder.grading.store import Kept

Answer = tuple[Task, Kept | None]
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
AHEAD = 2  # tasks that lie ready for each process


class Pool(Protocol):
    """Carries out tasks, in any order. `hands`: how many at a time."""

    hands: int

    def carry_out(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """What comes of each task, as it comes."""

    def close(self) -> None:
        """End what was started; safe to call twice."""


class ThisProcess:
    """One submission after the other, here."""

    hands = 1

    def carry_out(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """What comes of each task, in their order."""
        for task in tasks:
            yield task, carry_out(task)

    def close(self) -> None:
        """Kill the kernel that is left."""
        from autograder.batch import worker

        worker.end()


class Processes:
    """Processes on this machine that share nothing; where one dies, new ones go on with what is left."""

    def __init__(self, jobs: int) -> None:
        self.hands = jobs
        self._busy = False
        self._executor = _processes(jobs)

    def carry_out(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """What comes of each task, as it comes."""
        tasks, self._busy = iter(tasks), True
        while self._busy:
            broken = yield from windowed(self._executor, tasks, (1 + AHEAD) * self.hands)
            self._busy = broken
            if broken:
                self._executor.shutdown()
                self._executor = _processes(self.hands)

    def close(self) -> None:
        """Let the processes end; kill them if not all came of the tasks that was to come."""
        if self._busy:
            for process in multiprocessing.active_children():
                process.kill()
        self._executor.shutdown(cancel_futures=True)


def windowed(executor: Executor, tasks: Iterator[Task], size: int) -> Generator[Answer, None, bool]:
    """What comes of each task, at most `size` given out at a time. Returns whether the executor broke meanwhile."""
    waiting: dict[Future[Kept], Task] = {}
    broken = False
    while True:
        with contextlib.suppress(StopIteration):
            while len(waiting) < size and not broken:
                task = next(tasks)
                waiting[_submitted(executor, task)] = task
        if not waiting:
            return broken
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            broken |= isinstance(future.exception(), BrokenExecutor)
            yield waiting.pop(future), None if future.exception() else future.result()


def _submitted(executor: Executor, task: Task) -> Future[Kept]:
    try:
        return executor.submit(carry_out, task)
    except BrokenExecutor as error:
        failed: Future[Kept] = Future()
        failed.set_exception(error)
        return failed


def _processes(jobs: int) -> ProcessPoolExecutor:
    os.environ.update(ONE_THREAD)  # read when NumPy is loaded, in the processes that are yet to start
    context = multiprocessing.get_context("forkserver")  # the grader is loaded once, in a process without threads
    context.set_forkserver_preload(["autograder.batch.preload"])
    forkserver.ensure_running()
    return ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(course.current(),))


def _begin(same: course.ScriptCourse) -> None:
    """In a process of the pool: the same course as in the one that started it, and the same end."""
    from autograder.batch import worker

    course.work_on(same)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the one who gives out the work
    Finalize(None, worker.end, exitpriority=1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process of a pool waits for work for ever, also when the one that gave it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def pool_for(jobs: int, submissions: int) -> Pool:
    """Who grades so many submissions on this machine, `jobs` at a time."""
    hands = min(jobs, submissions)
    return ThisProcess() if hands <= 1 else Processes(hands)
