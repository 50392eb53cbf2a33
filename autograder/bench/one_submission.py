"""The costs of isolation for one submission: overhead over the same cells and suite in one process, calls, forks."""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import numpy as np

from autograder.authoring.filled_notebook import filled
from autograder.bench.machine import Row, measured_assignment, one_thread, wall_of
from autograder.sandbox import Limits, Session
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import Student

ROUNDS = 5
CALLS = 3000
FORKS = 100


def grading(folder: Path) -> list[Row]:
    """Overhead of `grade` over the yardstick, runs taken in turn; seconds of the suite."""
    id, notebook = measured_assignment(), folder / "reference.ipynb"
    nbformat.write(filled(id), notebook)
    python = [sys.executable, "-m"]
    commands = {
        "grade": [*python, "autograder", "grade", str(notebook)],
        "bare": [*python, "autograder.bench.in_process", id, str(notebook)],
    }
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):  # the first round warms caches and is not counted
        for name, command in commands.items():
            wall = wall_of(partial(subprocess.run, command, check=True, capture_output=True, env=one_thread()))
            walls[name] += [wall] if round_ else []
    graded, yardstick = statistics.median(walls["grade"]), statistics.median(walls["bare"])
    overhead = statistics.median(g - b for g, b in zip(walls["grade"], walls["bare"], strict=True))
    return [
        (f"grade, one reference submission of {id[:2]}, wall", f"{graded:.2f} s", ""),
        ("the same cells and suite bare in one process, wall", f"{yardstick:.2f} s", "at most 30 s"),
        ("overhead of grading", f"{overhead:.2f} s ({graded / yardstick:.2f} times bare)", "at most 1.5 s"),
    ]


def wire(folder: Path) -> list[Row]:
    """One remote call with a small array, and one fork, in a kernel that has NumPy and matplotlib loaded."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("import numpy as np, matplotlib.pyplot as plt\ndef echo(x): return x")]
    small = np.arange(10.0).reshape(2, 5)
    with Session(notebook, [], Limits()) as session:
        session.run()
        with session.connect(FollowThrough({}), 600.0) as connection:
            student = Student(connection)
            calls = [wall_of(lambda: student.call("echo", small)) for _ in range(CALLS)]

        def fork() -> None:
            with session.connect(FollowThrough({}), 60.0) as connection:
                Student(connection).has("echo")

        forks = [wall_of(fork) for _ in range(FORKS)]
    return [
        (
            "remote call, array of 10 numbers there and back",
            f"{1e6 * statistics.median(calls):.0f} us",
            "at most 100 us",
        ),
        ("fork for one test, first answer included", f"{1e3 * statistics.median(forks):.1f} ms", "at most 20 ms"),
    ]
