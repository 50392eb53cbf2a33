"""Bounds that the system keeps for a sandbox as a whole, where it lets us: memory, processes and cores of a cgroup.

Needs cgroup v2 and a group whose children we may make: root on a plain machine, `systemd-run --user --scope -p
Delegate=yes`, or a container with a group of its own that it may write to. What is counted there includes what no other
limit sees: memory of the system's own for sockets, files and namespaces. Where there is none, or where its controllers
belong to cgroup v1, the watch looks instead; CPU seconds are counted in every group of v2.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.sandbox.box import Limits

CONTROLLERS = ("cpu", "memory", "pids")
OWN = "autograder"  # the group in which the graders themselves run where theirs may not have both
PERIOD_US = 100_000
GONE_S = 5.0  # for what was killed to be gone
OLD_S = 3600.0  # a group without processes for so long is nobody's
OUTSIDE = 4  # processes of bubblewrap's own, counted with those inside


@functools.cache
def parent_group() -> Path | None:
    """The folder of the group below which groups with limits can be made; None if there is none."""
    with contextlib.suppress(OSError, ValueError):
        mount = next(_mounts(), None)
        if mount is None:
            return None
        own = mount / _own_path().lstrip("/")
        base = own.parent if own.name == OWN else own
        return base if _enable(base) else None
    return None


def controllers(group: Path) -> list[str]:
    """What the groups below `group` are limited in."""
    enabled = (group / "cgroup.subtree_control").read_text().split()
    return [name for name in CONTROLLERS if name in enabled]


def new_group(limits: Limits) -> Group | None:
    """A group for a sandbox with these limits; None where there can be none."""
    parent = parent_group()
    with contextlib.suppress(OSError):
        return Group(parent, limits) if parent is not None else None
    return None


def remove_leftovers() -> None:
    """Remove the groups of graders that were killed."""
    parent = parent_group()
    for folder in parent.glob("sandbox-*") if parent is not None else ():
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > OLD_S:
                folder.rmdir()


class Group:
    """The group of one sandbox, until `remove`. Raises OSError if it cannot be made."""

    def __init__(self, parent: Path, limits: Limits) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=parent))
        self._names = controllers(parent)
        most = limits.memory_bytes + limits.question_bytes
        bounds = {"cpu.max": f"{PERIOD_US} {PERIOD_US}", "pids.max": str(limits.processes + OUTSIDE)}
        bounds |= {"memory.max": str(most), "memory.swap.max": "0"}
        for name, value in bounds.items():
            if name.partition(".")[0] in self._names:
                with contextlib.suppress(FileNotFoundError):  # there is no swap to be bounded on some systems
                    (self.folder / name).write_text(value)

    def entering(self, command: list[str]) -> list[str]:
        """The command, as a process of the group."""
        return ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.folder / "cgroup.procs"), *command]

    def used_s(self) -> float:
        """CPU seconds of all that has run in it; 0 where that is not counted."""
        return self._number("cpu.stat", "usage_usec") / 1e6

    def is_out_of_memory(self) -> bool:
        """Whether something in it was ended for want of memory."""
        return self._number("memory.events", "oom_kill") > 0

    def remove(self) -> None:
        """End all that is in it, and remove it; safe to call twice."""
        with contextlib.suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
        deadline = time.monotonic() + GONE_S
        while self.folder.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):  # until the last process is gone
                self.folder.rmdir()
                return
            time.sleep(0.002)

    def _number(self, name: str, key: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            words = (self.folder / name).read_text().split()
            return int(words[words.index(key) + 1])
        return 0


def _mounts() -> Iterator[Path]:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        if right.startswith("cgroup2 "):
            yield Path(left.split()[4])


def _own_path() -> str:
    return next(line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))


def _enable(base: Path) -> bool:
    """Have groups below `base` limited in what it has to give; whether such groups can be made."""
    offered = (base / "cgroup.controllers").read_text().split()
    wanted = [f"+{name}" for name in CONTROLLERS if name in offered]
    try:
        (base / "cgroup.subtree_control").write_text(" ".join(wanted))
    except OSError:  # a group with processes may have no groups with limits: they move to one of their own
        own = base / OWN
        own.mkdir(exist_ok=True)
        for pid in (base / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (own / "cgroup.procs").write_text(pid)
        (base / "cgroup.subtree_control").write_text(" ".join(wanted))
    return os.access(base, os.W_OK) and os.access(base / "cgroup.procs", os.W_OK)
