"""Checks that show what came: gradients line by line, calls that must be refused, and success."""

import numpy as np
import pytest
from everything_given import everything_given


@pytest.fixture(scope="module")
def given():
    """Everything that is handed out."""
    return everything_given("02_seq2seq")


def test_right_gradients_raise_nothing(given):
    given.agree_gradients({"W": (np.ones(2), [1, 1]), "b": (np.zeros((0, 2)), np.zeros((0, 2)))}, "backward")


def test_every_gradient_has_its_line(given):
    gradients = {
        "Wx": (np.ones((1, 2)), [[1, 1]]), "Wh": (np.array([[4.0]]), [[2.0]]), "b": (np.zeros(3), np.zeros(2)),
        "dh": (np.array([np.nan]), [1.0]),
    }  # fmt: skip
    with pytest.raises(AssertionError, match="Encoder") as caught:
        given.agree_gradients(gradients, "Encoder.backward")
    assert str(caught.value).splitlines() == [
        "Encoder.backward",
        "  right  Wx: largest error 0 of its largest entry",
        "  wrong  Wh: largest error 1 of its largest entry",
        "  wrong  b: shape (3,), wanted (2,)",
        "  wrong  dh: largest error nan of its largest entry",
        "Wh:",
        "yours   shape (1, 1) [[4.]]",
        "wanted  shape (1, 1) [[2.]]",
        "The first difference at [0, 0]: +2 (1 of 1 differ).",
    ]


def test_success_is_told(given, capsys):
    given.all_right("encoder_backward", 3, 11)
    assert capsys.readouterr().out == "encoder_backward: all right (3 of 11)\n"


def refuse(error):
    raise error


def test_what_is_refused_as_it_should_be(given):
    given.refused(lambda: refuse(ValueError("cannot read '?'")), "?", "a text with ?")


@pytest.mark.parametrize(("call", "message"), [
    (lambda: refuse(ValueError("no")), r"a text with \?\nyours   ValueError: no\nwanted  a message that names '\?'"),
    (lambda: refuse(KeyError("?")), r"yours   KeyError: '\?'\nwanted  ValueError"),
    (lambda: [1, 2], r"yours   no error, but \[1, 2\]\nwanted  ValueError"),
])  # fmt: skip
def test_what_is_not(given, call, message):
    with pytest.raises(AssertionError, match=message):
        given.refused(call, "?", "a text with ?")


def test_numbers_are_wanted(given):
    with pytest.raises(AssertionError, match="Numbers are wanted, yours are of dtype"):
        given.agree(np.array(["1"]), [1.0], "text")
