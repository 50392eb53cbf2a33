"""How many comparisons were made: a test that passes without one is a fault of the suite, not a mark."""

from __future__ import annotations

_made = 0


def note() -> None:
    """Called by every check, once per comparison that it really carried out."""
    global _made
    _made += 1


def made() -> int:
    """The number of comparisons since the process began."""
    return _made
