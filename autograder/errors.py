"""Exceptions by the party at fault: three roots.

    AutograderError
    ├── StudentError          lowers a mark
    │   ├── NotWritten        the name is missing, or its stub was left as it was
    │   ├── CallFailed        the student's code raised an exception
    │   ├── OutOfMemory       ... went over the memory limit
    │   ├── CallTimeout       ... went over the time limit
    │   ├── ChildDied         the process ended during the call
    │   ├── BadReply          the reply is not a plain value or array
    │   └── CheckFailed       the reply is not the wanted value
    ├── TaskError             our suite, reference or course data is wrong: "not graded"
    └── GraderError           infrastructure: "not graded"
        ├── SandboxMissing    bubblewrap is not installed or may not be used
        ├── PackageMissing    a package that an assignment is graded with is not installed
        ├── KernelFailed      the confined kernel did not start
        ├── UnknownAssignment no assignment of the course has that id
        └── Unreadable        the submission cannot be read as a notebook of this course

Only the first root ever lowers a mark. The other two make the report say "not graded" and the exit
status non-zero.
"""

from __future__ import annotations

from autograder.untrusted_text import untrusted_error

RAISED = "your code raised"  # begins what a student is told of an exception


class AutograderError(Exception):
    """Root of everything this package raises on purpose."""


class StudentError(AutograderError):
    """The student's code did something that costs the question at hand."""

    reason = "wrong"


class NotWritten(StudentError):
    """The name asked for is not defined, or its stub still raises NotImplementedError."""

    reason = "missing"


class CallFailed(StudentError):
    """The student's code raised.

    type_name, bases   name the exception's class and its parents
    text               the exception's own text, unchanged: for inspection, not for display
    message            a text for the student that replaces the usual one
    """

    def __init__(
        self, text: str, type_name: str, bases: tuple[str, ...] = (), traceback: str = "", message: str = ""
    ) -> None:
        super().__init__(message or f"{RAISED} {untrusted_error(type_name, text)}")
        self.text = text
        self.type_name = type_name
        self.bases = bases
        self.traceback = traceback


class OutOfMemory(StudentError):
    """The student's code asked for more memory than the limit."""

    reason = "memory"


class CallTimeout(StudentError):
    """The student's code did not answer in time. `starved`: the machine was too busy to give it that time on a core."""

    reason = "timeout"

    def __init__(self, message: str, starved: bool = False) -> None:
        super().__init__(message)
        self.starved = starved


class ChildDied(StudentError):
    """The student's process ended while a question was being asked."""

    reason = "crashed"


class BadReply(StudentError):
    """The student's process sent something other than a plain value or array within the bounds."""


class CheckFailed(StudentError):
    """A returned value is not the wanted one; the text is the three lines shown to the student.

    label   the call and the fact that failed, one line
    yours   the returned value: shape, dtype, first index that differs; never a complete hidden input
    wanted  the wanted value
    """

    def __init__(self, label: str, yours: str, wanted: str) -> None:
        super().__init__(f"{label}\nyours   {yours}\nwanted  {wanted}")
        self.label, self.yours, self.wanted = label, yours, wanted


class TaskError(AutograderError):
    """A suite, a reference or the course's own data is wrong; nobody's mark is lowered by it."""


class GraderError(AutograderError):
    """The machinery failed; nobody's mark is lowered by it."""


class SandboxMissing(GraderError):
    """bubblewrap is missing, or the system does not let it make namespaces."""


class PackageMissing(GraderError):
    """A package that an assignment is graded with is not installed here."""


class KernelFailed(GraderError):
    """The confined kernel did not start or did not answer."""


class Unreadable(GraderError):
    """The file is not a gradable notebook of this course."""


class UnknownAssignment(GraderError):
    """No assignment of the course has that id."""
