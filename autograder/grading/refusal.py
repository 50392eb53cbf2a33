"""Results without marks, each with its reason: the submission cannot be read, or a fault of the course or machine."""

from __future__ import annotations

import hashlib

from autograder.grading.options import Options
from autograder.grading.provenance import environment
from autograder.result import Result

NOT_YOURS = "Not graded: the fault is the course's or the machine's, not yours."


def unreadable(data: bytes, options: Options, problem: str) -> Result:
    """The result of a submission that cannot be graded as it is: no marks, and the reason in one line."""
    sha = hashlib.sha256(data).hexdigest()
    result = Result(
        options.assignment or "", [], problem=problem, submission_sha256=sha, environment=environment(options)
    )
    result.output = f"Not graded: {problem}."
    return result


def not_graded(data: bytes, options: Options, *, fault: str) -> Result:
    """The result of a submission that a fault of the course or the machine kept from being graded: no marks.

    The fault may quote a hidden test: it is for the instructor, the student does not read it.
    """
    result = unreadable(data, options, " ".join(fault.split())[:500])
    result.output = NOT_YOURS
    return result
