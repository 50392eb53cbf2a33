"""`nbgrader export` to CSV with an empty field, never a zero, for marks that were not given."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook as NbgraderGradebook
from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.course.plain_path import plain_path
from autograder.reports.plain_text import no_formula

COLUMNS = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status",
]  # fmt: skip


class GradedMarksCsv(ExportPlugin):
    """nbgrader's columns, in two decimals, and one more, `status`.

    graded         every question has a mark
    partly graded  questions were left out on purpose (--no-training, --questions): the score is empty
    not graded     something could not be graded: the scores are empty
    not submitted  nothing was handed in: the scores are empty
    """

    def export(self, gradebook: NbgraderGradebook) -> None:
        """Write the file named by `--to`, grades.csv if none is named."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        path.write_text(_text(gradebook, set(map(str, self.assignment)), set(map(str, self.student))), encoding="utf-8")


def csv_text(course_dir: Path, assignments: Sequence[str]) -> str:
    """The same table for some assignments of the gradebook in a course folder."""
    with NbgraderGradebook(f"sqlite:///{plain_path(course_dir) / 'gradebook.db'}") as gradebook:
        return _text(gradebook, set(assignments), set())


def _text(gradebook: NbgraderGradebook, assignments: set[str], students: set[str]) -> str:
    """The table of these assignments and students; an empty set stands for all."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(gradebook, assignments, students))
    return out.getvalue()


def _rows(gradebook: NbgraderGradebook, assignments: set[str], students: set[str]) -> Iterator[dict[str, Any]]:
    for assignment in gradebook.assignments:
        for student in sorted(gradebook.students, key=lambda student: str(student.id)):
            if (not assignments or assignment.name in assignments) and (not students or student.id in students):
                yield _row(gradebook, assignment, student)


def _row(gradebook: NbgraderGradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": assignment.name, "duedate": assignment.duedate, "student_id": no_formula(student.id),
        "last_name": student.last_name, "first_name": student.first_name, "email": student.email,
        "max_score": assignment.max_score,
    }  # fmt: skip
    try:
        handed_in = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row | {"status": "not submitted"}
    row |= {"timestamp": handed_in.timestamp}
    penalty = handed_in.late_submission_penalty or 0.0
    so_far = {"raw_score": round(handed_in.score, 2), "late_submission_penalty": round(penalty, 2)}
    if is_graded(handed_in):
        score = round(max(0.0, handed_in.score - penalty), 2)
        return row | so_far | {"score": score, "status": "graded"}
    if is_partly_graded(handed_in):
        return row | so_far | {"status": "partly graded"}
    return row | {"status": "not graded"}


def is_graded(handed_in: Any) -> bool:
    """Whether every question of an nbgrader submission has a mark, automatic or manual."""
    grades = _grades(handed_in)
    return bool(grades) and all(map(_has_mark, grades))


def is_partly_graded(handed_in: Any) -> bool:
    """Whether questions of it were left out on purpose, and every other one has a mark."""
    grades = _grades(handed_in)
    return any(map(_has_mark, grades)) and not any(grade.needs_manual_grade for grade in grades if not _has_mark(grade))


def _grades(handed_in: Any) -> list[Any]:
    return [grade for notebook in handed_in.notebooks for grade in notebook.grades]


def _has_mark(grade: Any) -> bool:
    return grade.auto_score is not None or grade.manual_score is not None
