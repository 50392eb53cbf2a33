"""Limits on the size of a notebook, checked before it is parsed."""

from __future__ import annotations

import re

from autograder.errors import Unreadable

MAX_NOTEBOOK_BYTES = 50 * 2**20
MAX_PARTS = 2_000_000  # lists and objects in the file: in memory each takes a hundred times its size there


def refuse_large(size: int) -> None:
    """Raise Unreadable if the file is larger than MAX_NOTEBOOK_BYTES."""
    if size > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")


STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def refuse_many_parts(data: bytes) -> None:
    """Raise Unreadable for a file that would take too much memory to be parsed as JSON."""
    if _opened(data) > MAX_PARTS and _opened_outside_strings(data) > MAX_PARTS:
        raise Unreadable(
            f"the file holds more than {MAX_PARTS:,} lists and objects, as in very large outputs: clear all outputs, "
            "save, and hand in again"
        )


def _opened(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


def _opened_outside_strings(data: bytes) -> int:
    """The number of lists and objects opened outside strings; counting stops above MAX_PARTS."""
    count = place = 0
    for string in STRING.finditer(data):
        count += data.count(b"[", place, string.start()) + data.count(b"{", place, string.start())
        place = string.end()
        if count > MAX_PARTS:
            return count
    return count + _opened(data[place:])
