"""`make bench`: what isolation costs, measured in one run and printed with the machine's description.

python -m autograder.bench               all figures
python -m autograder.bench bare FILE     the yardstick: a notebook's cells and its suite in this one process
"""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.filling import filled
from autograder.follow_through import FollowThrough
from autograder.sandbox import Limits, Session
from autograder.student import Student

ASSIGNMENT = "01_rnn_lm_sampling"
ROUNDS = 5
CALLS = 3000
FORKS = 100


def main() -> None:
    """Measure, and print the table."""
    console = Console()
    console.print(f"machine: {machine()}\n", highlight=False)
    with tempfile.TemporaryDirectory() as folder, console.status("measuring"):
        rows = [*_grading(Path(folder)), *_wire()]
    table = Table("figure", "measured", "goal")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def machine() -> str:
    """Processor, cores, Python and NumPy, in one line."""
    model = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    system = f"{platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {system}, Python {platform.python_version()}, NumPy {np.__version__}"


def _cpuinfo() -> list[str]:
    with contextlib.suppress(OSError):
        return Path("/proc/cpuinfo").read_text().splitlines()
    return []


def _grading(folder: Path) -> list[tuple[str, str, str]]:
    """Overhead of `grade` over the yardstick, runs taken in turn; seconds of the suite."""
    import nbformat

    notebook = folder / "reference.ipynb"
    nbformat.write(filled(ASSIGNMENT), notebook)
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    python = [sys.executable, "-m"]
    commands = {
        "grade": [*python, "autograder", "grade", str(notebook)],
        "bare": [*python, "autograder.yardstick", ASSIGNMENT, str(notebook)],
    }
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):  # the first round warms caches and is not counted
        for name, command in commands.items():
            wall = _wall(partial(subprocess.run, command, check=True, capture_output=True, env=one_thread))
            walls[name] += [wall] if round_ else []
    graded, yardstick = statistics.median(walls["grade"]), statistics.median(walls["bare"])
    overhead = statistics.median(g - b for g, b in zip(walls["grade"], walls["bare"], strict=True))
    return [
        ("grade, one reference submission of 01, wall", f"{graded:.2f} s", ""),
        ("the same cells and suite bare in one process, wall", f"{yardstick:.2f} s", "at most 30 s"),
        ("overhead of grading", f"{overhead:.2f} s ({graded / yardstick:.2f} times bare)", "at most 1.5 s"),
    ]


def _wire() -> list[tuple[str, str, str]]:
    """One remote call with a small array, and one fork, in a kernel that has NumPy and matplotlib loaded."""
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("import numpy as np, matplotlib.pyplot as plt\ndef echo(x): return x")]
    small = np.arange(10.0).reshape(2, 5)
    with Session(notebook, [], Limits()) as session:
        session.run()
        with session.connect(FollowThrough({}), 600.0) as connection:
            student = Student(connection)
            calls = [_wall(lambda: student.call("echo", small)) for _ in range(CALLS)]

        def fork() -> None:
            with session.connect(FollowThrough({}), 60.0) as connection:
                Student(connection).has("echo")

        forks = [_wall(fork) for _ in range(FORKS)]
    return [
        (
            "remote call, array of 10 numbers there and back",
            f"{1e6 * statistics.median(calls):.0f} us",
            "at most 100 us",
        ),
        ("fork for one test, first answer included", f"{1e3 * statistics.median(forks):.1f} ms", "at most 20 ms"),
    ]


def _wall(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
