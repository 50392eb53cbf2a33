"""The sentence about a cell that raised: the cell, the line, and both Python versions if they differ."""

from __future__ import annotations

import sys

import nbformat
import pytest

from autograder.errors import CallFailed, NotWritten
from autograder.sandbox.cell_errors import explained
from autograder.sandbox.connection import _failure

HERE = ".".join(map(str, sys.version_info[:2]))
F_STRING = 'def double(xs):\n    print("one")\n    return f"{", ".join(xs)}"'


def error(ename: str, evalue: str = "") -> nbformat.NotebookNode:
    return nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=[])


def sentence(ename: str, evalue: str = "", source: str = "x = 1", saved_by: str = "") -> str:
    known = explained("The cell double", source, error(ename, evalue), saved_by)
    assert known is not None
    return known[1]


def test_the_stubs_own_error_says_nothing():
    assert explained("The cell double", "", error("NotImplementedError", "double")) is None


@pytest.mark.parametrize("name", ["NotImplementedErrorOfMine", "MyNotImplementedError", "NotImplementedErrors"])
def test_an_error_with_a_name_like_the_stubs_is_told(name):
    assert sentence(name, "later") == f'The cell double raised {name}: "later"'


def test_input_is_named_and_is_a_wrong_answer():
    known = explained("The cell double", "", error("StdinNotImplementedError", "raw_input was called"))
    assert known == ("wrong", "The cell double asked for input(), which nobody answers while grading.")


@pytest.mark.skipif(HERE != "3.11", reason="written for the Python that grades")
def test_newer_syntax_names_both_pythons_the_cell_and_its_line():
    message = sentence("SyntaxError", "f-string: expecting '}' (2765669380.py, line 3)", F_STRING, "3.12.3")
    assert message == (
        "Line 3 of the cell double needs Python 3.12 (the notebook was saved by Python 3.12.3), and Python 3.11 "
        "grades: SyntaxError: \"f-string: expecting '}'\""
    )
    assert "saved by" not in sentence("SyntaxError", "no (1.py, line 3)", F_STRING, "3.9.1")


@pytest.mark.parametrize("name", ["SyntaxError", "IndentationError", "TabError"])
def test_a_mistake_names_the_line_and_no_file_that_nobody_has(name):
    message = sentence(name, "invalid syntax (2765669380.py, line 12)", "def f(:")
    assert message == f'Line 12 of the cell double raised {name}: "invalid syntax"'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SyntaxError", "invalid syntax (1.py, line 1)"),
        ("ImportError", "cannot import name 'override' from 'typing'"),
        ("AttributeError", "module 'itertools' has no attribute 'batched'"),
    ],
)
def test_a_possible_effect_of_a_newer_python_names_both(name, text):
    assert f"Python {HERE} grades; the notebook was saved by Python 3.99.1" in sentence(name, text, "x +", "3.99.1")
    assert "saved by" not in sentence(name, text, "x +", "3.8.1")
    assert "saved by" not in sentence(name, text, "x +", "")


def test_another_error_names_no_python():
    assert sentence("ValueError", "no", saved_by="3.99.1") == 'The cell double raised ValueError: "no"'
    assert explained("Cell 3", "", error("MemoryError")) == ("memory", "Cell 3 raised MemoryError")


def test_a_text_of_many_lines_stays_in_one():
    assert "\n" not in sentence("ValueError", "one\ntwo\n" * 1000)
    assert len(sentence("E" * 1000, "x" * 1000)) < 320


# the same for a call


def test_a_call_that_asks_for_input_is_wrong_and_not_missing():
    failed = _failure(("StdinNotImplementedError", "NotImplementedError", "RuntimeError"), "raw_input was called", "")
    assert isinstance(failed, CallFailed)
    assert str(failed) == "the call asked for input(), which nobody answers while grading"


def test_a_call_that_raises_something_derived_is_not_a_stub():
    assert isinstance(_failure(("Mine", "NotImplementedError"), "later", ""), CallFailed)
    assert isinstance(_failure(("NotImplementedError", "RuntimeError"), "double", ""), NotWritten)
