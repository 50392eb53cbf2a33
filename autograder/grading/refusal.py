"""Results without marks: something could not be graded at all, and it says why."""

from __future__ import annotations

import hashlib

from autograder.grading.options import Options
from autograder.grading.provenance import environment
from autograder.result import Result

NOT_YOURS = "Not graded: the fault is the course's or the machine's, not yours."


def refused(data: bytes, options: Options, problem: str) -> Result:
    """The submission cannot be graded as it is: no marks, and one line that says why."""
    sha = hashlib.sha256(data).hexdigest()
    result = Result(
        options.assignment or "", [], problem=problem, submission_sha256=sha, environment=environment(options)
    )
    result.output = f"Not graded: {problem}."
    return result


def faulty(data: bytes, options: Options, fault: str) -> Result:
    """Not graded by a fault of the course or the machine.

    What exactly it was may quote a hidden test: it is for the instructor, the student does not read it.
    """
    result = refused(data, options, " ".join(fault.split())[:500])
    result.output = NOT_YOURS
    return result
