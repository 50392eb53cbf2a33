"""A class of reference-like submissions: against stock nbgrader, against bare compute, and graded again."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat

from autograder import course
from autograder.authoring.filled_notebook import as_bytes, filled
from autograder.bench import stock
from autograder.bench.machine import Row, measured_assignment, one_thread, wall_of

SIZE, JOBS = 40, 2
BARE_RUNS = 8


def without_training(folder: Path) -> list[Row]:
    """Throughput beside stock nbgrader's on the same tests in its cells; the class graded again."""
    hand_in(folder / "ours" / "submitted", SIZE)
    wall_s = grade(folder / "ours", "--no-training")
    again_s = grade(folder / "ours", "--no-training")
    stock_s = stock.autograde(folder / "stock", measured_assignment(), folder / "ours" / "submitted")
    label = f"{SIZE} submissions of {measured_assignment()[:2]} without training"
    return [
        (f"{label}, {JOBS} jobs, isolated", f"{wall_s:.1f} s ({60 * SIZE / wall_s:.0f} a minute)", ""),
        ("the same with stock nbgrader autograde", f"{stock_s:.1f} s ({60 * SIZE / stock_s:.0f} a minute)", ""),
        ("throughput against stock", f"{stock_s / wall_s:.1f} times", "at least 2 times"),
        (
            "graded again, nothing changed",
            f"{again_s:.2f} s ({wall_s / again_s:.0f} times faster)",
            "at least 50 times",
        ),
    ]


def with_training(folder: Path) -> list[Row]:
    """Wall seconds of a batch against those of its cells and suites alone, `JOBS` at a time; the class graded again."""
    hand_in(folder / "submitted", SIZE)
    wall_s = grade(folder)
    again_s = grade(folder)
    bare_s = _bare(folder)
    share = wall_s / (SIZE * bare_s / JOBS)
    return [
        (f"{SIZE} submissions of {measured_assignment()[:2]} with training, {JOBS} jobs", f"{wall_s:.1f} s", ""),
        (f"cells and suite bare, {JOBS} at a time, each", f"{bare_s:.2f} s", ""),
        ("wall over (sum of bare / jobs)", f"{share:.2f}", "at most 1.15"),
        (
            "graded again, nothing changed",
            f"{again_s:.2f} s ({wall_s / again_s:.0f} times faster)",
            "at least 50 times",
        ),
    ]


def hand_in(place: Path, size: int) -> None:
    """Write `size` submissions with the reference's answers, no two files the same, as in nbgrader's submitted/."""
    id = measured_assignment()
    for number in range(size):
        notebook = filled(id)
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(f"Handed in by student {number}."))
        folder = place / f"student{number:03}" / id
        folder.mkdir(parents=True)
        (folder / f"{course.name_of(id)}.ipynb").write_bytes(as_bytes(notebook))
        for path in course.current().handed_out(id):
            _copy(path, folder / path.name)


def grade(root: Path, *arguments: str) -> float:
    """Grade the class under `root` with the command line; wall seconds."""
    command = [sys.executable, "-m", "autograder", "grade", str(root / "submitted"), "--jobs", str(JOBS), *arguments]
    return wall_of(partial(subprocess.run, command, check=True, capture_output=True, env=one_thread()))


def _bare(folder: Path) -> float:
    """Mean wall seconds of the yardstick on one submission, `JOBS` of them running at any time."""
    notebook = next((folder / "submitted").glob("*/*/*.ipynb"))
    command = [sys.executable, "-m", "autograder.bench.in_process", measured_assignment(), str(notebook)]
    with ThreadPoolExecutor(JOBS) as running:
        started = time.perf_counter()
        for done in [running.submit(_run, command) for _ in range(BARE_RUNS)]:
            done.result()
        return (time.perf_counter() - started) * JOBS / BARE_RUNS


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env=one_thread())


def _copy(path: Path, target: Path) -> None:
    shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
