"""Bounds that the system keeps for a sandbox as a whole, where it can: memory, processes and cores of a cgroup.

Needs cgroup v2 and a group whose children we may make: root on a plain machine, `systemd-run --user --scope -p
Delegate=yes`, or a container with a group of its own that it may write to. Its count includes memory that no
other limit sees: the system's own for sockets, files and namespaces. If there is none, or its controllers belong to
cgroup v1, the watchdog looks instead; CPU seconds are counted in every group of v2.
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
OWN = "autograder"  # the group for the graders themselves, if theirs may not have both processes and groups
PERIOD_US = 100_000
GONE_S = 5.0  # for killed processes to be gone
OLD_S = 3600.0  # a group without processes for this long belongs to nobody
OUTSIDE = 4  # processes of bubblewrap's own, counted with those inside


@functools.cache
def parent_group() -> Path | None:
    """The folder of a group in which groups with limits can be made; None if there is none."""
    with contextlib.suppress(OSError, ValueError):
        mount = next(_mounts(), None)
        if mount is None:
            return None
        own = mount / _own_path().lstrip("/")
        base = own.parent if own.name == OWN else own
        return base if _enable(base) else None
    return None


def controllers(group: Path) -> list[str]:
    """The controllers that limit the groups below `group`."""
    enabled = (group / "cgroup.subtree_control").read_text().split()
    return [name for name in CONTROLLERS if name in enabled]


def new_group(limits: Limits) -> Group | None:
    """A group for a sandbox with these limits; None if none can be made."""
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
        """CPU seconds of all processes that have run in it; 0 if they are not counted."""
        return self._number("cpu.stat", "usage_usec") / 1e6

    def is_out_of_memory(self) -> bool:
        """Whether a process in it was killed for lack of memory."""
        return self._number("memory.events", "oom_kill") > 0

    def remove(self) -> None:
        """End all its processes, and remove it; safe to call twice."""
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
    """Enable the controllers of `base` for the groups below it; whether such groups can be made."""
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
