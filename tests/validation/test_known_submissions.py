"""The bank: enough entries for every question, each of them well-formed, and none that is the reference itself.

That each wrong answer loses what it says, and each right one nothing, is what `python -m autograder validate` proves.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import pytest

from autograder import course
from autograder.course import cells
from autograder.errors import TaskError
from autograder.validation.known_submissions import Entry, entries

MIN_WRONG = 5
MIN_RIGHT = 2
WITH_BANK = [id for id in course.current().assignment_ids() if course.current().load(id).bank.is_dir()]


@lru_cache
def bank(id: str) -> tuple[Entry, ...]:
    """The entries of an assignment, read once."""
    return tuple(entries(id))


@lru_cache
def reference_cells(id: str) -> dict[str, str]:
    """The text of each solution cell in the reference."""
    return {cell.grade_id: cell.source for cell in cells.read(course.current().load(id).source) if cell.solution}


def of_kind(kind: str) -> list[object]:
    """(assignment, entry) of every entry of a kind, as parameters."""
    found = [(id, entry) for id in WITH_BANK for entry in bank(id) if entry.kind == kind]
    return [pytest.param(id, entry, id=f"{id}-{entry.name}") for id, entry in found]


def code(text: str) -> str:
    """What a text does: its syntax tree without docstrings; comments and layout do not count."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize("id", WITH_BANK)
def test_every_question_has_enough_wrong_answers(id: str) -> None:
    lost = [entry.question for entry in bank(id) if entry.kind == "wrong"]
    few = {asked.id for asked in course.current().load(id).questions if lost.count(asked.id) < MIN_WRONG}
    assert not few


@pytest.mark.parametrize("id", WITH_BANK)
def test_there_are_unusual_right_answers(id: str) -> None:
    assert len([entry for entry in bank(id) if entry.kind == "right"]) >= MIN_RIGHT


@pytest.mark.parametrize("id", WITH_BANK)
def test_titles_say_different_things(id: str) -> None:
    said = [(entry.question, entry.title) for entry in bank(id)]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(("id", "entry"), of_kind("wrong"))
def test_a_wrong_answer_says_what_it_loses_and_differs_from_the_reference(id: str, entry: Entry) -> None:
    assert entry.path.read_text().startswith(f'"""loses {entry.question}: {entry.title}')
    assert not any(code(text) == code(reference_cells(id)[cell]) for cell, text in entry.answers.items())
    assert not entry.also or entry.needs_training, "only a training question may take another one along"


@pytest.mark.parametrize(("id", "entry"), of_kind("wrong"))
def test_a_wrong_answer_fills_the_cell_of_its_question(id: str, entry: Entry) -> None:
    cells = course.current().load(id).question(entry.question).cells
    assert not cells or set(cells) & set(entry.answers)


@pytest.mark.parametrize(("id", "entry"), [*of_kind("wrong"), *of_kind("right")])
def test_every_answer_stands_alone(id: str, entry: Entry) -> None:
    for cell, text in entry.answers.items():
        assert cell in reference_cells(id)
        defined = [getattr(node, "name", "") for node in ast.parse(text).body]
        assert defined[-1] == cell


@pytest.mark.parametrize("id", WITH_BANK)
def test_no_two_entries_are_the_same_answer_to_the_same_question(id: str) -> None:
    said = [(entry.question, *(code(text) for text in entry.answers.values())) for entry in bank(id)]
    assert len(set(said)) == len(said)


GOOD = '"""loses first: doubled"""\n\n# about it\ndef first(x):\n    return 2 * x\n'
CELL = '# %% nbgrader={{"grade": {grade}, "grade_id": "{id}", "locked": {grade}, {rest}, "task": false}}'
SOLUTION = '"schema_version": 3, "solution": true'
CHECK = '"schema_version": 3, "solution": false, "points": 50'
SOURCE = "\n".join([
    "# ---", "# jupyter:", "#   kernelspec:", "#     display_name: Python 3", "#     language: python",
    "#     name: python3", "# ---", "",
    CELL.format(grade="false", id="first", rest=SOLUTION),
    "def first(x):", "    # first: about 1 line", "    ### BEGIN SOLUTION", "    return x", "    ### END SOLUTION", "",
    CELL.format(grade="true", id="first_check", rest=CHECK), "assert first(1) == 1", "",
    CELL.format(grade="false", id="Second", rest=SOLUTION),
    "class Second:", "    def value(self):", "        # second: about 1 line",
    "        ### BEGIN SOLUTION", "        return 2", "        ### END SOLUTION", "",
    CELL.format(grade="true", id="second", rest=CHECK), "assert Second().value() == 2", "",
])  # fmt: skip


