"""load_pairs: files of sentences as learners download them, and one message for each thing that can be wrong."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from everything_given import everything_given

AUTHORS = "CC-BY 2.0 (France) Attribution: tatoeba.org #1 (A) & #2 (B)"


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """All that is handed out."""
    return everything_given("06_bidirectional_lstm")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "fra.txt"


@pytest.mark.parametrize(("content", "pairs"), [
    ("Go.\tVa !\n", [("Go.", "Va !")]),
    ("Go.\tVa !", [("Go.", "Va !")]),
    ("Go.\tVa !\r\nHi.\tSalut.\r\n", [("Go.", "Va !"), ("Hi.", "Salut.")]),
    ("\ufeffGo.\tVa\u202f!\n", [("Go.", "Va !")]),
    ("Go.\tVa\u00a0!\nGo.\tVa\u00a0!\n", [("Go.", "Va !")] * 2),
    ("  It  is. \t C'est\u2009e\u0301gal. \n", [("It is.", "C'est \u00e9gal.")]),
    ("one\u2028two\tun\x0bdeux\n", [("one two", "un deux")]),
    ("월요일\t月曜日\n", [("월요일", "月曜日")]),
], ids=range(8))  # fmt: skip
def test_pairs_are_read(given, path, content, pairs):
    path.write_bytes(content.encode())
    assert given.load_pairs(path) == pairs
    assert given.load_pairs(str(path)) == pairs
    assert {type(pair) for pair in given.load_pairs(path)} == {tuple}


def test_extra_columns_are_left_out_if_asked(given, path):
    path.write_text(f"Go.\tVa !\t{AUTHORS}\nHi.\tSalut.\nRun!\tCours !\t\t\n", encoding="utf-8")
    assert given.load_pairs(path, extra_columns=True) == [("Go.", "Va !"), ("Hi.", "Salut."), ("Run!", "Cours !")]


GOOD = b"Go.\tVa !\n"
COLUMNS = "not 2: a sentence, a tab, its translation"
MORE = "; extra_columns=True leaves out those after the second"
BAD = {
    "attribution": (GOOD + f"Hi.\tSalut.\t{AUTHORS}\n".encode(), f", line 2 has 3 columns, {COLUMNS}{MORE}"),
    "no tab": (GOOD * 2 + b"Hi. Salut.\n", f", line 3 has 1 column, {COLUMNS}"),
    "blank line": (GOOD + b"\n" + GOOD, f", line 2 has 1 column, {COLUMNS}"),
    "four columns": (b"1\tGo.\t2\tVa !\n", f", line 1 has 4 columns, {COLUMNS}{MORE}"),
    "no sentence": (GOOD + b"\tSalut.\n", ", line 2 has no sentence"),
    "blank sentence": (b"\xc2\xa0 \tSalut.\n", ", line 1 has no sentence"),
    "no translation": (GOOD + b"Hi.\t\r\n", ", line 2 has no translation"),
    "latin-1": (GOOD + "Ete\tÉté\n".encode("latin-1"), ", line 2 is not UTF-8 text (invalid continuation byte)"),
    "utf-16": ("Go.\tVa\n".encode("utf-16"), ", line 1 is not UTF-8 text (invalid start byte): save the file as UTF-8"),
    "utf-16 without a mark": ("Go.\tVa\n".encode("utf-16-le"), ", line 1 is not UTF-8 text (it has a zero byte)"),
    "huge line": (GOOD + b"a" * 5000 + b"\t" + b"b" * 5000 + b"\n", ", line 2 has more than 10,000 bytes"),
    "no line ends": (b"x" * 10**6, ", line 1 has more than 10,000 bytes: is this a file of sentences?"),
    "old line ends": (b"Go.\tVa !\rHi.\tSalut.\r", f", line 1 has 3 columns, {COLUMNS}{MORE}"),
    "empty": (b"", " is empty: wanted a sentence, a tab and its translation on each line"),
    "only a mark": (b"\xef\xbb\xbf", " is empty: wanted a sentence, a tab and its translation on each line"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_one_message_with_file_and_line(given, path, content, message):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}{message}')}") as caught:
        given.load_pairs(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("problem", ["no tab", "no sentence", "no translation", "latin-1", "huge line", "empty"])
def test_extra_columns_excuse_nothing_else(given, path, problem):
    content, message = BAD[problem]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}{message}')}"):
        given.load_pairs(path, extra_columns=True)


def test_a_line_of_the_greatest_length_is_read(given, path):
    for end in (b"", b"\n", b"\r\n"):
        path.write_bytes(b"a" * 4999 + b"\t" + b"b" * 5000 + end)
        assert given.load_pairs(path) == [("a" * 4999, "b" * 5000)]


def test_a_file_that_is_not_there_is_a_message_too(given, path):
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} cannot be read: No such file or directory$"):
        given.load_pairs(path)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path.parent))} cannot be read: Is a directory$"):
        given.load_pairs(path.parent)
