"""The cost of the filter of system calls: starting a process behind it, and one system call."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from autograder.bench.machine import Row
from autograder.sandbox.bubblewrap import require_bubblewrap, with_filter
from autograder.sandbox.system_calls import filter_file

ROUNDS = 15
CALLS = 200_000
NAMESPACES = "--unshare-all --ro-bind / / --dev /dev".split()
PROGRAM = f"""
import os, time
started = time.perf_counter()
for _ in range({CALLS}):
    os.getppid()
print(time.perf_counter() - started)
"""


def system_call_filter(folder: Path) -> list[Row]:
    """Wall seconds of a Python process in namespaces, and of one system call in it, with and without the filter."""
    path = filter_file()
    if path is None:
        return [("filter of system calls", "none for this kind of processor", "")]
    plain = [require_bubblewrap(), *NAMESPACES, sys.executable, "-c", PROGRAM]
    starts: dict[bool, list[float]] = {False: [], True: []}
    calls: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for filtered in (False, True):
            with path.open("rb") as handle:
                command = with_filter(plain, handle.fileno()) if filtered else plain
                started = time.perf_counter()
                done = subprocess.run(command, check=True, capture_output=True, text=True, pass_fds=(handle.fileno(),))
                wall_s, in_calls_s = time.perf_counter() - started, float(done.stdout)
            starts[filtered].append(wall_s - in_calls_s)
            calls[filtered].append(in_calls_s / CALLS)
    start, call = ({key: statistics.median(times) for key, times in kind.items()} for kind in (starts, calls))
    return [
        ("a process behind the filter of system calls, without it", _pair(1e3, "ms", start), ""),
        ("one system call behind it, without it", _pair(1e9, "ns", call), ""),
    ]


def _pair(factor: float, unit: str, medians: dict[bool, float]) -> str:
    return f"{factor * medians[True]:.0f} {unit}, {factor * medians[False]:.0f} {unit}"
