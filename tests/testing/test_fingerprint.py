"""The fingerprint of a wrong answer: the same for the same mistake, another for another, none where little is known."""

from __future__ import annotations

import pytest

from autograder.testing.fingerprint import fingerprint
from autograder.testing.plugin import Outcome
from autograder.testing.question import Question

MESSAGE = "f of xs (3, 5)\nyours   12 of 15 entries differ (80 %), the first at [0, 1]: -0.03412, off by 1.306e-05"


def failed(message: str = MESSAGE, test: str = "test_values", reason: str = "wrong", fault: str = "") -> Outcome:
    return Outcome(Question("f"), test, reason=reason, message=message, fault=fault)


def passed(test: str = "test_shape") -> Outcome:
    return Outcome(Question("f"), test, passed=True, reason="correct")


def test_it_is_sixteen_hex_digits() -> None:
    assert len(fingerprint([failed()])) == 16
    assert int(fingerprint([failed()]), 16)


@pytest.mark.parametrize(
    "other",
    [
        [failed(), passed()],
        [failed(MESSAGE.replace("-0.03412", "-0.03413"))],
        [failed(MESSAGE.replace("1.306e-05", "1.3058e-05"))],
    ],
    ids=["tests that pass", "the last digit", "more digits"],
)
def test_what_rounding_moves_does_not_count(other: list[Outcome]) -> None:
    assert fingerprint(other) == fingerprint([failed()])


@pytest.mark.parametrize(
    "other",
    [
        [failed(MESSAGE.replace("-0.03412", "0.03412"))],
        [failed(MESSAGE.replace("-0.03412", "-0.03512"))],
        [failed(MESSAGE.replace("12 of", "11 of"))],
        [failed(MESSAGE.replace("[0, 1]", "[1, 0]"))],
        [failed(test="test_gradients")],
        [failed(), failed(test="test_gradients")],
    ],
    ids=["sign", "third digit", "count", "place", "test", "one test more"],
)
def test_another_mistake_has_another(other: list[Outcome]) -> None:
    assert fingerprint(other) != fingerprint([failed()])


def test_what_cancellation_leaves_is_zero() -> None:
    first, second = (failed(f"the sum\nyours   {noise}, off by 1") for noise in ("3.2e-17", "-1.1e-16"))
    assert fingerprint([first]) == fingerprint([second])


def test_the_text_of_an_exception_does_not_count_but_its_type_does() -> None:
    one, same, other = (
        failed(f"f of a text\nyours   {raised}\nwanted  ValueError")
        for raised in ("KeyError: \"'#'\"", 'KeyError: "no id for #"', 'IndexError: "#"')
    )
    assert fingerprint([one]) == fingerprint([same]) != fingerprint([other])


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [passed()],
        [failed('your code raised TypeError: "an integer is wanted"')],
        [failed(), failed("no answer within 2 s", "test_speed", "timeout")],
        [failed(reason="missing")],
        [failed(), failed("AssertionError: the oracle varies", "test_ours", fault="task")],
    ],
    ids=["nothing asked", "all right", "exceptions alone", "time", "missing", "our fault"],
)
def test_none_where_too_little_is_known(outcomes: list[Outcome]) -> None:
    assert fingerprint(outcomes) == ""


def test_exceptions_beside_values_count() -> None:
    raised = failed("your code raised IndexError", "test_small")
    assert fingerprint([failed(), raised]) not in ("", fingerprint([failed()]))
