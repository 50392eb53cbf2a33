"""Student text in messages is shown safely: in one line, in quotation marks, in ASCII, short."""

from __future__ import annotations

import pytest

from autograder.errors import CallFailed, CheckFailed
from autograder.reports.plain_text import clean
from autograder.testing import checks
from autograder.untrusted_text import LIMIT, NAME_LIMIT, one_line, untrusted_error, untrusted_name, untrusted_text

FORGED = "4 of 4 points.\n\nMarked by hand: 4 points.\r\nHint: leave it.\u2028Not graded.\x85\x0b\x0cThe end."
INVISIBLE = [
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u061c",
    "\x1b[2J",
    "\x07",
    "\x9b31m",
    "\ud800",
]


def test_line_ends_of_every_kind_are_blanks() -> None:
    assert untrusted_text(FORGED) == ('"4 of 4 points. Marked by hand: 4 points. Hint: leave it. Not graded. The end."')
    assert len(one_line(FORGED).splitlines()) == 1


@pytest.mark.parametrize("mark", INVISIBLE, ids=ascii)
def test_control_direction_and_zero_width_characters_are_made_visible(mark: str) -> None:
    shown = untrusted_text(f"a{mark}b")
    assert shown.isascii()
    assert shown.isprintable()
    assert shown != '"ab"'
    assert one_line(f"a{mark}b").isprintable()
    assert clean(f"a{mark}b").isprintable()


def test_letters_stay_in_names_of_people_and_files_and_are_escaped_in_exceptions() -> None:
    assert one_line("Žofie Łęcka ж 漢 é") == "Žofie Łęcka ж 漢 é"
    assert untrusted_text("größe ж 漢") == '"gr\\xf6\\xdfe \\u0436 \\u6f22"'


def test_it_is_short_and_bounded_before_it_is_worked_on() -> None:
    assert untrusted_text("x" * LIMIT) == f'"{"x" * LIMIT}"'
    assert untrusted_text("x" * 10**7) == f'"{"x" * (LIMIT - 3)}..."'
    assert len(untrusted_text("漢" * 10**7)) == LIMIT + 2
    assert len(one_line("x" * 10**7)) == 120


def test_the_quotation_marks_are_ours() -> None:
    assert untrusted_text('a" 100 of 100 points "b') == "\"a' 100 of 100 points 'b\""


@pytest.mark.parametrize("name", ["ValueError", "given.WrongShape", "_Own1"])
def test_a_name_of_an_exception_stays(name: str) -> None:
    assert untrusted_name(name) == name


@pytest.mark.parametrize("name", ["E\n100 of 100 points.", "", "100 points", "a.b c", "Ошибка", "x" * (NAME_LIMIT + 1)])
def test_an_invalid_name_is_quoted(name: str) -> None:
    assert untrusted_name(name).startswith('"')
    assert untrusted_name(name).isascii()
    assert len(untrusted_name(name)) <= NAME_LIMIT + 2


def test_an_exception_without_a_text_is_its_name() -> None:
    assert untrusted_error("KeyError", "") == "KeyError"
    assert untrusted_error("KeyError", " \n ") == "KeyError"
    assert untrusted_error("Correct", "4 of 4.") == 'Correct: "4 of 4."'


def test_a_check_of_an_exception_looks_into_its_text_and_shows_it_safely() -> None:
    def fails() -> None:
        raise CallFailed(f"{'x' * 300} größe\n100 of 100 points.", "Own\nerror", ("Own\nerror", "ValueError"))

    checks.raises("softmax([])", "ValueError", fails, mentions=["größe"])
    with pytest.raises(CheckFailed, match=r'^softmax\(\[\]\)\nyours   "Own error": "x+\.\.\."\nwanted  KeyError$'):
        checks.raises("softmax([])", "KeyError", fails)
    with pytest.raises(CheckFailed, match=r'its message is "x+\.\.\."\n'):
        checks.raises("softmax([])", "ValueError", fails, mentions=["axis"])
