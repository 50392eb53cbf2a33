"""A watchdog for the sandbox as a whole, which resource limits cannot bound.

The kernel does not hold root to a number of processes, it limits memory and open files process by process, and files
in memory by their bytes alone, not by their number. A thread looks ten times a second (0.5 ms each) and ends a sandbox
that goes over. Without /proc it finds nothing, and ends nothing.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.box import Limits
from autograder.sandbox.cgroup import Group
from autograder.sandbox.cpu_wait import CpuAccount, own_waited_s
from autograder.sandbox.inside import Inside

PERIOD_S = 0.1
STEP_S = 0.01  # time between two wake-ups, which show whether it was held up
MAX_FILES = 5_000
MAX_FOUND = 20_000
MANY = 16


class Watch(threading.Thread):
    """Looks after one sandbox until `stop`.

    process   the process that was started: bubblewrap, or the kernel itself
    folder    the private folder on the grader's disk
    inside    the sandbox's own folders, once they can be reached
    group     its cgroup; None if it has none
    account   the CPU seconds of all its processes
    verdict   None, or once it has ended the sandbox: the reason, and the event
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        folder: Path,
        limits: Limits,
        inside: Inside | None = None,
        group: Group | None = None,
    ) -> None:
        super().__init__(name="autograder-watch", daemon=True)
        self.verdict: tuple[str, str] | None = None
        counted_s = group.used_s if group is not None else lambda: 0.0
        self.account = CpuAccount(lambda: descendants(process), counted_s)
        self._process, self._folder, self._inside, self._limits = process, folder, inside or Inside(), limits
        self._group = group
        self._given_bytes = _stored_bytes(folder)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        due = look = time.monotonic()
        waited_s = own_waited_s()
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            now, waited_before = time.monotonic(), waited_s
            waited_s = own_waited_s()
            self.account.note_late(now - due - (waited_s - waited_before))
            if now >= look:
                self.account.look()
                self.verdict = self._excess()
                look = now + PERIOD_S
            if self.verdict is not None:
                end(self._process)
                return
            due = time.monotonic() + STEP_S

    def stop(self) -> None:
        """Stop looking; returns when the thread has ended."""
        self._stopped.set()
        self.join()

    def _excess(self) -> tuple[str, str] | None:
        limits, inside, tasks, files = self._limits, [], 0, 0
        for pid in _walk(
            self._process
        ):  # no further than necessary: among thousands of processes, this thread has to wait
            inside.append(pid)
            tasks += _tasks(pid)
            files += _open_files(pid)
            if tasks > limits.processes:
                return "crashed", f"had more than {limits.processes} processes and threads at a time"
            if files > limits.open_files:
                return "crashed", f"had more than {limits.open_files:,} files and sockets open at a time"
        most = limits.memory_bytes + limits.question_bytes
        too_much = self._group is not None and self._group.is_out_of_memory()
        if too_much or (sum(map(_resident_bytes, inside)) > most and sum(map(_own_bytes, inside)) > most):
            return "memory", f"used more than {most / 2**30:.2g} GiB of memory in all"
        if self._inside.files() > limits.files:
            return "crashed", f"made more than {limits.files:,} files"
        if _stored_bytes(self._folder) - self._given_bytes > limits.file_bytes:
            return "crashed", "filled the private folder"
        return None


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill `process` and all its descendants. (The end of bubblewrap by itself ends all processes inside it.)"""
    pids = descendants(process)
    process.kill()
    _send(signal.SIGKILL, pids)


def sweep(process: subprocess.Popen[bytes], spared: list[int]) -> None:
    """Kill the descendants of `process`, except `spared`; all of them if their number suggests that they multiply.

    A spared process that was stopped goes on: else the next question would wait for it in vain.
    """
    pids = descendants(process)
    strays = [pid for pid in pids if pid not in spared]
    _send(signal.SIGKILL, strays)
    if len(strays) > MANY:
        end(process)
    else:
        _send(signal.SIGCONT, [pid for pid in pids if pid in spared])


def descendants(process: subprocess.Popen[bytes]) -> list[int]:
    """The ids of all descendants of `process`; [] once it has ended."""
    return list(itertools.islice(_walk(process), MAX_FOUND))


def _walk(process: subprocess.Popen[bytes]) -> Iterator[int]:
    waiting = collections.deque([process.pid] if process.poll() is None else [])
    while waiting:
        parent = waiting.popleft()
        if parent != process.pid:
            yield parent
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{parent}/task"):
                waiting.extend(map(int, Path(f"/proc/{parent}/task/{task}/children").read_text().split()))


def _send(number: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _tasks(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/task"))
    return 0


def _open_files(pid: int) -> int:
    """The number of files that a process has open; Linux since 6.2 gives it as the size of their folder."""
    with contextlib.suppress(OSError):
        return os.stat(f"/proc/{pid}/fd").st_size or len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _own_bytes(pid: int) -> int:
    """Resident memory, with shared memory counted in parts: the sum over all processes is right."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return 0


def _stored_bytes(folder: Path) -> float:
    """Bytes on disk below `folder`; infinite if there are too many files or folders."""
    sizes, places = [], [str(folder)]
    for place in places:  # grows meanwhile
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                sizes.append(entry.stat(follow_symlinks=False).st_blocks * 512)
                places += [entry.path] if entry.is_dir(follow_symlinks=False) else []
        if len(sizes) > MAX_FILES:
            return float("inf")
    return sum(sizes)
