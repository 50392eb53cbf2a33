"""How large a notebook may be, asked before it is read."""

from __future__ import annotations

from autograder.errors import Unreadable

MAX_NOTEBOOK_BYTES = 50 * 2**20
MAX_PARTS = 2_000_000  # lists and objects in the file: each takes a hundred times the bytes that it has there


def refuse_large(size: int) -> None:
    """Raises Unreadable for a file of so many bytes if they are too many."""
    if size > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")


def refuse_many_parts(data: bytes) -> None:
    """Raises Unreadable for a file that would take too much memory to be read as JSON."""
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        raise Unreadable(
            f"the file holds more than {MAX_PARTS:,} lists and objects, as in very large outputs: clear all outputs, "
            "save, and hand in again"
        )
