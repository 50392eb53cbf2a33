"""Text from outside (student ids, feedback, outputs) made fit to show: printable, bounded, one encoding.

Escaping for HTML is the templates' work (autoescape). This module removes characters that no medium should get: control
and escape characters that would drive a terminal, marks that turn the reading direction or take no room, halves of
characters that cannot be encoded.
"""

from __future__ import annotations

from rich.text import Text

from autograder.untrusted_text import printable

LINE_LIMIT = 200

_KEPT_CONTROLS = "\n\t"
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def clean(text: str, limit: int = 20_000) -> str:
    """The text without control characters, at most `limit` characters and a note saying how many were left out."""
    shown = text[:limit]
    left_out = len(text) - len(shown)
    lines = (Text.from_ansi(_last_overwrite(line)).plain for line in shown.split("\n"))
    cleaned = printable("\n".join(lines).translate(_HALVES), kept=_KEPT_CONTROLS)
    return cleaned if left_out <= 0 else f"{cleaned}\n[... {left_out:,} more characters are not shown]"


def first_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The first line that is not empty, cleaned and at most `limit` characters; "" if there is none."""
    lines = (" ".join(line.split()) for line in clean(text).splitlines())
    line = next(filter(None, lines), "")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def no_formula(text: str) -> str:
    """Text in one line that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe."""
    flat = " ".join(clean(text).split())
    return f"'{flat}" if flat.startswith(_FORMULA_STARTS) else flat


def points(value: float) -> str:
    """Points as people write them: 8, 4.5, 2.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _last_overwrite(line: str) -> str:
    """The part of a line that a terminal shows in the end if it returned to its start, as progress bars do."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]
