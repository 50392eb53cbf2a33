"""The machine that figures are taken on, and a stopwatch."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from autograder import course

Row = tuple[str, str, str]  # figure, measured, goal


def machine() -> str:
    """Processor, cores, system, Python and NumPy, in one line."""
    model = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    system = f"{platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {system}, Python {platform.python_version()}, NumPy {np.__version__}"


def one_thread() -> dict[str, str]:
    """The environment with one thread for BLAS, as submissions have it."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}


def wall_of(work: Callable[[], object]) -> float:
    """The wall seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measured_assignment() -> str:
    """The assignment that is measured: the first of the course."""
    return course.current().assignment_ids()[0]


def _cpuinfo() -> list[str]:
    with contextlib.suppress(OSError):
        return Path("/proc/cpuinfo").read_text().splitlines()
    return []
