"""Lines of a TOML file, for messages: tomllib reports them in words, and only for what is not TOML."""

from __future__ import annotations

import re
import tomllib

AT_LINE = re.compile(r" ?\(at line (?P<line>\d+), [^)]*\)")


def problem_and_line(error: tomllib.TOMLDecodeError, text: str) -> tuple[str, int]:
    """The message of an error without its place, and the line; the last line where the file ends too soon."""
    place = AT_LINE.search(str(error))
    return AT_LINE.sub("", str(error)), int(place["line"]) if place else len(text.splitlines()) or 1


def key_line(text: str, key: str) -> int:
    """The line that sets `key`, or begins the table of that name; 1 if there is none."""
    setting = re.search(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, setting.start()) + 1 if setting else 1
