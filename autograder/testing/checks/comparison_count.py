"""Count comparisons: a test that passes without one is a fault of the suite and earns no mark."""

from __future__ import annotations

_made = 0


def note() -> None:
    """Count one comparison. Every check calls this once per comparison that it makes."""
    global _made
    _made += 1


def made() -> int:
    """The number of comparisons since the process began."""
    return _made
