"""Search a release for secrets: the answers, the hidden tests, the known submissions.

A secret text is recognised by its lines without whitespace: a long line alone, shorter ones by pairs of consecutive
lines. Lines shown by a stub (signatures, docstrings) are not secret, nor are those of an earlier assignment's answer
that is handed out.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograder import course
from autograder.course import cells, handout
from autograder.course.cells import BEGIN, END, Cell
from autograder.validation.known_submissions import read_submissions

LONG = 50  # characters in a line that is not written twice by chance
PAIR = 24  # ... in two lines together
ANSWER = 12  # ... in one line of an answer, in the notebook
TEST_NAME = re.compile(r"^\s*def (test_\w+)", re.MULTILINE)


def leaks(assignment: course.Assignment) -> list[str]:
    """One line for every secret found in the released folder. Raises TaskError for a malformed known submission."""
    known = cells.read(assignment.source)
    texts = {path.relative_to(course.current().root).as_posix(): _text(path) for path in _files(assignment.release)}
    shown, hidden = _shown(assignment, known), list(_hidden(assignment))
    notebook = texts.get(assignment.notebook.relative_to(course.current().root).as_posix(), "")
    problems = [
        f"an answer's line is in the release: {line}" for line in _answer_lines(known) if line in _lines(notebook)
    ]
    for name, text in texts.items():
        problems += [f"{name} holds {secret}" for secret in _found_in(text, hidden, shown)]
        problems += [f"{name} defines {own}, which students are to write" for own in _defined(name, text, assignment)]
    return problems


def _shown(assignment: course.Assignment, known: Iterable[Cell]) -> set[str]:
    """The lines that are not secret: those of stubs, and of the earlier answers that are handed out."""
    earlier = handout.earlier_answers(course.current().root / "solutions", assignment.id)
    return {line for cell in known if cell.solution for line in _lines(_open(cell))} | set(_lines(earlier))


def _found_in(text: str, hidden: Iterable[tuple[str, str]], shown: set[str]) -> Iterator[str]:
    """The parts of hidden texts, by name, that occur in `text`, except lines that are shown anyway."""
    marks, words = _marks(_lines(text)), set(re.findall(r"\w+", text))
    for name, secret in hidden:
        for common in sorted(_marks(line for line in _lines(secret) if line not in shown) & marks):
            yield f"text of {name}: {common[:80]}"
        for test in sorted(set(TEST_NAME.findall(secret)) & words):
            yield f"the name of a hidden test of {name}: {test}"


def _hidden(assignment: course.Assignment) -> Iterator[tuple[str, str]]:
    """(name, text) of the hidden tests, of this assignment's known submissions and all their answers."""
    for path in sorted([*assignment.suite.rglob("*.py"), *_files(assignment.submissions)]):
        yield path.relative_to(course.current().root).as_posix(), path.read_text(encoding="utf-8", errors="replace")
    for submission in read_submissions(assignment.id):
        place = f"{submission.path.relative_to(course.current().root).as_posix()}:{submission.line}"
        yield place, "\n".join(submission.answers.values())


def _defined(name: str, text: str, assignment: course.Assignment) -> set[str]:
    """The solution cells' names that a released module defines."""
    if not name.endswith(".py"):
        return set()
    defined = {node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return defined & set(assignment.solution_cells)


def _answer_lines(known: Iterable[Cell]) -> list[str]:
    """The lines inside solution regions that are worth hiding and do not occur outside them."""
    known = list(known)
    given_away = {line for cell in known for line in _lines(_open(cell))}
    lines = [line for cell in known for line in _lines(_closed(cell)) if line not in given_away]
    return [line for line in dict.fromkeys(lines) if len(line) >= ANSWER and any(mark in line for mark in "=([")]


def _open(cell: Cell) -> str:
    return "\n".join(line for line, inside in _regions(cell) if not inside)


def _closed(cell: Cell) -> str:
    return "\n".join(line for line, inside in _regions(cell) if inside)


def _regions(cell: Cell) -> Iterator[tuple[str, bool]]:
    """Each line but the markers, and whether it is inside a solution region."""
    inside = False
    for line in cell.source.split("\n"):
        if BEGIN in line or END in line:
            inside = BEGIN in line
        else:
            yield line, inside


def _marks(lines: Iterable[str]) -> set[str]:
    """The marks by which a text is recognised: its long lines, and pairs of lines that are long together."""
    kept = [line for line in lines if len(line) > 3 and not line.startswith(("import", "from"))]
    pairs = {f"{above} {below}" for above, below in pairwise(kept) if len(above + below) >= PAIR}
    return pairs | {line for line in kept if len(line) >= LONG}


def _lines(text: str) -> list[str]:
    """The lines without whitespace, in order, empty ones left out."""
    return [compact for line in text.split("\n") if (compact := "".join(line.split()))]


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def _text(path: Path) -> str:
    """A released file's text; of a notebook, all the strings in it; "" for a file that is no text."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    return "\n".join(_strings(json.loads(text))) if path.suffix == ".ipynb" else text


def _strings(node: Any) -> Iterator[str]:
    """Every string in a notebook; a list of lines as one."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and node and all(isinstance(item, str) for item in node):
        yield "".join(node)
    elif isinstance(node, (list, dict)):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _strings(item)
