"""The bank: enough known submissions for every question, each well-formed, none the reference; malformed ones refused.

`python -m autograder validate` proves that each wrong answer loses what it declares, and each right one nothing.
"""

from __future__ import annotations

import ast
import shutil
from functools import lru_cache
from pathlib import Path

import pytest

from autograder import course
from autograder.course import cells
from autograder.errors import TaskError
from autograder.validation.known_submissions import KnownSubmission, read_submissions

MIN_WRONG = 5
MIN_RIGHT = 2
CALLED_WITH_GRADIENTS = ("masked_loss",)  # train_epoch may call it, and no gradient crosses a stand-in
WITH_BANK = [id for id in course.current().assignment_ids() if course.current().load(id).submissions.is_dir()]


@lru_cache
def bank(id: str) -> tuple[KnownSubmission, ...]:
    """The entries of an assignment, read once."""
    return tuple(read_submissions(id))


@lru_cache
def reference_cells(id: str) -> dict[str, str]:
    """The text of each solution cell in the reference."""
    return {cell.grade_id: cell.source for cell in cells.read(course.current().load(id).source) if cell.solution}


def of_kind(kind: str) -> list[object]:
    """(assignment, entry) of every entry of a kind, as parameters."""
    pairs = [(id, entry) for id in WITH_BANK for entry in bank(id) if entry.kind == kind]
    return [pytest.param(id, entry, id=f"{id}-{entry.name}") for id, entry in pairs]


