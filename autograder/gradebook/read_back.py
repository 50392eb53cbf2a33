"""A class's results read back: the records in autograded/, the marks as the gradebook has them now.

A mark given by hand takes precedence. A submission without marks is "not graded", with its reason where it is known.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook as NbgraderGradebook

from autograder import course
from autograder.course.plain_path import plain_path
from autograder.errors import GraderError
from autograder.gradebook.check_cells import question_of
from autograder.gradebook.export import is_graded
from autograder.gradebook.not_graded import kept_not_graded
from autograder.result import BY_HAND, NOT_GRADED, QuestionResult, Result

UNKNOWN = "it has no marks, and no record says why: grade it again"


def results_in(course_dir: Path) -> list[Result]:
    """The results in `course_dir`/gradebook.db, by assignment and student. GraderError if there is no gradebook."""
    path = course_dir / "gradebook.db"
    if not path.is_file():
        raise GraderError(f"there is no gradebook in {course_dir}: grade a class first")
    with NbgraderGradebook(f"sqlite:///{plain_path(course_dir) / path.name}") as gradebook:
        results = [
            _result(course_dir, assignment.name, handed_in)
            for assignment in gradebook.assignments
            for handed_in in gradebook.assignment_submissions(assignment.name)
        ]
    return sorted(results, key=lambda result: (result.assignment, result.student))


def _result(course_dir: Path, id: str, handed_in: Any) -> Result:
    """The result of one submission: its record, with the marks of the gradebook in place of the recorded ones."""
    student: str = handed_in.student.id
    result = _recorded(course_dir, student, id) or kept_not_graded(course_dir, student, id)
    result = result or Result(id, [], problem="" if is_graded(handed_in) else UNKNOWN)
    result.student = student
    result.name = " ".join(filter(None, (handed_in.student.first_name, handed_in.student.last_name)))
    result.late_penalty = float(handed_in.late_submission_penalty or 0.0)
    grades = [grade for notebook in handed_in.notebooks for grade in notebook.grades]
    if is_graded(handed_in):
        result.problem = ""
    if not result.problem:
        marked = [_marked(grade, question_of(grade.name, result)) for grade in grades]
        places = {question.id: place for place, question in enumerate(result.questions)}
        result.questions = sorted(marked, key=lambda question: places.get(question.id, len(places)))
    return result


def _recorded(course_dir: Path, student: str, id: str) -> Result | None:
    """The record that grading left in the autograded notebook."""
    path = course_dir / "autograded" / student / id / f"{course.name_of(id)}.ipynb"
    if not path.is_file():
        return None
    record = nbformat.read(path, as_version=4).metadata.get("autograder")
    return Result.from_json(json.loads(json.dumps(record))) if record else None


def _marked(grade: Any, question: QuestionResult | None) -> QuestionResult:
    """A question with the mark that the gradebook has: by hand if there is one, else as it was recorded."""
    id = question.id if question is not None else grade.name
    worth = float(grade.max_score)
    automatic = question.output if question is not None and question.reason != "correct" else ""
    if grade.manual_score is not None or (grade.extra_credit and grade.auto_score is not None):
        return QuestionResult(id, worth, float(grade.score), BY_HAND, automatic)
    if question is not None and question.reason in ("skipped", NOT_GRADED):
        return QuestionResult(id, worth, None, question.reason, question.output, question.fault)
    if grade.auto_score is None:
        return QuestionResult(id, worth, None, NOT_GRADED, fault=UNKNOWN)
    score = float(grade.auto_score)
    reason = question.reason if question is not None else "correct" if score >= worth else "wrong"
    return QuestionResult(id, worth, score, reason, question.output if question is not None else "")
