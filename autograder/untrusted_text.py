"""Untrusted text made safe to print, so that nobody can take it for the grader's own words.

Students choose the names of exception classes, the texts of exceptions, and the names of files and keys. Line ends in
them would add lines to a report; characters that control a terminal, reverse the writing direction or have no width
would hide some.
"""

from __future__ import annotations

LIMIT = 120  # characters of an exception's text: enough to recognise it, too few to hand out the hidden inputs
NAME_LIMIT = 60


def untrusted_text(text: str, limit: int = LIMIT) -> str:
    """The text in quotation marks: one line of printable ASCII, at most `limit` long, the rest as Python's escapes."""
    line = "".join(map(_in_ascii, " ".join(text[: 4 * limit].split()))).replace('"', "'")
    return f'"{cut(line, limit)}"'


def untrusted_name(name: str) -> str:
    """The name unchanged if it is a valid Python name in ASCII of at most NAME_LIMIT characters; else quoted."""
    plain = name.isascii() and len(name) <= NAME_LIMIT and all(part.isidentifier() for part in name.split("."))
    return name if plain else untrusted_text(name, NAME_LIMIT)


def untrusted_error(name: str, text: str) -> str:
    """A student's exception in words: the name of its class and its text, if any, in quotation marks."""
    return ": ".join([untrusted_name(name), *([untrusted_text(text)] if text.strip() else [])])


def printable(text: str, instead: str = "", kept: str = "") -> str:
    """The text with every whitespace character as a blank, and `instead` for each unprintable character.

    kept   control characters that stay
    """
    return "".join(
        character if character.isprintable() or character in kept else " " if character.isspace() else instead
        for character in text
    )


def one_line(text: str, limit: int = 120) -> str:
    """The text in one line of at most `limit` characters; letters of every script stay, unprintable ones are marked."""
    return cut(" ".join(printable(text[: 4 * limit], "\N{REPLACEMENT CHARACTER}").split()), limit)


def cut(line: str, limit: int) -> str:
    """A line of at most `limit` characters; three dots stand for the rest."""
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def _in_ascii(character: str) -> str:
    return character if " " <= character <= "~" else character.encode("unicode_escape").decode()
