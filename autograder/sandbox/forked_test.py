"""The rest of a test in a process of its own, from the moment at which the student's code has the grader compute.

A stand-in is the reference, and one of the grader's objects may be lent: with either the student chooses a computation
in the process that judges. So that process forks at the first such question. The fork goes on with the test, under
limits like the student's own; the grader waits for its report, which ends the test.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from autograder.errors import CallTimeout, GraderError, OutOfMemory, StudentError

REPORT_BYTES = 2**20
LEAST_S = 0.01


class Ended(BaseException):
    """The test has ended in its fork.

    report   the fork's report
    asked_s  seconds that the student's answers took in all, including the grader's answers to them
    """

    def __init__(self, report: Any, asked_s: float) -> None:
        super().__init__("the test has ended in a process of its own")
        self.report, self.asked_s = report, asked_s


class _Fork:
    """This process as such a fork: the pipe for its report, and whether it computes for the student."""

    def __init__(self, writer: int, computing: mmap.mmap, asked_s: Callable[[], float]) -> None:
        self.writer, self.computing, self.asked_s = writer, computing, asked_s


_own_fork: _Fork | None = None
_may_fork = False


@contextlib.contextmanager
def forking() -> Iterator[None]:
    """Let `go_apart` fork meanwhile; the caller must end the fork with `report`."""
    global _may_fork
    before, _may_fork = _may_fork, True
    try:
        yield
    finally:
        _may_fork = before


def go_apart(memory_bytes: int, asked_s: Callable[[], float]) -> None:
    """Go on in a fork that may add `memory_bytes` to its address space; does nothing in it, or outside `forking`.

    asked_s  returns the seconds that the student's answers have taken, at the end of the test
    In the grader it does not return: raises Ended, or the StudentError or GraderError that ended the fork.
    """
    global _own_fork
    if _own_fork is not None or not _may_fork:
        return
    reader, writer = os.pipe()
    computing = mmap.mmap(-1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: none of them is needed in the fork
        pid = os.fork()
    if pid == 0:
        os.close(reader)
        _limit(memory_bytes)
        _own_fork = _Fork(writer, computing, asked_s)
        return
    os.close(writer)
    try:
        text = _read(reader)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
        _, status = os.waitpid(pid, 0)
    if text:
        raise Ended(*json.loads(text))
    raise _death(status, computing[0] == 1)


@contextlib.contextmanager
def computing(left_s: float) -> Iterator[None]:
    """Compute something for the student: in a fork for `left_s` seconds of CPU time at most, then the fork is ended."""
    if _own_fork is None:
        yield
        return
    _own_fork.computing[0] = 1
    signal.setitimer(signal.ITIMER_PROF, max(left_s, LEAST_S))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _own_fork.computing[0] = 0


def report(content: Any) -> None:
    """End a fork with the result of the test, as JSON; does nothing in the grader itself."""
    if _own_fork is None:
        return
    try:
        with open(_own_fork.writer, "w") as pipe:
            json.dump([content, _own_fork.asked_s()], pipe)
    finally:
        os._exit(0)


def _limit(memory_bytes: int) -> None:
    with open("/proc/self/statm") as statm:
        now = int(statm.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = now + memory_bytes if hard == resource.RLIM_INFINITY else min(now + memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def _read(reader: int) -> bytes:
    text = b""
    while part := os.read(reader, 2**16):
        text += part
        if len(text) > REPORT_BYTES:
            raise GraderError("a test's report is too long")
    return text


def _death(status: int, while_computing: bool) -> StudentError | GraderError:
    """The error that the end of a fork without a report means."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGPROF:
        return CallTimeout("what was asked of the reference takes longer than the question may")
    if while_computing:
        return OutOfMemory("what was asked of the reference is more than the question may take")
    return GraderError(f"the process of a test ended by itself (signal {number}, status {status})")
