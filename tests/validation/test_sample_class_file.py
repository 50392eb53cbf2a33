"""sample_class.toml: its students, and one message with file and line for what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiny_course import ID, tiny_course

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.errors import TaskError
from autograder.validation import sample_class
from autograder.validation.misbehaviour import with_lines
from autograder.validation.sample_class_file import NAME, read

ONE = '[[student]]\nname = "ash"\ndescription = "right"\n'
BAD = {
    "not TOML": ("[[student\n", "1: not TOML: Expected ']]' at the end of an array declaration"),
    "an unknown key": (ONE + "\n[klass]\n", "5: unknown key 'klass'"),
    "no student": ('short = ["ash"]\n', "1: there is no [[student]] in it"),
    "students that are no tables": ("student = [1]\n", "1: a student is a [[student]] table"),
    "an unknown key of a student": (
        ONE + 'hands = "in"\n',
        "1: unknown key 'hands'; known are name, description, hands_in",
    ),
    "a number for a text": ("[[student]]\nname = 3\n", "1: name is a text that is not empty"),
    "a student without a name": (ONE + '\n[[student]]\ndescription = "right"\n', '5: a student needs name = "..."'),
    "a path for a name": ('[[student]]\nname = "../ash"\n', '1: a student needs name = "..."'),
    "a student without a description": ('[[student]]\nname = "ash"\n', "1: ash needs a description"),
    "a name twice": (ONE + "\n" + ONE, "1: ash is there 2 times"),
    "an unknown reason": (ONE + 'loses = { double = "silly" }\n', "1: loses is a table of questions and reasons"),
    "an unknown damage": (ONE + 'damage = "burnt"\n', "1: damage is 'cut_off' or 'doubled_cells', not 'burnt'"),
    "lines without a function": (ONE + 'insert = "x = 1"\n', "1: cell, function, insert go together"),
    "lines into a known submission": (
        ONE + 'hands_in = "double__plus_two"\ncell = "double"\nfunction = "double"\ninsert = "x = 1"\n',
        "1: lines are inserted into the reference only",
    ),
    "a stranger in the short class": ('short = ["elm"]\n' + ONE, "1: short: there is no student 'elm'"),
    "a strange reader": ('reader = "elm"\n' + ONE, "1: reader: there is no student 'elm'"),
    "a reader outside the short class": (
        'short = ["ash"]\nreader = "elm"\n' + ONE + '[[student]]\nname = "elm"\ndescription = "right"\n',
        "2: the reader elm is not of the short class",
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small course."""
    return tiny_course(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of its assignment in solutions/, without a sample class."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    folder = root / "solutions" / ID
    (folder / NAME).unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize("kind", BAD)
def test_a_malformed_file_gets_a_message_with_its_line(folder: Path, kind: str) -> None:
    text, message = BAD[kind]
    (folder / NAME).write_text(text)
    with pytest.raises(TaskError, match=re.escape(NAME)) as problem:
        read(folder)
    assert str(problem.value).startswith(f"solutions/{ID}/{NAME}:{message}")


def test_another_encoding_is_refused(folder: Path) -> None:
    (folder / NAME).write_bytes(ONE.replace("right", "ri\xe4ght").encode("latin-1"))
    with pytest.raises(TaskError, match=r"sample_class\.toml:1: not UTF-8 text: invalid continuation byte"):
        read(folder)


def test_a_course_without_a_sample_class_is_told_so(folder: Path) -> None:
    with pytest.raises(TaskError, match=r"no assignment of this course has a sample_class\.toml"):
        sample_class.samples()


def test_the_short_class_is_everybody_if_nothing_is_stated(folder: Path) -> None:
    (folder / NAME).write_text(ONE)
    read_back = read(folder)
    assert (read_back.short, read_back.reader) == (("ash",), "ash")
    assert [one.student for one in sample_class.short_class()] == ["ash"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('hands_in = "double__unknown"', "the sample class needs double__unknown, which is not among the known"),
        ('cell = "triple"\nfunction = "triple"\ninsert = "x = 1"', "there is no solution cell triple"),
        ('cell = "double"\nfunction = "triple"\ninsert = "x = 1"', "there is no function triple to insert lines into"),
    ],
)
def test_something_that_the_course_does_not_have_is_named(folder: Path, line: str, message: str) -> None:
    (folder / NAME).write_text(f"{ONE}{line}\n")
    with pytest.raises(TaskError, match=message):
        [one.make() for one in sample_class.one_of_every_kind()]


def test_lines_stand_after_the_docstring(folder: Path) -> None:
    assert course.current().root == folder.parent.parent
    changed = with_lines(reference_answers(ID)["double"], "double", "\ny = 1\nz = 2\n").split("\n")
    place = changed.index("    y = 1")
    assert changed[place - 1].endswith('"""')
    assert changed[place + 1] == "    z = 2"


def test_a_function_without_a_docstring_is_refused() -> None:
    with pytest.raises(TaskError, match="the function double has no docstring to insert lines after"):
        with_lines("def double(x):\n    return 2 * x", "double", "y = 1")
