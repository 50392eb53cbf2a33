"""The error of a cell, explained to the student in one sentence that names the cell, and the reason for the marks."""

from __future__ import annotations

import re
import sys
from typing import Any

from autograder.restore.newer_syntax import needed_version
from autograder.restore.rest_of_cell import failed_line
from autograder.untrusted_text import untrusted_error

INPUT_REFUSED = "StdinNotImplementedError"  # ipykernel's: input(), pdb and getpass, where nobody can answer
ASKED_FOR_INPUT = "asked for input(), which nobody answers while grading"
SYNTAX = {"SyntaxError", "IndentationError", "TabError"}
OF_ANOTHER_VERSION = {*SYNTAX, "ImportError", "ModuleNotFoundError", "AttributeError"}
PLACE = re.compile(r" ?\((?:<[^()]*>|[^()]*\.py), line (?P<line>\d+)\)$")
VERSION = re.compile(r"(\d{1,2})\.(\d{1,3})(?:\.\d{1,3})?")
HERE = sys.version_info[:2]


def explained(label: str, source: str, error: Any, saved_by: str = "") -> tuple[str, str] | None:
    """The reason and the sentence for a cell's error; None if the answer is merely not written yet.

    label     the name of the cell, at the beginning of the sentence
    source    the cell's text
    error     its output of type "error"
    saved_by  the version of Python in the notebook's metadata, "" if there is none
    """
    name, text = error.ename, " ".join(error.evalue.split())
    if name == "NotImplementedError":
        return None
    if name == INPUT_REFUSED:
        return "wrong", f"{label} {ASKED_FOR_INPUT}."
    if name in SYNTAX:
        return "", _unreadable(label, source, name, text, saved_by)
    versions = _versions(saved_by) if name in OF_ANOTHER_VERSION else ""
    line = failed_line(source, error)
    rest = f" (in line {line}; what the cell defines below it counts all the same)" if line else ""
    return ("memory" if name == "MemoryError" else ""), f"{label} raised {untrusted_error(name, text)}{versions}{rest}"


def _unreadable(label: str, source: str, name: str, text: str, saved_by: str) -> str:
    """The sentence on a cell that Python could not read: the line, and whether another Python could."""
    place = PLACE.search(text)
    why = text[: place.start()] if place else text
    told = untrusted_error(name, why)
    start = f"Line {place['line']} of {label[:1].lower()}{label[1:]}" if place else label
    newer = needed_version(source)
    if newer is None:
        return f"{start} raised {told}{_versions(saved_by)}"
    written = f" (the notebook was saved by Python {saved_by})" if _is_newer(saved_by) else ""
    return f"{start} needs Python {_dotted(newer)}{written}, and Python {_dotted(HERE)} grades: {told}"


def _versions(saved_by: str) -> str:
    """Both versions, where the notebook was written with a newer Python than the one that grades."""
    return (
        f" (Python {_dotted(HERE)} grades; the notebook was saved by Python {saved_by})" if _is_newer(saved_by) else ""
    )


def _is_newer(version: str) -> bool:
    known = VERSION.fullmatch(version)
    return known is not None and (int(known[1]), int(known[2])) > HERE


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
