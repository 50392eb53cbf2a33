"""sample_class.toml, the optional file of an assignment that states who hands in what in the sample class:

short = ["alder", "birch"]        # the students of the short class
reader = "birch"                  # whose feedback page is to be looked at

[[student]]
name = "birch"
description = "softmax wrong"     # optional for a known submission, which has a title
hands_in = "softmax__first_axis"  # optional: "reference" (the default), "release", or the name of a known submission
cell = "softmax"                  # optional: the lines of `insert` go into `function` of this solution cell of the
function = "softmax"              # reference, after the docstring
insert = "while True: pass"
extra_cell = "x = 1"              # optional: a code cell above the first answer
damage = "cut_off"                # optional: "cut_off" or "doubled_cells"
loses = { softmax = "timeout" }   # optional: question -> reason; a known submission loses what it states itself
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.toml_lines import key_line, problem_and_line
from autograder.errors import TaskError
from autograder.result import REASONS

NAME = "sample_class.toml"
REFERENCE, RELEASE = "reference", "release"
CUT_OFF, DOUBLED_CELLS = "cut_off", "doubled_cells"
WORDS = ("name", "description", "hands_in", "cell", "function", "insert", "extra_cell", "damage")
INSERTION = ("cell", "function", "insert")
STUDENT = re.compile(r"^[ \t]*\[\[[ \t]*student[ \t]*\]\]", re.MULTILINE)


@dataclass(frozen=True)
class SampleStudent:
    """One [[student]] of the file; the fields are its keys."""

    name: str
    description: str = ""
    hands_in: str = REFERENCE
    cell: str = ""
    function: str = ""
    insert: str = ""
    extra_cell: str = ""
    damage: str = ""
    loses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleClassFile:
    """The contents of one sample_class.toml."""

    students: tuple[SampleStudent, ...]
    short: tuple[str, ...]
    reader: str


def read(folder: Path) -> SampleClassFile:
    """The sample class of the assignment in `folder`. Raises TaskError with file and line."""
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError:
        raise TaskError(f"there is no {NAME} in solutions/{folder.name}") from None
    except UnicodeDecodeError as error:
        raise _malformed(folder, 1, f"not UTF-8 text: {error.reason}") from None
    except tomllib.TOMLDecodeError as error:
        problem, line = problem_and_line(error, text)
        raise _malformed(folder, line, f"not TOML: {problem}") from None
    for key in sorted(content.keys() - {"short", "reader", "student"}):
        raise _malformed(folder, key_line(text, key), f"unknown key {key!r}")
    tables = content.get("student", [])
    if not isinstance(tables, list) or not tables:
        raise _malformed(folder, 1, "there is no [[student]] in it")
    lines = [text.count("\n", 0, place.start()) + 1 for place in STUDENT.finditer(text)]
    lines += [1] * (len(tables) - len(lines))  # tables may be written in other ways
    students = tuple(_student(folder, line, table) for line, table in zip(lines, tables, strict=False))
    names = [student.name for student in students]
    for name, line in zip(names, lines, strict=False):
        if names.count(name) > 1:
            raise _malformed(folder, line, f"{name} is there {names.count(name)} times")
    short, reader = content.get("short", names), content.get("reader", names[0])
    for key, named in (("short", short if isinstance(short, list) else [short]), ("reader", [reader])):
        for name in named:
            if name not in names:
                raise _malformed(folder, key_line(text, key), f"{key}: there is no student {name!r}")
    if reader not in short:
        raise _malformed(folder, key_line(text, "reader"), f"the reader {reader} is not of the short class")
    return SampleClassFile(students, tuple(short), reader)


def _student(folder: Path, line: int, table: Any) -> SampleStudent:
    """One table. Raises TaskError."""
    if not isinstance(table, dict):
        raise _malformed(folder, line, "a student is a [[student]] table")
    if unknown := sorted(table.keys() - {*WORDS, "loses"}):
        raise _malformed(folder, line, f"unknown key {unknown[0]!r}; known are {', '.join((*WORDS, 'loses'))}")
    for key in table.keys() & set(WORDS):
        if not isinstance(table[key], str) or not table[key].strip():
            raise _malformed(folder, line, f"{key} is a text that is not empty")
    if not re.fullmatch(r"[\w-]+", table.get("name", "")):
        raise _malformed(folder, line, 'a student needs name = "...", of letters, digits and "-"')
    loses = table.get("loses", {})
    if not isinstance(loses, dict) or any(reason not in REASONS for reason in loses.values()):
        raise _malformed(folder, line, f"loses is a table of questions and reasons, which are {', '.join(REASONS)}")
    student = SampleStudent(**table)
    given = [key for key in INSERTION if key in table]
    if given and len(given) < len(INSERTION):
        raise _malformed(folder, line, f"{', '.join(INSERTION)} go together")
    if given and student.hands_in != REFERENCE:
        raise _malformed(folder, line, "lines are inserted into the reference only")
    if student.damage not in ("", CUT_OFF, DOUBLED_CELLS):
        raise _malformed(folder, line, f"damage is {CUT_OFF!r} or {DOUBLED_CELLS!r}, not {student.damage!r}")
    if not student.description and student.hands_in in (REFERENCE, RELEASE):
        raise _malformed(folder, line, f"{student.name} needs a description")
    return student


def _malformed(folder: Path, line: int, problem: str) -> TaskError:
    return TaskError(f"solutions/{folder.name}/{NAME}:{line}: {problem}")
