"""Check cells and the questions of a result: nbgrader keeps its marks under the names of the cells."""

from __future__ import annotations

from autograder import course
from autograder.result import QuestionResult, Result


def question_of(check_cell: str, result: Result) -> QuestionResult | None:
    """The question in a result to which a check cell belongs; None if there is none."""
    questions = {question.id: question for question in result.questions}
    return questions.get(course.question_id(check_cell, questions))
