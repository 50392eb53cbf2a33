"""Pools of graders: this process, or processes on this machine (a Dask cluster is in `dask_pool`).

Each takes a few more tasks than it has workers, and gives back (task, graded submission), or (task, None) if the worker
died. Submissions are read when they are given out and not before: a class need not fit into memory.
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
from autograder.batch.task import Task
from autograder.grading.store import Graded

Answer = tuple[Task, Graded | None]
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
AHEAD = 2  # tasks that wait ready for each process


class Pool(Protocol):
    """Grades tasks, in any order, `max_workers` of them at a time."""

    max_workers: int

    def run(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Each task with its graded submission, as soon as it is there."""

    def close(self) -> None:
        """End all that was started; safe to call twice."""


class SerialPool:
    """Grades one submission after the other, in this process."""

    max_workers = 1

    def run(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Each task with its graded submission, in their order."""
        for task in tasks:
            yield task, task.run()

    def close(self) -> None:
        """Kill the kernel that is left."""
        from autograder.batch import worker

        worker.end()


class ProcessPool:
    """Processes on this machine that share nothing; if one dies, new ones go on with the remaining tasks."""

    def __init__(self, jobs: int) -> None:
        self.max_workers = jobs
        self._busy = False
        self._executor = _processes(jobs)

    def run(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Each task with its graded submission, as soon as it is there."""
        tasks, self._busy = iter(tasks), True
        while self._busy:
            broken = yield from submit_bounded(self._executor, tasks, (1 + AHEAD) * self.max_workers)
            self._busy = broken
            if broken:
                self._executor.shutdown()
                self._executor = _processes(self.max_workers)

    def close(self) -> None:
        """Let the processes end; kill them if tasks are unfinished."""
        if self._busy:
            for process in multiprocessing.active_children():
                process.kill()
        self._executor.shutdown(cancel_futures=True)


def submit_bounded(executor: Executor, tasks: Iterator[Task], size: int) -> Generator[Answer, None, bool]:
    """Each task with its graded submission, at most `size` given out at a time. Returns whether the executor broke."""
    waiting: dict[Future[Graded], Task] = {}
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


def _submitted(executor: Executor, task: Task) -> Future[Graded]:
    try:
        return executor.submit(Task.run, task)
    except BrokenExecutor as error:
        failed: Future[Graded] = Future()
        failed.set_exception(error)
        return failed


def _processes(jobs: int) -> ProcessPoolExecutor:
    os.environ.update(ONE_THREAD)  # read when NumPy is loaded, in the processes that are yet to start
    context = multiprocessing.get_context("forkserver")  # the grader is loaded once, in a process without threads
    context.set_forkserver_preload(["autograder.batch.preload"])
    forkserver.ensure_running()
    return ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(course.current(),))


def _begin(parents_course: course.ScriptCourse) -> None:
    """Set up a process of the pool: the course of the process that started it, and an end together with it."""
    from autograder.batch import worker

    course.work_on(parents_course)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives out the work
    Finalize(None, worker.end, exitpriority=1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process with its parent: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def pool_for(jobs: int, submissions: int) -> Pool:
    """The pool for this many submissions, `jobs` of them at a time, on this machine."""
    workers = min(jobs, submissions)
    return SerialPool() if workers <= 1 else ProcessPool(workers)
