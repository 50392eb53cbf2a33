"""A course of percent scripts, `solutions/<id>/<name>.py`, hidden tests beside them, and releases built from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.course import handout
from autograder.course.assignments import (
    NAMED_MISTAKES,
    Assignment,
    name_of,
    nearest,
    read_assignment,
    release_of,
    source_of,
    submissions_of,
    suite_of,
)
from autograder.course.named_mistakes import read_named_mistakes
from autograder.course.reference import namespace
from autograder.errors import GraderError, TaskError, UnknownAssignment


@dataclass(frozen=True)
class ScriptCourse:
    """The course in the folder `root`; it implements `protocol.Course`."""

    root: Path

    @property
    def solutions(self) -> Path:
        """The folder that students must not see."""
        return self.root / "solutions"

    def assignment_ids(self) -> list[str]:
        """The ids of all assignments, sorted: the folders of solutions/ that hold a script of their name.

        Raises GraderError if there is no solutions/.
        """
        if not self.solutions.is_dir():
            raise GraderError(
                f"{self.root} is no course: it has no folder solutions/. "
                "Set AUTOGRADER_COURSE to the folder that has one"
            )
        folders = (path.name for path in self.solutions.glob("*") if path.is_dir())
        return sorted(id for id in folders if source_of(self.root, id).is_file())

    def load(self, id: str) -> Assignment:
        """The assignment `id`. Raises UnknownAssignment, and TaskError if its source contradicts itself."""
        if id not in self.assignment_ids():
            known = ", ".join(self.assignment_ids()) or "none"
            raise UnknownAssignment(
                f"there is no assignment {id!r}; known are: {known}{nearest(id, self.assignment_ids())}"
            )
        return read_assignment(self.root, id)

    def reference(self, id: str) -> SimpleNamespace:
        """The names defined by the solution, made anew at every call. Raises TaskError if a cell does not run."""
        names = self.namespace(id)
        return SimpleNamespace(**{name: value for name, value in names.items() if not name.startswith("__")})

    def namespace(self, id: str, answers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The globals after running the solution's cells (`autograder.course.reference.namespace`)."""
        return namespace(self.load(id), answers)

    def handed_out(self, id: str) -> list[Path]:
        """The files beside the released notebook."""
        return [path for path in sorted(release_of(self.root, id).iterdir()) if path.suffix != ".ipynb"]

    def needed_packages(self, id: str) -> tuple[str, ...]:
        """The packages that assignment `id` needs beside those of every assignment. Raises TaskError."""
        return handout.needed_packages(self.solutions, id)

    def dataset_names(self, id: str) -> tuple[str, ...]:
        """The datasets that assignment `id` hands out. Raises TaskError."""
        return handout.dataset_names(self.solutions, id)

    def named_mistakes(self, assignment: Assignment) -> dict[str, dict[str, str]]:
        """Question id -> fingerprint of a wrong answer -> its mistake in words. Raises TaskError for a damaged file."""
        return read_named_mistakes(assignment)

    def require_own_name(self, id: str) -> None:
        """Raise TaskError if another assignment has the same name: notebooks' file names have no number."""
        for other in self.assignment_ids():
            if other != id and name_of(other) == name_of(id):
                raise TaskError(
                    f"solutions/{min(id, other)} and solutions/{max(id, other)} have the same name but for the number, "
                    f"so both notebooks would be {name_of(id)}.ipynb: rename one of the folders and the script in it"
                )

    def deciding_files(self, id: str) -> list[Path]:
        """The hidden tests, the reference's source, the inputs of given.py, the release, and the named mistakes.

        Raises TaskError.
        """
        tests = sorted(suite_of(self.root, id).rglob("*.py"))
        released = [path for path in release_of(self.root, id).rglob("*") if path.is_file()]
        thresholds = sorted((self.solutions / id / "calibration").glob("*.toml"))
        named = submissions_of(self.root, id).glob(NAMED_MISTAKES)
        return [*tests, *thresholds, *named, source_of(self.root, id), *handout.inputs(self.solutions, id), *released]
