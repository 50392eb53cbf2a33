"""Find the newer Python version that accepts a text which this one rejects.

Each new piece of syntax is rewritten into an older form. If the text can then be parsed, that syntax was the reason
and not a mistake.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.course.parsing import parse
from autograder.restore.syntax import MAGIC, MAX_CHARACTERS

Version = tuple[int, int]
MAX_NESTING = 20  # depth of f-strings within f-strings
BRACKETS = r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]"
GENERIC = re.compile(rf"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)[ \t]*({BRACKETS})", re.MULTILINE)
TYPE = re.compile(rf"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:{BRACKETS})?[ \t]*=(?!=)", re.MULTILINE)
EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)([ \t]*:)", re.MULTILINE)
OPENING = re.compile(r"(?i:\b(?P<prefix>[bruft]{1,2}))?(?P<quote>'''|\"\"\"|'|\")")
PAIRS = {"(": ")", "[": "]", "{": "}"}
SINCE: list[tuple[Version, Callable[[str], str]]] = [
    ((3, 12), lambda text: TYPE.sub(r"\1\2 =", GENERIC.sub(_plain_definition, text))),
    ((3, 12), lambda text: Strings(text, "f").without_formats()),
    ((3, 13), lambda text: GENERIC.sub(r"\1", text)),
    ((3, 14), lambda text: EXCEPT.sub(r"\1(\2)\3", text)),
    ((3, 14), lambda text: Strings(text, "ft").without_formats()),
]


def needed_version(source: str) -> Version | None:
    """The first newer Python that accepts a text which this one rejects; None if none is known."""
    text = MAGIC.sub(r"\1pass", source)
    if len(text) > MAX_CHARACTERS or _is_readable(text):
        return None
    for version, rewrite in SINCE:
        try:
            text = rewrite(text)
        except (ValueError, RecursionError):
            continue
        if _is_readable(text):
            return version if version > sys.version_info[:2] else None
    return None


def _plain_definition(match: re.Match[str]) -> str:
    """A definition without its type parameters, unless these have defaults, a feature of a later version."""
    return match[0] if "=" in match[2] else match[1]


def _is_readable(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


@dataclass
class Strings:
    """A text whose formatted strings, those with one of `kinds` in their prefix, are to be replaced by plain ones.

    Since Python 3.12 their braces may hold any expression, with quotes of the same kind, backslashes and comments.
    Each expression is parsed by itself.
    """

    text: str
    kinds: str
    _written: list[str] = field(default_factory=list)

    def without_formats(self) -> str:
        """The text with a plain string for every formatted one. Raises ValueError if one has no end or cannot be
        parsed."""
        rewritten, end = self._code(0, "", 0)
        return rewritten + self.text[end:]

    def _code(self, place: int, closing: str, depth: int) -> tuple[str, int]:
        """The code from `place` on, rewritten, and its end: before a character of `closing` outside brackets."""
        if depth > MAX_NESTING:
            raise ValueError("formatted strings in one another, too deep to be read")
        parts: list[str] = []
        expected: list[str] = []
        while place < len(self.text):
            character = self.text[place]
            opening = OPENING.match(self.text, place)
            if not expected and self._ends(place, closing):
                return "".join(parts), place
            if opening is not None:
                part, place = self._string(opening, depth)
                parts.append(part)
                continue
            if character == "#":
                end = self.text.find("\n", place)
                place = len(self.text) if end < 0 else end
                continue
            if character in PAIRS:
                expected.append(PAIRS[character])
            elif expected and character == expected[-1]:
                expected.pop()
            parts.append(character)
            place += 1
        if closing:
            raise ValueError("a formatted string has no end")
        return "".join(parts), place

    def _ends(self, place: int, closing: str) -> bool:
        """Whether an expression ends here. `!=` is an operator, and `:=` needs brackets around it."""
        character = self.text[place]
        return bool(closing) and character in closing and self.text[place : place + 2] != "!="

    def _string(self, opening: re.Match[str], depth: int) -> tuple[str, int]:
        """A string, rewritten if it is a formatted one, and the place after it."""
        prefix, quote, place = (opening["prefix"] or "").lower(), opening["quote"], opening.end()
        formatted = bool(set(prefix) & set(self.kinds))
        while not self.text.startswith(quote, place):
            if place >= len(self.text) or (len(quote) == 1 and self.text[place] == "\n"):
                raise ValueError("a string has no end")
            if self.text[place] == "\\":
                named = "r" not in prefix and self.text.startswith("\\N{", place)
                place = self._behind("}", place) if named else place + 2
            elif formatted and self.text[place : place + 2] in ("{{", "}}"):
                place += 2
            elif formatted and self.text[place] == "{":
                place = self._field(place + 1, depth)
            else:
                place += 1
        end = place + len(quote)
        return ('"" ' if formatted else self.text[opening.start() : end]), end

    def _behind(self, character: str, place: int) -> int:
        return self.text.index(character, place) + 1

    def _field(self, place: int, depth: int) -> int:
        """The place after the braces whose content begins at `place`. Raises ValueError if it is no expression."""
        expression, end = self._code(place, "}!:", depth + 1)
        if not _is_readable(f"(\n{expression.rstrip().removesuffix('=')}\n)"):
            raise ValueError("not an expression")
        if self.text[end] == "!":
            end = next(
                index for index in range(end, len(self.text) + 1) if self.text[index : index + 1] in ("}", ":", "")
            )
        while self.text[end : end + 1] != "}":  # the format may have nested fields
            if self.text[end : end + 1] in ("", "\n"):
                raise ValueError("a formatted string has no end")
            end = self._field(end + 1, depth + 1) if self.text[end] == "{" else end + 1
        return end + 1
