"""A process that runs a notebook's code and forks for every question, without a sandbox; checks that processes end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil


@contextmanager
def serving(code: str, **environment: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """The agent of a process that has run `code`: its socket, and the process."""
    with tempfile.TemporaryDirectory(prefix="ag-", dir="/tmp") as folder:
        path = Path(folder, "agent.sock")
        served = f"{code}\nfrom autograder.agent.server import serve\nserve({str(path)!r}, globals())"
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-c", served]
        process = subprocess.Popen(command, env=os.environ | environment, stdout=quiet, stderr=quiet)
        try:
            while not path.exists():
                assert process.poll() is None, "the agent did not start"
                time.sleep(0.005)
            yield path, process
        finally:
            process.kill()
            process.wait()


def alive(pids: list[int]) -> list[int]:
    """The processes among `pids` that have not ended; zombies have."""
    running = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            running += [pid] if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else []
    return running


def gone_soon(pids: list[int]) -> bool:
    """Whether all of them end within seconds."""
    deadline = time.monotonic() + 10.0
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pids)
