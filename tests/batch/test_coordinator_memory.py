"""The coordinator of a class does not grow with the records and notebooks that hostile submissions lead to."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SIZES = (3, 9)  # submissions after which its memory is read
GROWTH_MIB = 150  # a third of what the notebooks between the two readings come to

MEASURE = """
import gc, json, sys, tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil

from autograder.batch.grade_class import ClassGrader
from autograder.bench.classes import hand_in
from autograder.bench.memory import Simulated, _once
from autograder.collect import find
from autograder.gradebook.writer import GradebookWriter
from autograder.grading.options import Options
from autograder.grading.store import ResultStore

sizes = json.loads(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    hand_in(root / "submitted", sizes[-1])
    options = Options(training=False, variant=0)
    graded = _once(root, options)
    hostile = nbformat.reads(graded.notebook, as_version=4)
    printed = [nbformat.v4.new_output("stream", text="x" * 2**20) for _ in range(4)]
    code = [cell for cell in hostile.cells if cell.cell_type == "code"][:20]
    for cell in code:
        cell.outputs = printed
    for question in graded.result.questions:
        question.output = "y" * 100_000
    graded.result.notes = ["z" * 1000] * 100
    graded = replace(graded, notebook=nbformat.writes(hostile))
    print(len(graded.notebook) / 2**20)
    done = 0

    def look(student):
        global done
        done += 1
        if done in sizes:
            gc.collect()
            print(psutil.Process().memory_info().rss / 2**20)

    ClassGrader(options, lambda left: Simulated(graded), ResultStore(root), GradebookWriter(root)).grade(
        find(root / "submitted"), look
    )
"""


@pytest.mark.slow
def test_the_coordinator_keeps_no_hostile_record() -> None:
    command = [sys.executable, "-c", MEASURE, json.dumps(SIZES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    notebook_mib, first_mib, last_mib = map(float, done.stdout.split())
    assert notebook_mib > 70
    assert last_mib - first_mib < GROWTH_MIB
