"""The results already in a gradebook, read without nbgrader, which takes seconds to load.

nbgrader's tables are read (its schema since 0.6, `nbgrader.api`), never written. A result that is not there as expected
counts as not entered, and is entered again through nbgrader.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import course
from autograder.gradebook.check_cells import question_of
from autograder.gradebook.circumstances import Circumstances
from autograder.gradebook.not_graded import kept_not_graded
from autograder.result import NOT_GRADED, Result

HANDED_IN = """
    SELECT submitted.student_id, assignment.name, submitted.timestamp
    FROM submitted_assignment AS submitted JOIN assignment ON assignment.id = submitted.assignment_id
"""
GRADES = """
    SELECT submitted.student_id, assignment.name, cell.name, grade.auto_score
    FROM grade
    JOIN base_cell AS cell ON cell.id = grade.cell_id
    JOIN submitted_notebook AS notebook ON notebook.id = grade.notebook_id
    JOIN submitted_assignment AS submitted ON submitted.id = notebook.assignment_id
    JOIN assignment ON assignment.id = submitted.assignment_id
"""
ADJUSTED = """
    SELECT DISTINCT submitted.student_id, assignment.name
    FROM submitted_assignment AS submitted
    JOIN assignment ON assignment.id = submitted.assignment_id
    JOIN submitted_notebook AS notebook ON notebook.assignment_id = submitted.id
    JOIN grade ON grade.notebook_id = notebook.id
    WHERE grade.manual_score IS NOT NULL OR grade.extra_credit != 0 OR notebook.late_submission_penalty > 0
"""
Key = tuple[str, str]  # student, assignment


class AlreadyEntered:
    """The automatic marks and times in `root`/gradebook.db and the records beside it when this is made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.times: dict[Key, str] = {}
        self.marks: Mapping[Key, dict[str, float | None]] = defaultdict(dict)
        self._circumstances = Circumstances(root)
        path = root / "gradebook.db"
        with contextlib.suppress(sqlite3.Error, OSError):
            if path.is_file():
                self._read(path)

    def contains(self, student: str, result: Result, timestamp: str, secret: bytes = b"") -> bool:
        """Whether this very result of this submission is entered, under the present due date and late rule."""
        key = student, result.assignment
        return (
            key in self.times
            and self.times[key] == _as_kept(timestamp)
            and self.marks[key] == _marks(result, self.marks[key])
            and (bool(result.problem) or self._circumstances.are_noted(*key, secret))
            and _same(self._recorded(*key, result.problem), result)
        )

    def _read(self, path: Path) -> None:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as gradebook:
            for student, assignment, time in gradebook.execute(HANDED_IN):
                self.times[student, assignment] = str(time or "").partition(".")[0]
            for student, assignment, cell, score in gradebook.execute(GRADES):
                self.marks[student, assignment][cell] = score

    def _recorded(self, student: str, id: str, problem: str) -> Any:
        """The record that grading left beside the gradebook, as JSON; None if there is none."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if problem:
                kept = kept_not_graded(self.root, student, id)
                return kept and kept.to_json()
            path = self.root / "autograded" / student / id / f"{course.name_of(id)}.ipynb"
            return json.loads(path.read_bytes())["metadata"]["autograder"]
        return None


def adjusted(root: Path) -> set[Key]:
    """The submissions in `root`/gradebook.db with marks by hand, extra credit or a late penalty."""
    path = root / "gradebook.db"
    with contextlib.suppress(sqlite3.Error, OSError):
        if path.is_file():
            with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as gradebook:
                return {(student, assignment) for student, assignment in gradebook.execute(ADJUSTED)}
    return set()


def _marks(result: Result, cells: Mapping[str, float | None]) -> dict[str, float | None]:
    """The automatic mark that each check cell must have; a skipped question keeps the mark it has."""
    marks: dict[str, float | None] = {}
    for cell, mark in cells.items():
        question = question_of(cell, result)
        if question is None or question.reason == NOT_GRADED:
            marks[cell] = None
        else:
            marks[cell] = mark if question.reason == "skipped" else question.score
    return marks


def _same(recorded: Any, result: Result) -> bool:
    """Whether a record is that of this result, without the execution time and the student's name."""
    if not isinstance(recorded, dict):
        return False
    record = json.loads(json.dumps(result.to_json()))
    for one in (recorded, record):
        one.pop("execution_time", None)
        one.get("extra_data", {}).pop("student", None)
    return bool(recorded == record)


def _as_kept(timestamp: str) -> str:
    """The time of handing in as nbgrader keeps it: UTC without a zone, and here without fractions."""
    return timestamp.removesuffix(" UTC").partition(".")[0]
