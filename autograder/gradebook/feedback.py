"""The page that `nbgrader generate_feedback` writes: ours, in which a student's own text and outputs stay harmless.

nbgrader's template shows a notebook's HTML as it is, and only the score of a question.
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbconvert.exporters import Exporter

from autograder import course
from autograder.errors import GraderError
from autograder.gradebook.check_cells import question_of
from autograder.reports.feedback import feedback_html
from autograder.reports.plain_text import points
from autograder.result import BY_HAND, NOT_GRADED, Result

NO_RESPONSE = "No response."  # nbgrader's own comment on an answer that is as released


class FeedbackExporter(Exporter):
    """Makes the feedback page of an autograded notebook, with the marks and comments of a person."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own HTMLExporter: text, not a notebook
        self, nb: nbformat.NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page. Raises GraderError for a notebook that was not graded by this package."""
        nb, resources = super().from_notebook_node(nb, resources, **options)
        if "autograder" not in nb.metadata:
            raise GraderError("this notebook was not autograded with nbgrader_config.py in force: autograde it again")
        result = Result.from_json(nb.metadata["autograder"])
        _take_persons_marks(result, nb)
        result.late_penalty = float(resources["nbgrader"].get("late_penalty") or 0.0)
        assignment = course.current().load(result.assignment)
        headings = {info.id: info.heading or info.id for info in assignment.questions}
        page = feedback_html(
            result,
            nb,
            confined=result.confined,
            title=assignment.title,
            headings=headings,
            comments=_comments(nb, assignment),
        )
        return page, resources


def _take_persons_marks(result: Result, nb: nbformat.NotebookNode) -> None:
    """Put the gradebook's scores, which nbgrader's GetGrades wrote into the cells, in place of the automatic ones."""
    for marks in (cell.metadata.nbgrader for cell in nb.cells if _grade(cell)):
        question = question_of(marks.grade_id, result)
        if question is None:
            continue
        question.max_score = float(marks.points)
        automatic = question.score or 0.0
        if marks.get("score") is not None and abs(marks.score - automatic) > 1e-6:
            told = "" if question.reason in ("correct", "skipped", NOT_GRADED) else f"\n\n{question.output}"
            question.score, question.reason = float(marks.score), BY_HAND
            question.output = f"Marked by hand: {points(question.score)} points.{told}"


def _grade(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _comments(nb: nbformat.NotebookNode, assignment: course.Assignment) -> dict[str, list[str]]:
    """A person's comments on answers, by question; under "" those on no question."""
    questions = {cell: info.id for info in assignment.questions for cell in (*info.cells, info.check_cell)}
    comments: dict[str, list[str]] = {}
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader", {})
        comment = marks.get("comment")
        if comment and comment != NO_RESPONSE:
            comments.setdefault(questions.get(marks["grade_id"], ""), []).append(comment)
    return comments
