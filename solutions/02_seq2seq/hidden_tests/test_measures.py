"""Assignment 02, texts and answers: encode_texts, exact_match."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CallFailed, CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import number
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student

encode_texts = partial(
    question, "encode_texts",
    hint="What stands in a row behind the last character of its text, and which two texts cannot become a row?",
)  # fmt: skip
exact_match = partial(
    question, "exact_match",
    hint="When does a whole row count as right, and over what is the share taken?",
)  # fmt: skip
IDS = {"5": 7, "+": 2, " ": 4, "7": 0, "1": 9, "_": 11}  # the space is neither first nor 0
TEXTS = ["57+5", "1", "", "75+17", "+ 1"]
ROWS = [
    [7, 0, 2, 7, 4, 4, 4],
    [9, 4, 4, 4, 4, 4, 4],
    [4, 4, 4, 4, 4, 4, 4],
    [0, 7, 2, 9, 0, 4, 4],
    [2, 4, 9, 4, 4, 4, 4],
]


def check_rows(label: str, yours: Any, wanted: Any) -> None:
    """An integer array of these rows."""
    title, rows = f"encode_texts {label}", np.array(wanted)
    received = checks.shape(title, yours, rows.shape)
    checks.equal(f"{title}: whether its dtype is an integer", received.dtype.kind in "iu", True)
    checks.equal(title, received, rows)


@encode_texts(points=4)
def test_encode_texts_values(student: Student) -> None:
    """A row of `width` ids per text, spaces behind it."""
    check_rows("of five texts, width 7", student.call("encode_texts", TEXTS, IDS, 7), ROWS)
    check_rows("of one text", student.call("encode_texts", ["_15"], IDS, 5), [[11, 9, 7, 4, 4]])
    check_rows("of one character", student.call("encode_texts", ["+"], IDS, 1), [[2]])


@encode_texts(points=2)
def test_encode_texts_of_exactly_the_width(student: Student) -> None:
    """A text of `width` characters has no space behind it."""
    yours = student.call("encode_texts", ["57+5", "1+17"], IDS, 4)
    check_rows("of texts that fill the width", yours, [[7, 0, 2, 7], [9, 2, 9, 0]])


@encode_texts(points=1)
def test_encode_texts_keeps_spaces(student: Student) -> None:
    """Spaces before a text or in it are characters like others."""
    yours = student.call("encode_texts", [" 1", "1  7", "  "], IDS, 5)
    check_rows("of texts with spaces", yours, [[4, 9, 4, 4, 4], [9, 4, 4, 0, 4], [4, 4, 4, 4, 4]])


@encode_texts(points=1)
def test_encode_texts_leaves_its_arguments_alone(student: Student) -> None:
    """The list and the dict are still what they were."""
    kept = [student.put(TEXTS), student.put(IDS)]
    check_rows("of five texts, width 7", student.call("encode_texts", *kept, 7), ROWS)
    checks.equal("encode_texts: its argument texts afterwards", kept[0].fetch(), TEXTS)
    checks.equal("encode_texts: its argument char_to_id afterwards", kept[1].fetch(), IDS)


@encode_texts(points=2)
def test_encode_texts_refuses_a_text_too_long(student: Student) -> None:
    """ValueError that names the text, wherever it stands."""
    check_rows("of five texts, width 5", student.call("encode_texts", TEXTS, IDS, 5), np.array(ROWS)[:, :5])
    for texts in (["57+51"], ["1", "57+51", "7"], ["1", "7", "57+51"]):
        call = partial(student.call, "encode_texts", texts, IDS, 4)
        label = f"encode_texts, width 4, of {len(texts)} texts, one of 5 characters"
        checks.raises(label, "ValueError", call, mentions=["57+51"])


@encode_texts(points=2)
def test_encode_texts_refuses_an_unknown_character(student: Student) -> None:
    """ValueError that names the character: not KeyError, and not a space in its place."""
    check_rows("of five texts, width 7", student.call("encode_texts", TEXTS, IDS, 7), ROWS)
    for texts in (["5#7"], ["57", "1", "7#"]):
        call = partial(student.call, "encode_texts", texts, IDS, 4)
        label = f"encode_texts of {len(texts)} texts, one with a character that has no id"
        checks.raises(label, "ValueError", call, mentions=["#"])
        check_character_named(label, call, texts)


def check_character_named(label: str, action: Callable[[], Any], texts: list[str]) -> None:
    """The message names the character # itself, not only a text that has it."""
    try:
        action()
    except CallFailed as error:
        message = str(error)
        for text in filter(lambda text: "#" in text, texts):
            message = message.replace(text, "")
        if "#" not in message:
            raise CheckFailed(label, "a message that names the text, not the character", "the character") from None


