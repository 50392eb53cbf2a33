"""A process that has run a notebook's code and forks for every question, without a sandbox: quick to start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(code: str, **environment: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """The agent of a process that has run `code`: its socket, and the process."""
    with tempfile.TemporaryDirectory(prefix="ag-", dir="/tmp") as folder:
        path = Path(folder, "agent.sock")
        served = f"{code}\nfrom autograder.agent import serve\nserve({str(path)!r}, globals())"
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
