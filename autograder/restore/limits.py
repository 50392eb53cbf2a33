"""How large a notebook may be, asked before it is read."""

from __future__ import annotations

import re

from autograder.errors import Unreadable

MAX_NOTEBOOK_BYTES = 50 * 2**20
MAX_PARTS = 2_000_000  # lists and objects in the file: each takes a hundred times the bytes that it has there


def refuse_large(size: int) -> None:
    """Raises Unreadable for a file of so many bytes if they are too many."""
    if size > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")


STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def refuse_many_parts(data: bytes) -> None:
    """Raises Unreadable for a file that would take too much memory to be read as JSON."""
    if _opened(data) > MAX_PARTS and _opened_outside_strings(data) > MAX_PARTS:
        raise Unreadable(
            f"the file holds more than {MAX_PARTS:,} lists and objects, as in very large outputs: clear all outputs, "
            "save, and hand in again"
        )


def _opened(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


def _opened_outside_strings(data: bytes) -> int:
    """How many lists and objects are begun; counted no further than is of interest."""
    count = place = 0
    for string in STRING.finditer(data):
        count += data.count(b"[", place, string.start()) + data.count(b"{", place, string.start())
        place = string.end()
        if count > MAX_PARTS:
            return count
    return count + _opened(data[place:])
