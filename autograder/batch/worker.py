"""One submission as a unit of work: bytes go in, the result and the executed notebook come out as data.

Whoever carries it out, this process, a process of a pool or a worker of a cluster, loads a suite and its reference
once, and starts the kernel of the next submission while the current one is judged.
"""

from __future__ import annotations

import json
import threading

from autograder import course
from autograder.batch.task import Task
from autograder.errors import AutograderError
from autograder.grading.grader import Graded, grade
from autograder.grading.options import Options
from autograder.grading.refusal import faulty
from autograder.grading.store import Kept
from autograder.sandbox import SpareKernel

_one_at_a_time = threading.Lock()  # pytest and the suites are one to a process; a cluster's worker may have threads
_spare = SpareKernel()


def carry_out(task: Task) -> Kept:
    """Grade it. What is wrong with the submission, the course or the grader is in the result."""
    with _one_at_a_time:
        _spare.goes_on = task.more
        came = graded(task.data, task.options, _spare)
        if not _spare.goes_on:
            _spare.close()
    notebook = json.dumps(came.notebook) if came.notebook is not None else ""
    return Kept(came.result, notebook, came.starved, came.settled, task.options.own_files.sha256())


def end() -> None:
    """Kill the kernel that no submission came for; where one is being graded, that is done after it."""
    _spare.goes_on = False
    if _one_at_a_time.acquire(blocking=False):
        _spare.close()
        _one_at_a_time.release()


def graded(data: bytes, options: Options, spare: SpareKernel) -> Graded:
    """`grading.grader`, whose faults and mistakes end nobody else's grading: they are in the result."""
    try:
        if options.assignment is not None:
            course.current().load(options.assignment)
        return grade(data, options, spare=spare)
    except AutograderError as fault:
        return Graded(faulty(data, options, str(fault)))
    except Exception as fault:
        return Graded(faulty(data, options, f"the grader itself failed: {type(fault).__name__}: {fault}"))
