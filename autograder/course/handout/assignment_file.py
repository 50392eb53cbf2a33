"""assignment.toml, the file beside an assignment's source that states what the assignment builds on:

    builds_on = "05_attention"    # its answers may be handed out, and those of all that it builds on itself
    data = ["dates.txt"]          # files of datasets/, which go into data/ beside given.py
    needs = ["torch"]             # packages that students have, beside those of every assignment

Every line is optional, and so is the file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.assignments import source_of
from autograder.course.toml_lines import key_line, problem_and_line
from autograder.errors import TaskError

NAME = "assignment.toml"
KEYS = {"builds_on": "the id of an assignment", "data": "a list of names", "needs": "a list of names"}


@dataclass(frozen=True)
class AssignmentFile:
    """The contents of one assignment.toml.

    builds_on  the id of an earlier assignment, "" for none
    data       names of datasets
    needs      names of packages
    """

    path: Path
    builds_on: str = ""
    data: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def place(self, key: str, value: str = "") -> str:
        """The file and the line that sets `key`; the line with `value`, where the key's value is a list."""
        text = self.path.read_text(encoding="utf-8")
        return place(self.path, _line(text, key, value))


def read(solutions: Path, assignment: str) -> AssignmentFile:
    """The assignment.toml of `assignment`; an empty one if there is none. Raises TaskError with file and line."""
    path = solutions / assignment / NAME
    if not path.is_file():
        return AssignmentFile(path)
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise TaskError(f"{place(path)}: not UTF-8 text: {error.reason}") from None
    except tomllib.TOMLDecodeError as error:
        problem, number = problem_and_line(error, text)
        raise TaskError(f"{place(path, number)}: not TOML: {problem}") from None
    for key, value in values.items():
        _require_known(key, value, place(path, _line(text, key)))
    return AssignmentFile(
        path, values.get("builds_on", ""), tuple(values.get("data", ())), tuple(values.get("needs", ()))
    )


def earlier(solutions: Path, assignment: str) -> list[str]:
    """The assignments that `assignment` builds on, directly or not, the nearest first.

    Raises TaskError for an unknown assignment and for a circle.
    """
    chain = [assignment]
    while True:
        file = read(solutions, chain[-1])
        if not file.builds_on:
            return chain[1:]
        if not script_of(solutions, file.builds_on).is_file():
            known = ", ".join(_ids(solutions))
            raise TaskError(
                f"{file.place('builds_on')}: there is no assignment {file.builds_on!r} to build on; known are: {known}"
            )
        if file.builds_on in chain:
            circle = [*chain[chain.index(file.builds_on) :], file.builds_on]
            raise TaskError(f"{file.place('builds_on')}: assignments build on each other: {' -> '.join(circle)}")
        chain.append(file.builds_on)


def script_of(solutions: Path, assignment: str) -> Path:
    """The percent script with the answers of `assignment`."""
    return source_of(solutions.parent, assignment)


def place(path: Path, line: int = 0) -> str:
    """A file of solutions/ and a line in it, as named in messages."""
    parts = path.parts
    start = len(parts) - parts[::-1].index("solutions") - 1 if "solutions" in parts else -1
    return "/".join(parts[start:]) + (f":{line}" if line else "")


def _ids(solutions: Path) -> list[str]:
    return sorted(path.name for path in solutions.glob("*") if script_of(solutions, path.name).is_file())


def _require_known(key: str, value: Any, location: str) -> None:
    """Raise TaskError for an unknown key or a value of the wrong type."""
    if key not in KEYS:
        raise TaskError(f"{location}: unknown key {key!r}; known are: {', '.join(KEYS)}")
    names = [value] if key == "builds_on" else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TaskError(f"{location}: {key} must be {KEYS[key]}, got {value!r}")


def _line(text: str, key: str, value: str = "") -> int:
    """The line of a file that sets `key`, or the first line from there on with `value` in quotes."""
    first, lines = key_line(text, key), text.splitlines()
    quoted = re.compile(rf"[\"']{re.escape(value)}[\"']")
    places = (number for number, line in enumerate(lines, 1) if number >= first and quoted.search(line))
    return next(places, first) if value else first
