"""How large a notebook may be, asked before it is read and after."""

from __future__ import annotations

from autograder.errors import Unreadable

MAX_NOTEBOOK_BYTES = 50 * 2**20


def refuse_large(size: int) -> None:
    """Raises Unreadable for a file of so many bytes if they are too many."""
    if size > MAX_NOTEBOOK_BYTES:
        raise Unreadable(f"the file has {size / 2**20:.0f} MiB; a notebook may have {MAX_NOTEBOOK_BYTES // 2**20}")