def check_share(label: str, student: Student, predicted: Any, expected: Any, wanted: float) -> None:
    """exact_match of two arrays of ids."""
    title = f"exact_match {label}"
    yours = number(title, student.call("exact_match", np.array(predicted), np.array(expected)))
    checks.values(title, yours, wanted)


@exact_match(points=3)
def test_exact_match_values(student: Student) -> None:
    """Rows that are right in every position, over all rows."""
    expected = np.arange(35).reshape(7, 5)
    predicted = expected.copy()
    for row, position in ((0, 0), (2, 4), (3, 2), (5, 1), (5, 3)):
        predicted[row, position] += 1
    check_share("of 7 rows, 3 of them right", student, predicted, expected, 3 / 7)
    check_share(
        "of 7 rows, 6 of them right", student, predicted[[0, 1, 1, 4, 6, 6, 4]], expected[[0, 1, 1, 4, 6, 6, 4]], 6 / 7
    )
    check_share("of 2 rows, one of them right", student, [[1, 2], [1, 2]], [[1, 2], [1, 3]], 0.5)


@exact_match(points=1)
def test_exact_match_of_all_and_none(student: Student) -> None:
    """1.0 and 0.0; a row wrong in one position is wrong."""
    expected = np.arange(15).reshape(3, 5)
    check_share("of 3 rows, all right", student, expected, expected, 1.0)
    for position in range(5):
        predicted = expected.copy()
        predicted[:, position] += 1
        check_share(f"of 3 rows, all wrong at position {position} alone", student, predicted, expected, 0.0)


@exact_match(points=1)
def test_exact_match_of_small_sizes(student: Student) -> None:
    """One row, one position, both; rows in another order are other rows."""
    check_share("of one row that is right", student, [[3, 1, 2]], [[3, 1, 2]], 1.0)
    check_share("of one row that is wrong", student, [[3, 1, 2]], [[3, 2, 1]], 0.0)
    check_share("of one position in 3 rows, 2 right", student, [[4], [0], [6]], [[4], [5], [6]], 2 / 3)
    check_share("of the same rows in another order", student, [[1, 2], [3, 4], [5, 6]], [[3, 4], [1, 2], [5, 6]], 1 / 3)


@exact_match(points=1)
def test_exact_match_of_many_rows(student: Student, reference: SimpleNamespace) -> None:
    """Against the oracle, on answers drawn from two ids."""
    rng = hidden_rng(281)
    predicted, expected = rng.integers(2, size=(2, 101, 3))
    wanted = reference.exact_match(predicted, expected)
    assert 0 < wanted < 0.5
    kept = student.put(predicted), student.put(expected)
    yours = number("exact_match of 101 rows", student.call("exact_match", *kept))
    checks.values("exact_match of 101 rows", yours, wanted)
    for title, ref, sent in zip(("predicted", "expected"), kept, (predicted, expected), strict=True):
        checks.untouched(f"exact_match: its argument {title}", ref, sent)


@exact_match(points=1)
def test_exact_match_refuses_other_shapes(student: Student) -> None:
    """ValueError that names both shapes, where NumPy would stretch one, compare the first, or say False."""
    check_share("of 2 rows, one of them right", student, [[1, 2], [1, 2]], [[1, 2], [1, 3]], 0.5)
    ones = np.ones((23, 13), dtype=np.int64)
    for other in (ones[:, :1], ones[:1], ones[:, :11], ones[:17]):
        label = f"exact_match of ids of shapes {ones.shape} and {other.shape}"
        for pair in ((ones, other), (other, ones)):
            call = partial(student.call, "exact_match", *pair)
            for shape in (ones.shape, other.shape):
                checks.raises(label, "ValueError", call, mentions=[str(max(shape))])
