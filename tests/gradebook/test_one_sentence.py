"""What formgrader shows of a click that failed: the sentence of a known cause, else all that nbgrader has."""

from __future__ import annotations

import sys

import pytest

from autograder.gradebook.formgrader import explain_failures
from autograder.gradebook.one_sentence import WIDTH, Reply, in_one_sentence

NBGRADER = "nbgrader.converters.base.NbGraderException: "
CAUGHT = f"Traceback (most recent call last):\n{NBGRADER}Please see the the above traceback for details\n"
CUT_OFF = "autograder.errors.Unreadable: the file is cut off: ask for it again"


def failed(log: str, error: str) -> Reply:
    """A reply of nbgrader's to a click that failed."""
    return {"success": False, "log": log, "error": error}


KNOWN = {
    "one that nbgrader caught": (
        failed(
            f"[INFO] Converting\n[ERROR] Traceback (most recent call last):\n  File x\n{CUT_OFF}\n\n[ERROR] x", CAUGHT
        ),
        "the file is cut off: ask for it again",
    ),
    "one that nbgrader did not catch": (
        failed("[INFO] Converting\n", f"Traceback (most recent call last):\n  File x\n{CUT_OFF}\n"),
        "the file is cut off: ask for it again",
    ),
    "nbgrader's own": (
        failed("", f"Traceback (most recent call last):\n  File x\n{NBGRADER}No course id specified\n"),
        "No course id specified",
    ),
}
UNKNOWN = {
    "a fault of ours": failed("[ERROR] Traceback (most recent call last):\n  File x\nTypeError: 'x'\n", CAUGHT),
    "one after a known one": failed(f"[ERROR] Traceback\n{CUT_OFF}\n\nDuring it\n\nTypeError: 'x'\n", CAUGHT),
    "a success": {"success": True, "log": f"[WARNING] {CUT_OFF}\n{CUT_OFF}"},
    "no log": {"success": False, "error": ""},
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_cause_is_one_sentence(name: str) -> None:
    reply, sentence = KNOWN[name]
    assert in_one_sentence(reply) == {"success": False, "log": sentence}


@pytest.mark.parametrize("name", UNKNOWN)
def test_anything_else_stays_as_it_is(name: str) -> None:
    assert in_one_sentence(dict(UNKNOWN[name])) == UNKNOWN[name]


def test_a_long_sentence_is_shown_whole() -> None:
    long = "word " * 50 + "/a/path/that-is-copied" * 5
    shown = in_one_sentence(failed("", f"autograder.errors.GraderError: {long}"))["log"]
    assert " ".join(shown.split()) == long
    assert all(len(line) <= WIDTH for line in shown.splitlines()[:-1])


def test_outside_a_jupyter_server_nothing_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jupyter_server.serverapp", raising=False)
    explain_failures()
    assert "jupyter_server.serverapp" not in sys.modules
