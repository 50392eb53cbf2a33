"""How long processes were ready to run and had no core: time that a busy machine took from them.

Linux counts it for every thread (/proc/<pid>/task/<tid>/schedstat, second field, nanoseconds). Where it is not
counted, nobody has waited, and limits are wall seconds.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 3.0  # a limit may take so many times itself on the wall


def waited_s(pids: Iterable[int]) -> float:
    """The most seconds that one thread of these processes has waited for a core since it began."""
    return max((_thread_waited_s(task) for pid in pids for task in _tasks(pid)), default=0.0)


def wall_s(limit_s: float, waited: float) -> float:
    """The wall seconds that a limit comes to for who has waited so long: at most PATIENCE times the limit."""
    return limit_s + min(waited, (PATIENCE - 1) * limit_s)


def is_starved(limit_s: float, waited: float) -> bool:
    """Whether even that was too little to have the limit's seconds on a core."""
    return waited > (PATIENCE - 1) * limit_s


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return [Path(f"/proc/{pid}/task", name) for name in os.listdir(f"/proc/{pid}/task")]
    return []


def _thread_waited_s(task: Path) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((task / "schedstat").read_text().split()[1]) / 1e9
    return 0.0
