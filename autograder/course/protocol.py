"""The interface of a course that grading needs, whatever its format."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol

from autograder.course.assignments import Assignment


class Course(Hashable, Protocol):
    """Assignments with their releases, hidden tests and references.

    root  the folder of the course, which no student's process can see
    """

    @property
    def root(self) -> Path:
        """The folder of the course."""

    def assignment_ids(self) -> list[str]:
        """The ids of all assignments, sorted."""

    def load(self, id: str) -> Assignment:
        """The assignment `id`. Raises UnknownAssignment, TaskError."""

    def reference(self, id: str) -> SimpleNamespace:
        """The names defined by the solution, made anew at every call. Raises TaskError."""

    def handed_out(self, id: str) -> list[Path]:
        """The files beside the released notebook."""

    def needed_packages(self, id: str) -> tuple[str, ...]:
        """The packages that assignment `id` needs beside those of every assignment. Raises TaskError."""

    def deciding_files(self, id: str) -> list[Path]:
        """The files, of the course alone, on which the marks of assignment `id` depend. Raises TaskError."""

    def named_mistakes(self, assignment: Assignment) -> Mapping[str, Mapping[str, str]]:
        """Question id -> fingerprint of a wrong answer -> its mistake in words. Raises TaskError."""
