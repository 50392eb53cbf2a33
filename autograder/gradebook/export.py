"""`nbgrader export` to CSV in which what was not graded is an empty field, never a zero."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

COLUMNS = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status",
]  # fmt: skip


class GradedMarksCsv(ExportPlugin):
    """nbgrader's columns and one more, `status`: "graded", "not graded" (score empty) or "not submitted" (score 0)."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the file named by `--to`, grades.csv if none is named."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                for student in sorted(gradebook.students, key=lambda student: str(student.id)):
                    if self._wanted(assignment, student):
                        writer.writerow(_row(gradebook, assignment, student))

    def _wanted(self, assignment: Any, student: Any) -> bool:
        return (not self.assignment or assignment.name in map(str, self.assignment)) and (
            not self.student or student.id in map(str, self.student)
        )


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": assignment.name, "duedate": assignment.duedate, "student_id": _no_formula(student.id),
        "last_name": student.last_name, "first_name": student.first_name, "email": student.email,
        "max_score": assignment.max_score,
    }  # fmt: skip
    try:
        handed_in = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0, "status": "not submitted"}
    row |= {"timestamp": handed_in.timestamp}
    if not is_graded(handed_in):
        return row | {"status": "not graded"}
    penalty = handed_in.late_submission_penalty or 0.0
    score = max(0.0, handed_in.score - penalty)
    return row | {"raw_score": handed_in.score, "late_submission_penalty": penalty, "score": score, "status": "graded"}


def is_graded(handed_in: Any) -> bool:
    """Whether every question of an nbgrader submission has a mark, automatic or manual."""
    grades = [grade for notebook in handed_in.notebooks for grade in notebook.grades]
    return bool(grades) and all(grade.auto_score is not None or grade.manual_score is not None for grade in grades)


def _no_formula(text: str) -> str:
    """A name that a spreadsheet would take for a formula, made plain."""
    return f"'{text}" if text[:1] in "=+-@" else text
