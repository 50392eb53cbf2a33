"""One submission as a unit of work: bytes go in, the result and the executed notebook come out as data.

The process that grades, be it this one, one of a pool or a worker of a cluster, loads a suite and its reference once,
and starts the kernel of the next submission while the current one is judged.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from autograder import course
from autograder.batch.task import Task
from autograder.errors import AutograderError
from autograder.grading.grader import grade
from autograder.grading.options import Options
from autograder.grading.refusal import not_graded
from autograder.grading.store import Graded
from autograder.sandbox import SpareKernel

_one_at_a_time = threading.Lock()  # pytest and the suites are one to a process; a cluster's worker may have threads
_spare_kernel = SpareKernel()


def run(task: Task) -> Graded:
    """Grade a submission. Problems with it, the course or the grader are in the result."""
    with _one_at_a_time:
        _spare_kernel.goes_on = task.more
        outcome = graded(task.data, task.options, _spare_kernel)
        if not _spare_kernel.goes_on:
            _spare_kernel.close()
    return replace(outcome, own_files_sha256=task.options.own_files.sha256())


def end() -> None:
    """Kill the spare kernel; if a submission is being graded, after that."""
    _spare_kernel.goes_on = False
    if _one_at_a_time.acquire(blocking=False):
        _spare_kernel.close()
        _one_at_a_time.release()


def graded(data: bytes, options: Options, spare_kernel: SpareKernel) -> Graded:
    """Grade one submission; faults of the grader are in the result, so that they end no other's grading."""
    try:
        if options.assignment is not None:
            course.current().load(options.assignment)
        return grade(data, options, spare_kernel=spare_kernel)
    except AutograderError as fault:
        return Graded(not_graded(data, options, fault=str(fault)))
    except Exception as fault:
        text = f"the grader itself failed: {type(fault).__name__}: {fault}"
        return Graded(not_graded(data, options, fault=text))
