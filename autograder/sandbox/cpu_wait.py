"""The time for which others kept a sandbox from its core: taken by a busy machine, and counted by no limit.

Linux counts for every thread how long it ran and how long it was ready to run and had no core
(/proc/<pid>/task/<tid>/schedstat, nanoseconds). Waiting for a sandbox's own processes is
not counted in its favour: it is at most their running time, since all of them share one core. If the whole machine
stops, the grader stops too, and its watchdog wakes up late without having waited for a core. If none of this can be
read, the waiting time is 0, and limits are wall seconds.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

PATIENCE = 10.0  # longest wall time, as a multiple of a limit
MAX_STARTED = 200  # a sandbox that starts more processes and threads than this meanwhile could hide what they ran
LATE_S = 0.02  # a watch that wakes up later than this was held up

_SHARED = struct.Struct("ddq")
Threads = dict[tuple[int, int], tuple[float, float]]


def wall_s(limit_s: float, waited: float) -> float:
    """Extend a limit in seconds by the seconds spent waiting for a core: to PATIENCE times the limit at most."""
    return limit_s + min(waited, (PATIENCE - 1) * limit_s)


def is_starved(limit_s: float, waited: float) -> bool:
    """Whether even the longest extension left fewer than the limit's seconds on a core."""
    return waited > (PATIENCE - 1) * limit_s


class CpuAccount:
    """CPU seconds of all processes of one sandbox, as the watchdog sees them: those that have ended are included.

    pids       lists its processes
    counted_s  CPU seconds as a cgroup counts them; 0 if there is none

    The counts are shared with forks of the grader, in which no watchdog runs.
    """

    def __init__(self, pids: Callable[[], Iterable[int]], counted_s: Callable[[], float] = lambda: 0.0) -> None:
        self.pids, self._counted_s = pids, counted_s
        self._seen: tuple[float, dict[int, float]] = 0.0, {}  # of those that ended, of the others; replaced as a whole
        self._shared = mmap.mmap(-1, _SHARED.size)

    def note_late(self, late_s: float) -> None:
        """Note the seconds by which the watchdog woke up late, without those for which it waited for a core."""
        if late_s > LATE_S:
            used_s, stopped_s, started = self._read()
            self._shared[:] = _SHARED.pack(used_s, stopped_s + late_s, started)

    def look(self) -> None:
        """Read the times of all processes."""
        used_s, stopped_s, started = self._read()
        ended_s, before = self._seen
        now = {pid: own_s for pid, (own_s, _) in self._now().items()}
        ended_s += sum(own_s for pid, own_s in before.items() if pid not in now)
        self._seen = ended_s, now
        self._shared[:] = _SHARED.pack(
            max(used_s, ended_s + sum(now.values())),
            stopped_s,
            max(started, *map(_number_inside, now), 0),
        )

    def used_s(self) -> float:
        """User and system seconds up to now. The time of a process between the last look and its end is lost."""
        now = self._now()
        ended_s, before = self._seen
        own = before | {pid: own_s for pid, (own_s, _) in now.items()}
        waited_for = sum(own_s + children_s for own_s, children_s in now.values())
        return max(self._counted_s(), self._read()[0], ended_s + sum(own.values()), waited_for)

    def stopped_s(self) -> float:
        """Seconds by which the watchdog has woken up late in all."""
        return self._read()[1]

    def started(self) -> int:
        """The number of processes and threads that the sandbox has started, as far as the watchdog has seen."""
        return self._read()[2]

    def stopwatch(self, pids: Callable[[], Iterable[int]] | None = None) -> Stopwatch:
        """A stopwatch of the time that others take from now on from processes of the sandbox: `pids`, or all."""
        return Stopwatch(self, pids or self.pids)

    def _now(self) -> dict[int, tuple[float, float]]:
        return {pid: times for pid in self.pids() if (times := _cpu_s(pid)) is not None}

    def _read(self) -> tuple[float, float, int]:
        used_s, stopped_s, started = _SHARED.unpack(self._shared[:])
        return used_s, stopped_s, started


class Stopwatch:
    """Measures the time for which others keep a thread of some of a sandbox's processes from its core."""

    def __init__(self, account: CpuAccount, pids: Callable[[], Iterable[int]]) -> None:
        self._account, self._pids = account, pids
        self._threads = threads_of(pids())
        self._used_s, self._stopped_s = account.used_s(), account.stopped_s()
        self._started = account.started()

    def waited_s(self) -> float:
        """The most seconds for one thread; 0 if the sandbox has started too many processes meanwhile to tell."""
        stopped_s = self._account.stopped_s() - self._stopped_s
        if self._account.started() - self._started > MAX_STARTED:
            return stopped_s
        used_s = self._account.used_s() - self._used_s
        waits = [0.0]
        for thread, (ran, waited) in threads_of(self._pids()).items():
            ran_before, waited_before = self._threads.get(thread, (0.0, 0.0))
            by_its_own = max(0.0, used_s - (ran - ran_before))
            waits.append(waited - waited_before - by_its_own)
        return stopped_s + max(waits)


def own_waited_s() -> float:
    """Seconds that this thread of the grader has waited for a core."""
    times = _schedule(Path("/proc/thread-self"))
    return times[1] if times is not None else 0.0


def threads_of(pids: Iterable[int]) -> Threads:
    """Seconds that each thread of these processes has run, and has waited for a core, by process and thread id."""
    return {
        (pid, int(task.name)): times for pid in pids for task in _tasks(pid) if (times := _schedule(task)) is not None
    }


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return [Path(f"/proc/{pid}/task", name) for name in os.listdir(f"/proc/{pid}/task")]
    return []


def _schedule(task: Path) -> tuple[float, float] | None:
    with contextlib.suppress(OSError, ValueError):
        ran, waited, *_ = (task / "schedstat").read_text().split()
        return int(ran) / 1e9, int(waited) / 1e9
    return None


def _cpu_s(pid: int) -> tuple[float, float] | None:
    """CPU seconds of a process, and those of its children that have ended and were waited for."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        own, system, children, children_system = (int(field) for field in fields[11:15])
        tick = os.sysconf("SC_CLK_TCK")
        return (own + system) / tick, (children + children_system) / tick
    return None


def _number_inside(pid: int) -> int:
    """A process's number in the sandbox, where they are counted from 1; 0 if it has none of its own there."""
    with contextlib.suppress(OSError, ValueError):
        text = Path(f"/proc/{pid}/status").read_text(errors="replace")
        numbers = text.partition("NSpid:")[2].partition("\n")[0].split()
        return int(numbers[-1]) if len(numbers) > 1 else 0
    return 0
