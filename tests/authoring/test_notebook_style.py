"""The style of the course's notebooks. Each rule is a function that lists breaches; a test shows that it finds one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from every_assignment import EVERY, IDS, answer_lines, source_cells

from autograder.course.cells import Cell

MAX_CODE_CELLS_IN_A_ROW = 2
MAX_CODE_LINES = 25
MAX_WORDS = 120
GLOSSARY = ["symbol", "meaning", "shape", "name in code"]
HINT = re.compile(r"<details>\s*<summary>.*?</summary>(?P<text>.*?)</details>", re.DOTALL)
NOT_PROSE = re.compile(r"<details>.*?</details>|\$\$.*?\$\$|```.*?```|^\|[^\n]*$", re.DOTALL | re.MULTILINE)

Rule = Callable[[tuple[Cell, ...]], list[str]]


def name(cell: Cell) -> str:
    return cell.grade_id or repr(cell.source[:40])


def glossary_is_not_first(cells: tuple[Cell, ...]) -> list[str]:
    """The first cell is text with a table of symbols."""
    heads = [head.strip().lower() for line in cells[0].source.split("\n")[:40] for head in line.strip("| ").split("|")]
    complete = cells[0].kind == "markdown" and set(GLOSSARY) <= set(heads)
    return [] if complete else [f"{name(cells[0])} has no table with {GLOSSARY}"]


def too_many_code_cells_in_a_row(cells: tuple[Cell, ...]) -> list[str]:
    """At most two code cells between two texts."""
    row, problems = 0, []
    for cell in cells:
        row = row + 1 if cell.kind == "code" else 0
        if row > MAX_CODE_CELLS_IN_A_ROW:
            problems.append(f"{name(cell)} is code cell {row} in a row")
    return problems


def long_code(cells: tuple[Cell, ...]) -> list[str]:
    """At most 25 lines of code in a cell.

    Docstrings, comments and blank lines do not count: they are what a student reads, not writes. A class that students
    write is one cell, as its grade_id is the class's name; there each method may have 25 lines.
    """
    code = [(cell, piece) for cell in cells if cell.kind == "code" for piece in pieces(cell)]
    return [f"{name(cell)}: {len(lines)} lines" for cell, lines in code if len(lines) > MAX_CODE_LINES]


def pieces(cell: Cell) -> Iterable[list[str]]:
    """The lines of code to be counted together: a method of a class to be written, otherwise the whole cell."""
    lines = cell.source.split("\n")
    tree = ast.parse(cell.source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            string = node.body[0]
            lines[string.lineno - 1 : string.end_lineno] = [""] * ((string.end_lineno or 0) - string.lineno + 1)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)] if cell.solution else []
    methods = [node for class_node in classes for node in class_node.body if isinstance(node, ast.FunctionDef)]
    for node in methods:
        yield counted(lines[node.lineno - 1 : node.end_lineno])
        lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    yield counted(lines)


def counted(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def long_text(cells: tuple[Cell, ...]) -> list[str]:
    """At most 120 words in a text cell; tables, displayed formulas and folded hints are counted apart or not at all."""
    texts = [(cell, text) for cell in cells if cell.kind == "markdown" for text in prose(cell.source)]
    return [f"{name(cell)}: {words(text)} words" for cell, text in texts if words(text) > MAX_WORDS]


def words(text: str) -> int:
    """The number of words; bullets and other signs that stand alone do not count."""
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def prose(source: str) -> list[str]:
    """The running text of a text cell, and each of its hints."""
    open_text = NOT_PROSE.sub(" ", source)
    return [re.sub(r"<[^>]+>", " ", text) for text in (open_text, *(hint["text"] for hint in HINT.finditer(source)))]


def hints_with_answers(cells: tuple[Cell, ...]) -> list[str]:
    """No folded text holds a line of a solution, however it is spaced."""
    answers = {re.sub(r"\s", "", line) for line in answer_lines(cells)}
    folded = [(cell, hint["text"]) for cell in cells if cell.kind == "markdown" for hint in HINT.finditer(cell.source)]
    return [f"{name(cell)}: {line}" for cell, text in folded for line in answers if line in re.sub(r"\s", "", text)]


def points_not_100(cells: tuple[Cell, ...]) -> list[str]:
    """All points add to 100, and every check cell has some."""
    total = sum(cell.points for cell in cells)
    without = [name(cell) for cell in cells if cell.grade and cell.points <= 0]
    return [*without, *([] if total == 100 else [f"{total:g} points in all"])]


def misused_metadata(cells: tuple[Cell, ...]) -> list[str]:
    """Check cells are locked code that asserts; solution cells are open and ungraded; imports come first."""
    problems = [
        name(cell) for cell in cells if cell.grade and (not cell.locked or cell.solution or cell.kind != "code")
    ]
    problems += [f"{name(cell)} checks nothing" for cell in cells if cell.grade and "assert " not in cell.source]
    problems += [name(cell) for cell in cells if cell.solution and (cell.locked or cell.kind != "code")]
    first = next((cell for cell in cells if cell.kind == "code"), None)
    if first is None or first.grade_id != "imports" or not first.is_support:
        problems.append("the first code cell is not the locked cell `imports`")
    return problems


def repeated_ids(cells: tuple[Cell, ...]) -> list[str]:
    """No two cells share a grade_id."""
    ids = [cell.grade_id for cell in cells if cell.grade_id]
    return sorted({id for id in ids if ids.count(id) > 1})


def misnamed_solutions(cells: tuple[Cell, ...]) -> list[str]:
    """A solution cell defines what it is named after, and nothing else at its top level."""
    problems = []
    for cell in cells:
        if cell.solution:
            tree = ast.parse(cell.source)
            defined = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
            problems += [] if defined == [cell.grade_id] else [f"{cell.grade_id} defines {defined}"]
    return problems


RULES: list[Rule] = [
    glossary_is_not_first, too_many_code_cells_in_a_row, long_code, long_text, hints_with_answers, points_not_100,
    misused_metadata, repeated_ids, misnamed_solutions,
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(("root", "id"), EVERY, ids=IDS)
def test_every_notebook_keeps_to(root, id, rule):
    assert rule(source_cells(root, id)) == []


TEXT = Cell("markdown", "One sentence.")
CODE = Cell("code", "1 + 1")
CHECK = Cell("code", "assert True", grade_id="check", grade=True, locked=True, points=100)
ANSWER = "def f(x):\n    ### BEGIN SOLUTION\n    return np.tanh(x * 0.5)\n    ### END SOLUTION"
SOLUTION = Cell("code", ANSWER, grade_id="f", solution=True)
LONG_METHOD = "class C:\n    def f(self):\n" + "        x = 1\n" * 25
HINT_WITH_ANSWER = Cell("markdown", "<details><summary>Hint</summary>\n\n`return np.tanh(x*0.5)`\n</details>")
LONG_HINT = Cell("markdown", f"<details><summary>Hint</summary>{'word ' * 121}</details>")


@pytest.mark.parametrize(("rule", "cells"), [
    (glossary_is_not_first, (TEXT,)),
    (glossary_is_not_first, (CODE,)),
    (too_many_code_cells_in_a_row, (TEXT, CODE, CODE, CODE)),
    (long_code, (Cell("code", "x = 1\n" * 26),)),
    (long_code, (Cell("code", LONG_METHOD, grade_id="C", solution=True),)),
    (long_text, (Cell("markdown", "word " * 121),)),
    (long_text, (LONG_HINT,)),
    (hints_with_answers, (SOLUTION, HINT_WITH_ANSWER)),
    (points_not_100, (CHECK, CHECK)),
    (points_not_100, (CHECK, replace(CHECK, points=0.0))),
    (misused_metadata, (replace(CHECK, locked=False),)),
    (misused_metadata, (replace(CHECK, source="print(1)"),)),
    (misused_metadata, (replace(SOLUTION, locked=True),)),
    (misused_metadata, (CODE,)),
    (repeated_ids, (CHECK, CHECK)),
    (misnamed_solutions, (replace(SOLUTION, grade_id="g"),)),
], ids=lambda value: getattr(value, "__name__", ""))  # fmt: skip
def test_each_rule_finds_a_breach(rule, cells):
    assert rule(cells)


def test_what_students_read_is_not_counted_as_code():
    docstring = '    """' + "word\n" * 30 + '    """\n'
    assert long_code((Cell("code", f"def f(x):\n{docstring}    return x", grade_id="f", solution=True),)) == []


def test_tables_and_hints_are_not_counted_as_prose():
    table = "| a | b |\n" * 100
    hint = f"<details><summary>Hint</summary>{'word ' * 119}</details>"
    assert long_text((Cell("markdown", f"{'word ' * 119}\n{table}{hint}"),)) == []
