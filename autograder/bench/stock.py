"""Stock nbgrader, for comparison: its own kernel, no sandbox, the hidden tests in the check cells.

Each check cell calls `autograder.bench.in_process.ask`, which runs the tests of that question in the kernel, so both
sides run the same cells and the same tests.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat

from autograder import course
from autograder.authoring.nbgrader_settings import BUILT_SOURCE, put_tools_on_path
from autograder.bench.machine import one_thread, wall_of
from autograder.errors import GraderError

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def autograde(root: Path, id: str, submitted: Path) -> float:
    """Wall seconds of `nbgrader autograde` on a class. Raises GraderError unless everybody gets full marks."""
    put_tools_on_path()
    _write_source(root / "source" / id, id)
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    shutil.copytree(submitted, root / "submitted")
    _nbgrader(root, "generate_assignment", id)
    wall_s = wall_of(partial(_nbgrader, root, "autograde", id))
    _nbgrader(root, "export")
    with (root / "grades.csv").open(newline="") as file:
        marks = [float(row["score"]) for row in csv.DictReader(file)]
    if not marks or min(marks) < 100:
        raise GraderError(f"stock nbgrader gave {min(marks, default=0):g}: the comparison would be void")
    return wall_s


def _write_source(place: Path, id: str) -> None:
    """The instructor's notebook with the tests in its check cells, those of the training question left out."""
    assignment = course.current().load(id)
    questions = {info.check_cell: info for info in assignment.questions}
    notebook = nbformat.read(course.current().root / BUILT_SOURCE / id / f"{assignment.name}.ipynb", as_version=4)
    notebook.metadata.kernelspec = KERNEL
    for cell in notebook.cells:
        question = questions.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if question is not None:
            call = f"from autograder.bench.in_process import ask\nask({id!r}, {question.id!r}, globals())"
            cell.source = "pass" if question.is_training else call
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{assignment.name}.ipynb")


def _nbgrader(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=one_thread(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GraderError(f"nbgrader {arguments[0]} failed: {done.stderr[-2000:]}")
