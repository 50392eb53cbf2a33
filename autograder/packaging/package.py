"""Make the zip of an assignment, if what is released of it is what `solutions/` builds and gives nothing away."""

from __future__ import annotations

from pathlib import Path

from autograder import authoring, course
from autograder.atomic_write import write_whole
from autograder.errors import GraderError
from autograder.packaging.archive import files_below, zipped
from autograder.packaging.gradescope import SCRIPT_NAMES, gradescope_files
from autograder.packaging.kinds import Kind
from autograder.sandbox.box import PACKAGE
from autograder.validation.leaks import leaks


def package(id: str, kind: Kind, out: Path | None = None) -> tuple[Path, int]:
    """Write the zip of an assignment; its path, and how many files it holds.

    out   the file to write; build/<id>_<kind>.zip in the course's folder if None
    Raises UnknownAssignment, TaskError, and GraderError if the release differs from what solutions/ builds, or holds
    anything that students must not see, or the file cannot be written.
    """
    assignment = course.current().load(id)
    if any(change.is_difference for change in authoring.build([id], check=True)):
        raise GraderError(f"assignments/{id} is not what solutions/ builds: run python -m autograder build {id} first")
    secrets = leaks(assignment)
    if secrets:
        raise GraderError(f"assignments/{id} holds what students must not see, so no zip was made: {secrets[0]}")
    if kind is Kind.STUDENT:
        files = files_below(assignment.release, id)
    else:
        files = gradescope_files(id, files_below(PACKAGE, f"grader/{PACKAGE.name}"))
    out = out or course.current().root / "build" / f"{id}_{kind.value}.zip"
    try:
        out.parent.mkdir(exist_ok=True)
        write_whole(out, zipped(files, SCRIPT_NAMES))
    except OSError as error:
        raise GraderError(f"--out {out}: it could not be written ({error.strerror})") from None
    return out, len(files)
