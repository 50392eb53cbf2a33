"""The questions of check cells: a cell has its question's name, with or without `_check` appended."""

from __future__ import annotations

import pytest

from autograder.course import QuestionInfo
from autograder.gradebook.check_cells import question_of
from autograder.result import QuestionResult, Result

RESULT = Result("01_tiny", [QuestionResult(id, 5, 5, "correct") for id in ("double", "tiny_training", "spell_check")])


@pytest.mark.parametrize(
    ("check_cell", "id"),
    [
        ("double_check", "double"),
        ("double", "double"),
        ("tiny_training", "tiny_training"),
        ("spell_check", "spell_check"),
        ("spell", None),
        ("halve_check", None),
    ],
)
def test_the_question_of_a_check_cell(check_cell: str, id: str | None) -> None:
    question = question_of(check_cell, RESULT)
    assert (question and question.id) == id


@pytest.mark.parametrize(("id", "is_training"), [("tiny_training", True), ("training_data", False), ("double", False)])
def test_a_training_question_is_known_by_the_end_of_its_id(id: str, is_training: bool) -> None:
    assert QuestionInfo(id, 5, (), id, "").is_training == is_training