@pytest.fixture
def small_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of wrong answers of a course of one assignment with two questions."""
    script = tmp_path / "solutions" / "01_small" / "small.py"
    script.parent.mkdir(parents=True)
    script.write_text(SOURCE)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    wrong = tmp_path / "autograder" / "bank" / "01_small" / "wrong"
    wrong.mkdir(parents=True)
    return wrong


def test_an_entry_is_read(small_bank: Path) -> None:
    (small_bank / "first__doubled.py").write_text(GOOD)
    (entry,) = entries("01_small")
    assert (entry.kind, entry.question, entry.title, entry.also) == ("wrong", "first", "doubled", ())
    assert entry.answers == {"first": "# about it\ndef first(x):\n    return 2 * x"}
    assert not entry.needs_training


def test_what_stands_above_an_answer_belongs_to_its_cell(small_bank: Path) -> None:
    two = '"""loses second: both\nalso loses: first\n"""\n\nimport math\n\ndef half(x):\n    return x / 2\n\n\n'
    two += "def first(x):\n    return half(x)\n\n\n"
    two += "# of 3\nTHREE = 3\nclass Second:\n    def value(self):\n        return THREE\n"
    (small_bank / "second__both.py").write_text(two)
    (entry,) = entries("01_small")
    assert entry.answers["first"].startswith("import math")
    assert entry.answers["first"].endswith("return half(x)")
    assert entry.answers["Second"].startswith("# of 3\nTHREE = 3\nclass Second")
    assert entry.losses == {"first", "second"}


def test_entries_come_in_the_order_of_the_questions(small_bank: Path) -> None:
    right = small_bank.parent / "right"
    right.mkdir()
    (right / "a_plus.py").write_text('"""keeps all: plus nothing"""\n\ndef first(x):\n    return x + 0\n')
    three = '"""loses second: 3"""\n\nclass Second:\n    def value(self):\n        return 3\n'
    (small_bank / "second__three.py").write_text(three)
    (small_bank / "first__doubled.py").write_text(GOOD)
    assert [entry.name for entry in entries("01_small")] == ["first__doubled", "second__three", "a_plus"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("first__x", GOOD.replace("loses first: doubled", "doubled"), "must begin with a line `loses"),
        ("first__x", GOOD.replace("loses first: doubled", "keeps all: doubled"), "must begin with a line `loses"),
        ("first__x", GOOD.replace("loses first: doubled", "loses first:"), "must begin with a line `loses"),
        ("third__x", GOOD.replace("loses first", "loses third"), "no question 'third'"),
        ("second__x", GOOD, "does not begin with first__"),
        ("first__x", GOOD.replace("doubled", "doubled\nalso loses: third"), "no question 'third'"),
        ("first__x", GOOD.replace("doubled", "doubled\nand more"), "may have one more"),
        ("first__x", GOOD.replace("def first", "def other"), "defines none of first, Second"),
        ("first__x", GOOD + GOOD.replace('"""loses first: doubled"""', ""), "first is there twice"),
        ("first__x", GOOD + "\nprint(first(1))\n", "belongs to no cell: line"),
        ("first__x", GOOD.replace("return 2 *", "return 2 *)"), "bank entry wrong/first__x.py: "),
        ("first__x", "", "must begin with a line `loses"),
    ],
)
def test_a_malformed_entry_is_refused(small_bank: Path, name: str, text: str, message: str) -> None:
    (small_bank / f"{name}.py").write_text(text)
    with pytest.raises(TaskError, match=message):
        entries("01_small")


def test_a_right_answer_keeps_all(small_bank: Path) -> None:
    right = small_bank.parent / "right"
    right.mkdir()
    (right / "doubled.py").write_text(GOOD)
    with pytest.raises(TaskError, match="must be one line, `keeps all"):
        entries("01_small")


def test_comments_and_docstrings_make_no_difference() -> None:
    assert code('def f(x):\n    """Twice."""\n    return 2 * x  # twice') == code("def f(x):\n    return 2*x")
    assert code("def f(x):\n    return 2 * x") != code("def f(x):\n    return 3 * x")
