"""Mistakes as edits of a right answer: the format of `submissions/wrong_answer/<question>.toml`.

    [[mistake]]
    name = "accumulated"                                # the entry's name is <question>__accumulated
    says = "adds to the gradients of the call before"   # the mistake, in words
    also = ["seq2seq_backward"]                         # optional: questions that it necessarily loses too
    base = "own_lstm"                                   # a file of accepted/; the reference if left out
    cells = ["Encoder"]                                 # optional: the cells to fill, if not those of its question
    reason = "crashed"                                  # optional: the reason in the record, "wrong" if left out
    feedback = "off by a factor"                        # optional: a phrase that the feedback must hold
    old = "dc * f"
    new = "dc"

Each `old` occurs exactly once in the cells to fill. Several edits are tables, applied in order:

    [[mistake.edit]]
    old = '          grad[...] = 0'
    new = ''

An answer with little in common with any right one is given in full as `text`, without base, cells and edits.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.toml_lines import key_line, problem_and_line
from autograder.errors import AutograderError, TaskError
from autograder.result import REASONS

WORDS = ("name", "says", "base", "reason", "feedback", "old", "new", "text")
LISTS = ("also", "cells")
KEYS = frozenset((*WORDS, *LISTS, "edit"))
HEADER = re.compile(r"^[ \t]*\[\[[ \t]*mistake[ \t]*\]\]", re.MULTILINE)
NAME = re.compile(r"^[ \t]*name[ \t]*=", re.MULTILINE)
LOSING = tuple(reason for reason in REASONS if reason not in ("correct", "skipped"))


class Malformed(AutograderError):
    """A malformed file of mistakes; `line` is the place."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class Edit:
    """One replacement."""

    old: str
    new: str


@dataclass(frozen=True)
class Mistake:
    """One wrong answer as written in a file; `line` is that of its name, `title` the value of `says`."""

    name: str
    title: str
    line: int
    base: str = ""
    cells: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    reason: str = "wrong"
    feedback: str = ""
    edits: tuple[Edit, ...] = ()
    text: str = ""


def read(text: str) -> list[Mistake]:
    """The mistakes of one file, in its order. Raises Malformed."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(*problem_and_line(error, text)) from None
    tables = content.pop("mistake", [])
    if content:
        raise Malformed(f"unknown key {min(content)!r}; a file holds [[mistake]] tables", key_line(text, min(content)))
    if not isinstance(tables, list) or not tables:
        raise Malformed("there is no [[mistake]] in it", 1)
    lines, names = _lines(text, len(tables)), set[str]()
    mistakes = [_mistake(table, line) for table, line in zip(tables, lines, strict=True)]
    for mistake in mistakes:
        if mistake.name in names:
            raise Malformed(f"{mistake.name} is there twice", mistake.line)
        names.add(mistake.name)
    return mistakes


def edited(answers: Mapping[str, str], edits: Sequence[Edit]) -> dict[str, str]:
    """The texts after the edits, applied in order. Raises TaskError for an `old` that does not occur exactly once."""
    texts = {cell: f"{text}\n" for cell, text in answers.items()}
    for edit in edits:
        count = sum(text.count(edit.old) for text in texts.values())
        if count != 1:
            times = "not" if not count else f"{count} times"
            raise TaskError(f"old is {times} in the base, it must be there once: {_short(edit.old)}")
        texts = {cell: text.replace(edit.old, edit.new) for cell, text in texts.items()}
    return {cell: text.strip("\n") for cell, text in texts.items()}


def _mistake(table: Any, line: int) -> Mistake:
    """One table as a Mistake. Raises Malformed."""
    if not isinstance(table, dict):
        raise Malformed("a mistake is a [[mistake]] table", line)
    if unknown := sorted(table.keys() - KEYS):
        raise Malformed(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(KEYS))}", line)
    words = {key: _word(table, key, line) for key in WORDS if key in table}
    lists = {key: _names(table, key, line) for key in LISTS if key in table}
    for key in ("name", "says"):
        if not words.get(key):
            raise Malformed(f'a mistake needs {key} = "..."', line)
    if not words["name"].isidentifier():
        raise Malformed(f"the name {words['name']!r} is not an identifier", line)
    if words.get("reason", "wrong") not in LOSING:
        raise Malformed(f"unknown reason {words['reason']!r}; known are {', '.join(LOSING)}", line)
    edits = _edits(table, words, line)
    text = words.get("text", "")
    if bool(text) == bool(edits) or (text and table.keys() & {"base", "cells"}):
        raise Malformed("a mistake has edits (old and new) of a base, or a text of its own", line)
    return Mistake(
        words["name"], words["says"], line, words.get("base", ""), lists.get("cells", ()), lists.get("also", ()),
        words.get("reason", "wrong"), words.get("feedback", ""), edits, text,
    )  # fmt: skip


def _edits(table: dict[str, Any], words: Mapping[str, str], line: int) -> tuple[Edit, ...]:
    """The edits of a mistake: the one beside its name, then those in tables. Raises Malformed."""
    tables = table.get("edit", [])
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        raise Malformed("edits are [[mistake.edit]] tables", line)
    if words.keys() & {"old", "new"}:
        tables = [{key: words[key] for key in ("old", "new") if key in words}, *tables]
    for item in tables:
        if item.keys() != {"old", "new"}:
            raise Malformed("an edit has old and new, and nothing else", line)
        if not _word(item, "old", line) or item["old"] == _word(item, "new", line):
            raise Malformed("an edit replaces some text by another", line)
    return tuple(Edit(item["old"], item["new"]) for item in tables)


def _word(table: Mapping[str, Any], key: str, line: int) -> str:
    if not isinstance(table[key], str):
        raise Malformed(f"{key} must be a string", line)
    return str(table[key])


def _names(table: Mapping[str, Any], key: str, line: int) -> tuple[str, ...]:
    names = table[key]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Malformed(f"{key} must be a list of names", line)
    return tuple(names)


def _lines(text: str, count: int) -> list[int]:
    """The line of each mistake's name, or of its header; tomllib does not report lines."""
    begins = [header.start() for header in HEADER.finditer(text)]
    if len(begins) != count:
        return [1] * count
    pieces = zip(begins, [*begins[1:], len(text)], strict=True)
    names = [NAME.search(text, begin, end) for begin, end in pieces]
    places = [name.start() if name else begin for name, begin in zip(names, begins, strict=True)]
    return [text.count("\n", 0, place) + 1 for place in places]


def _short(text: str) -> str:
    """The first non-blank line of a text."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:80] if lines else repr(text)