def code(text: str) -> str:
    """The code of a text: its syntax tree without docstrings, comments and layout."""
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
    titles = [(entry.question, entry.title) for entry in bank(id)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(("id", "entry"), of_kind("wrong"))
def test_a_wrong_answer_differs_from_the_reference(id: str, entry: KnownSubmission) -> None:
    assert any(code(text) != code(reference_cells(id)[cell]) for cell, text in entry.answers.items())
    allowed = entry.needs_training or entry.question in CALLED_WITH_GRADIENTS
    assert not entry.also or allowed, "only a training question may take another one along"


@pytest.mark.parametrize(("id", "entry"), of_kind("wrong"))
def test_a_wrong_answer_fills_the_cell_of_its_question(id: str, entry: KnownSubmission) -> None:
    cells = course.current().load(id).question(entry.question).cells
    assert not cells or set(cells) & set(entry.answers)


@pytest.mark.parametrize(("id", "entry"), [*of_kind("wrong"), *of_kind("right")])
def test_every_answer_stands_alone(id: str, entry: KnownSubmission) -> None:
    for cell, text in entry.answers.items():
        assert cell in reference_cells(id)
        defined = [getattr(node, "name", "") for node in ast.parse(text).body]
        assert defined[-1] == cell


@pytest.mark.parametrize("id", WITH_BANK)
def test_no_two_entries_are_the_same_answer_to_the_same_question(id: str) -> None:
    answers = [(entry.question, *(code(text) for text in entry.answers.values())) for entry in bank(id)]
    assert len(set(answers)) == len(answers)


@pytest.mark.parametrize(("id", "entry"), of_kind("wrong"))
def test_the_line_of_a_wrong_answer_is_that_of_its_name(id: str, entry: KnownSubmission) -> None:
    name = entry.name.removeprefix(f"{entry.question}__")
    assert entry.path.read_text().splitlines()[entry.line - 1] == f'name = "{name}"'


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


DOUBLED = "[[mistake]]\nname = \"doubled\"\nsays = \"doubled\"\nold = 'return x'\nnew = 'return 2 * x'\n"
PLUS = '"""keeps all: plus nothing"""\n\n# about it\ndef first(x):\n    return x + 0\n'


@pytest.fixture
def submissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of known submissions of a course of one assignment with two questions; one accepted/plus.py."""
    script = tmp_path / "solutions" / "01_small" / "small.py"
    script.parent.mkdir(parents=True)
    script.write_text(SOURCE)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    folder = script.parent / "submissions"
    for name in ("accepted", "wrong_answer"):
        (folder / name).mkdir(parents=True)
    (folder / "accepted" / "plus.py").write_text(PLUS)
    return folder


def wrong(submissions: Path, text: str, question: str = "first") -> list[KnownSubmission]:
    """The wrong answers made from a file of mistakes."""
    (submissions / "wrong_answer" / f"{question}.toml").write_text(text)
    return [entry for entry in read_submissions("01_small") if entry.kind == "wrong"]


def test_a_mistake_is_an_edit_of_the_reference(submissions: Path) -> None:
    (entry,) = wrong(submissions, DOUBLED)
    assert (entry.name, entry.question, entry.title) == ("first__doubled", "first", "doubled")
    assert (entry.reason, entry.feedback, entry.also, entry.line) == ("wrong", "", (), 2)
    assert entry.answers == {"first": "def first(x):\n    return 2 * x"}
    assert entry.path == submissions / "wrong_answer" / "first.toml"
    assert not entry.needs_training


def test_a_mistake_is_an_edit_of_an_accepted_answer(submissions: Path) -> None:
    text = DOUBLED.replace("old = 'return x'", "base = \"plus\"\nold = 'return x'")
    (entry,) = wrong(submissions, text)
    assert entry.answers == {"first": "# about it\ndef first(x):\n    return 2 * x + 0"}


def test_a_mistake_undone_is_its_base(submissions: Path) -> None:
    """Thus each base, a right answer, is also graded as an entry of its own that must lose nothing."""
    (made,) = wrong(submissions, DOUBLED.replace("old = 'return x'", "base = \"plus\"\nold = 'return x'"))
    (base,) = [entry for entry in read_submissions("01_small") if entry.kind == "right"]
    assert (base.name, base.title, base.reason, base.losses) == ("plus", "plus nothing", "correct", frozenset())
    assert {cell: text.replace("2 * x", "x") for cell, text in made.answers.items()} == base.answers


def test_edits_are_made_in_turn(submissions: Path) -> None:
    steps = [("return x", "return 2 * x"), ("2 * x", "2 * x - 1")]
    edits = "".join(f"\n[[mistake.edit]]\nold = '{old}'\nnew = '{new}'\n" for old, new in steps)
    (entry,) = wrong(submissions, '[[mistake]]\nname = "less"\nsays = "one less"\n' + edits)
    assert entry.answers["first"].endswith("return 2 * x - 1")


def test_whole_lines_are_replaced_up_to_the_last(submissions: Path) -> None:
    lines = "old = '''\n    return x\n'''\nnew = '''\n    y = x\n    return 2 * y\n'''\n"
    (entry,) = wrong(submissions, DOUBLED.partition("old")[0] + lines)
    assert entry.answers == {"first": "def first(x):\n    y = x\n    return 2 * y"}


def test_the_other_fields_of_an_entry(submissions: Path) -> None:
    more = 'cells = ["first", "Second"]\nalso = ["second"]\nreason = "timeout"\nfeedback = "too late"\nold'
    (entry,) = wrong(submissions, DOUBLED.replace("\nold", f"\n{more}"))
    assert (entry.reason, entry.feedback, entry.losses) == ("timeout", "too late", {"first", "second"})
    assert list(entry.answers) == ["first", "Second"]


def test_a_text_is_in_place_of_edits(submissions: Path) -> None:
    text = "import math\n\ndef half(x):\n    return x / 2\n\n\ndef first(x):\n    return half(x)\n\n\n"
    text += "# of 3\nTHREE = 3\nclass Second:\n    def value(self):\n        return THREE\n"
    (entry,) = wrong(submissions, f"[[mistake]]\nname = \"both\"\nsays = \"both\"\ntext = '''\n{text}'''\n", "second")
    assert entry.answers["first"].startswith("import math")
    assert entry.answers["first"].endswith("return half(x)")
    assert entry.answers["Second"].startswith("# of 3\nTHREE = 3\nclass Second")


def test_entries_come_in_the_order_of_the_questions_and_names(submissions: Path) -> None:
    wrong(submissions, "[[mistake]]\nname = \"three\"\nsays = \"3\"\nold = 'return 2'\nnew = 'return 3'\n", "second")
    wrong(submissions, DOUBLED + DOUBLED.replace("doubled", "by_two"))
    assert [entry.name for entry in read_submissions("01_small")] == [
        "first__by_two",
        "first__doubled",
        "second__three",
        "plus",
    ]


EDIT = "\n[[mistake.edit]]\nold = 'a'\n"
MALFORMED = {
    "syntax": (DOUBLED.replace('says = "', "says = "), "first.toml:3: Invalid value"),
    "cut off": ("[[mistake]]\nname = 'x", "first.toml:2: "),
    "empty": ("# none yet\n", r"first.toml:1: there is no \[\[mistake\]\] in it"),
    "no table": ("mistake = 3\n", r"first.toml:1: there is no \[\[mistake\]\] in it"),
    "tables of something": ("mistake = [3]\n", r"first.toml:1: a mistake is a \[\[mistake\]\] table"),
    "unknown key of the file": (f"{DOUBLED}\n[note]\nby = 'me'\n", r"first.toml:7: unknown key 'note'; a file holds"),
    "unknown key": (
        DOUBLED + "base_of = 'plus'\n",
        "first.toml:2: unknown key 'base_of'; known are also, base, cells, edit",
    ),
    "no name": (DOUBLED.replace('name = "doubled"\n', ""), 'first.toml:1: a mistake needs name = "..."'),
    "no title": (DOUBLED.replace('says = "doubled"', 'says = ""'), 'first.toml:2: a mistake needs says = "..."'),
    "no identifier": (
        DOUBLED.replace('name = "doubled"', 'name = "by 2"'),
        "first.toml:2: the name 'by 2' is not an ident",
    ),
    "twice": (f"{DOUBLED}\n{DOUBLED}", "first.toml:8: doubled is there twice"),
    "number for a name": (DOUBLED.replace('name = "doubled"', "name = 2"), "first.toml:2: name must be a string"),
    "word for a list": (DOUBLED + "also = 'second'\n", "first.toml:2: also must be a list of names"),
    "unknown reason": (
        DOUBLED + "reason = 'correct'\n",
        "first.toml:2: unknown reason 'correct'; known are wrong, missing",
    ),
    "unknown base": (DOUBLED + "base = 'minus'\n", r"first.toml:2: doubled: there is no accepted/minus.py"),
    "unknown cell": (DOUBLED + "cells = ['Third']\n", "first.toml:2: doubled: the reference does not fill Third"),
    "cell not in the base": (
        DOUBLED + "base = 'plus'\ncells = ['Second']\n",
        "first.toml:2: doubled: plus does not fill Second",
    ),
    "unknown question": (DOUBLED + "also = ['third']\n", "first.toml:2: doubled: 01_small has no question 'third'"),
    "old is not there": (
        DOUBLED.replace("old = 'return x'", "old = 'return y'"),
        "first.toml:2: doubled: old is not in the base, it must be there once: return y",
    ),
    "old is there twice": (
        DOUBLED.replace("old = 'return x'", "old = 'x'"),
        "first.toml:2: doubled: old is 2 times in the base, it must be there once: x",
    ),
    "old is empty": (
        DOUBLED.replace("old = 'return x'", "old = ''"),
        "first.toml:2: an edit replaces some text by another",
    ),
    "new is old": (DOUBLED.replace("2 * x", "x"), "first.toml:2: an edit replaces some text by another"),
    "no new": (DOUBLED.partition("new")[0], "first.toml:2: an edit has old and new, and nothing else"),
    "edit without new": (DOUBLED + EDIT, "first.toml:2: an edit has old and new, and nothing else"),
    "edit that is no table": (DOUBLED + "edit = 3\n", r"first.toml:2: edits are \[\[mistake.edit\]\] tables"),
    "no edit": (DOUBLED.partition("old")[0], "first.toml:2: a mistake has edits"),
    "text that is empty": (DOUBLED.partition("old")[0] + "text = ''\n", "first.toml:2: a mistake has edits"),
    "edits that leave no Python": (
        DOUBLED.replace("2 * x", "2 *"),
        "first.toml:2: doubled: invalid syntax",
    ),
    "edits that take the name away": (
        DOUBLED.replace("'return x'", "'def first(x)'").replace("return 2 * x", "def other(x)"),
        "first.toml:2: doubled: after its edits the text of first does not end with first",
    ),
    "edit and text": (DOUBLED + "text = 'def first(x):'\n", "first.toml:2: a mistake has edits"),
    "text of a base": (
        DOUBLED.partition("old")[0] + "base = 'plus'\ntext = 'def first(x):'\n",
        "first.toml:2: a mistake has edits",
    ),
    "text that is no Python": (
        DOUBLED.partition("old")[0] + "text = 'def first(x)'\n",
        "first.toml:2: doubled: expected ':'",
    ),
    "text of no cell": (
        DOUBLED.partition("old")[0] + "text = 'def other(x): return x'\n",
        "first.toml:2: doubled: it defines none of first, Second",
    ),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_file_of_mistakes_is_refused(submissions: Path, fault: str) -> None:
    text, message = MALFORMED[fault]
    with pytest.raises(TaskError, match=f"^solutions/01_small/submissions/wrong_answer/{message}"):
        wrong(submissions, text)


@pytest.mark.parametrize(("name", "line"), [("wrong_answer/first.toml", 6), ("accepted/plus.py", 6)])
def test_a_file_that_is_not_utf_8_is_refused(submissions: Path, name: str, line: int) -> None:
    text = DOUBLED if name.endswith("toml") else PLUS
    (submissions / name).write_bytes(text.encode() + "# é\n".encode("latin-1"))
    with pytest.raises(TaskError, match=f"^solutions/01_small/submissions/{name}:{line}: it is not UTF-8"):
        read_submissions("01_small")


def test_a_file_named_after_no_question_is_refused(submissions: Path) -> None:
    with pytest.raises(
        TaskError, match=r"wrong_answer/third.toml:1: 01_small has no question 'third'; it has first, se"
    ):
        wrong(submissions, DOUBLED, "third")


def test_a_mistake_whose_question_has_no_cell_must_say_which_it_fills(submissions: Path) -> None:
    (submissions / "accepted" / "two.py").write_text(PLUS.replace("def first(x)", "def Second()"))
    text = DOUBLED.replace("old = 'return x'", "base = \"plus\"\nold = 'return x'")
    with pytest.raises(TaskError, match=r"second.toml:2: doubled: say which cells it fills: plus has none of second"):
        wrong(submissions, text, "second")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLUS.replace("keeps all: ", ""), "x.py:1: its docstring must be one line, `keeps all: "),
        (PLUS.replace("nothing", "nothing\nand more"), "x.py:1: its docstring must be one line, `keeps all: "),
        ("", "x.py:1: its docstring must be one line, `keeps all: "),
        (PLUS.replace("def first", "def other"), "x.py:1: it defines none of first, Second"),
        (PLUS + PLUS.partition("\n")[2], "x.py:1: first is there twice"),
        (PLUS + "\nprint(first(1))\n", "x.py:1: after the last answer there is text that belongs to no cell: line 6"),
        (PLUS.replace("return x", "return x)"), "x.py:5: unmatched '\\)'"),
    ],
)
def test_a_malformed_right_answer_is_refused(submissions: Path, text: str, message: str) -> None:
    (submissions / "accepted" / "x.py").write_text(text)
    with pytest.raises(TaskError, match=f"^solutions/01_small/submissions/accepted/{message}"):
        read_submissions("01_small")


@pytest.mark.parametrize("name", ["accepted/plus.txt", "wrong_answer/first__doubled.py"])
def test_a_file_of_another_kind_is_refused(submissions: Path, name: str) -> None:
    (submissions / name).write_text(DOUBLED)
    with pytest.raises(
        TaskError, match=f"^solutions/01_small/submissions/{name}:1: only files that end in .* belong here"
    ):
        read_submissions("01_small")


def test_an_assignment_may_have_no_known_submission(submissions: Path) -> None:
    shutil.rmtree(submissions)
    assert read_submissions("01_small") == []


def test_comments_and_docstrings_make_no_difference() -> None:
    assert code('def f(x):\n    """Twice."""\n    return 2 * x  # twice') == code("def f(x):\n    return 2*x")
    assert code("def f(x):\n    return 2 * x") != code("def f(x):\n    return 3 * x")
