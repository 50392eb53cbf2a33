"""Explain in one sentence why a file cannot be read as a notebook, and what to do about it."""

from __future__ import annotations

import json
import re

HAND_IN = "hand in the .ipynb file that Jupyter saved"
INCOMPLETE = (
    "the file is not a complete notebook: it ends in the middle, as after an incomplete upload; ask for it again"
)
WEB_PAGE = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype|html|head|body|svg)\b", re.I | re.S
)
BEGINNINGS = [
    (b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip archive"), (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "an archive (gzip)"), (b"Rar!", "an archive (RAR)"), (b"7z\xbc\xaf", "an archive (7z)"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an Office document"), (b"{\\rtf", "a text document (RTF)"), (b"SQLite format", "a database"),
    (b"version https://git-lfs", "a pointer of Git LFS and not what it points to"),
]  # fmt: skip
CONFLICT = re.compile(rb"^<{7}(?: .*)?\r?$", re.MULTILINE)
GRADE_ID = re.compile(rb'"grade_id": ?"(\w+)"')
NO_CONTROLS = {ord(control): None for control in "\t\r\n\f"}
NEAR = 8  # characters before the end of a file that is cut off in an escape such as \u00e4


def why_unreadable(data: bytes, error: Exception) -> str:
    """The reason why these bytes are not a notebook's JSON, and the remedy.

    error  the exception raised by the JSON parser: ValueError (also for bytes that are not UTF-8) or RecursionError
    """
    start = data[:2000].removeprefix(b"\xef\xbb\xbf")
    known = next((kind for beginning, kind in BEGINNINGS if start.startswith(beginning)), "")
    if WEB_PAGE.match(start):
        return "the file is a web page, not a notebook: download the raw file, and hand that in"
    if "archive" in known:
        return f"the file is {known}, not a notebook: unpack it, and hand in the .ipynb file that is in it"
    if known:
        return f"the file is {known}, not a notebook: {HAND_IN}"
    if not data.strip(b"\0 \t\r\n"):
        return "the file holds nothing but zeros, as after an upload that failed; ask for it again"
    if isinstance(error, UnicodeDecodeError):
        return _not_in_utf_8(error)
    conflict = _conflict(data)
    if conflict:
        return f"the file is not a complete notebook: {conflict}"
    if isinstance(error, json.JSONDecodeError):
        return _not_json(error)
    return f"the file is not a complete notebook: {str(error)[:100]}"


def _not_in_utf_8(error: UnicodeDecodeError) -> str:
    if error.reason == "unexpected end of data":
        return INCOMPLETE
    encoding = "" if error.encoding == "utf-8" else f" ({error.encoding} was tried)"
    return f"the file is not in UTF-8, as notebooks are{encoding}: save it again in UTF-8, or {HAND_IN}"


def _not_json(error: json.JSONDecodeError) -> str:
    if not error.doc.lstrip().startswith(("{", "[")):
        held = "plain text" if error.doc[:1000].translate(NO_CONTROLS).isprintable() else "no text"
        return f"the file is not a complete notebook: it holds {held}; {HAND_IN}"
    cut_off = error.msg.startswith("Unterminated string") or error.pos >= len(error.doc.rstrip()) - NEAR
    if cut_off:
        return INCOMPLETE
    return f"the file is not a complete notebook: it is damaged in line {error.lineno} ({error.msg[:80]}); {HAND_IN}"


def _conflict(data: bytes) -> str:
    """The place of a git merge conflict in a file, "" if there is none. A cell's id stands above its text."""
    marker = CONFLICT.search(data)
    if marker is None:
        return ""
    ids = GRADE_ID.findall(data, 0, marker.start()) or GRADE_ID.findall(data, marker.end())[:1]
    nearby = f", at or below the cell {ids[-1].decode()}" if ids else ""
    line = data.count(b"\n", 0, marker.start()) + 1
    return f"line {line} begins two versions of a merge (<<<<<<<){nearby}"
