"""A built copy of the sample course with a bank of known answers, and the command line to use in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from every_assignment import REPOSITORY, SAMPLE_COURSE, course_at

from autograder import authoring
from autograder.authoring.filled_notebook import as_bytes, filled
from autograder.cli.app import main
from autograder.grading import grader

ID = "01_tiny"
MISTAKEN_DOUBLE = """
[[mistake]]
name = "thrice"
says = "three times"
old = '2 * xs'
new = '3 * xs'

[[mistake]]
name = "first"
says = "only the first number"
base = "adds"
feedback = "entries differ"
old = '''
    return np.add(xs, xs)
'''
new = '''
    doubled = xs.copy()
    doubled[0] *= 2
    return doubled
'''
"""
BANK = {
    "accepted/adds.py": (
        '"""keeps all: adds the numbers to themselves"""\n\ndef double(xs):\n    return np.add(xs, xs)\n'
    ),
    "wrong_answer/double.toml": MISTAKEN_DOUBLE,
    "wrong_answer/scale_forward.toml": """
[[mistake]]
name = "no_weight"
says = "the weight is left out"
old = 'double(xs) * weight'
new = 'double(xs)'
""",
}


def tiny_course(place: Path, bank: Mapping[str, str] = BANK, suite: str = "") -> Path:
    """A built copy of the sample course under `place`; `suite` replaces the text of its hidden suite."""
    root = place / "course"
    shutil.copytree(SAMPLE_COURSE, root)
    for name, text in bank.items():
        path = root / "solutions" / ID / "submissions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if suite:
        (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").write_text(suite, encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    with course_at(root):
        authoring.build()
    return root


def answered(root: Path, answers: Mapping[str, str] | None = None) -> bytes:
    """A submission with the reference's answers, some replaced by `answers`."""
    with course_at(root):
        return as_bytes(filled(ID, answers))


def edited(data: bytes, change: Callable[[nbformat.NotebookNode], object]) -> bytes:
    """A notebook file after `change` was applied to the notebook."""
    notebook = nbformat.from_dict(json.loads(data))
    change(notebook)
    return json.dumps(notebook).encode()


def grade_id(cell: Any) -> str:
    """nbgrader's name for a cell."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


@dataclass(frozen=True)
class Ran:
    """The exit status and output of a command."""

    status: int
    out: str
    err: str


class Commands:
    """`python -m autograder` in this process, with the course under `root`."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._monkeypatch, self._capsys = root, monkeypatch, capsys

    def __call__(self, *arguments: object) -> Ran:
        """Run a command; return its exit status and output."""
        grader.forget_loaded()
        self._monkeypatch.setenv("AUTOGRADER_COURSE", str(self.root))
        self._monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        self._monkeypatch.setenv("COLUMNS", "200")
        status = _status()
        printed = self._capsys.readouterr()
        return Ran(status, printed.out, printed.err)


def _status() -> int:
    """The exit status of `main`."""
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("the command did not say how it ended")


def in_a_process(root: Path, *command: object, cwd: Path | None = None, **environment: str) -> Ran:
    """Run a command line in a separate process, with the course under `root`."""
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ["PATH"]])
    env = {**os.environ, "AUTOGRADER_COURSE": str(root), "PYTHONPATH": str(REPOSITORY), "PATH": path, **environment}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd or root, env=env, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def hand_in(root: Path, student: str, data: bytes, id: str = ID, name: str = "tiny.ipynb") -> Path:
    """Put a file where nbgrader expects it: submitted/<student>/<assignment>/<name>; return the path of submitted/."""
    folder = root / "submitted" / student / id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return root / "submitted"


def records_of(path: Path) -> list[dict[str, Any]]:
    """The records in a file written by `grade --json`, without their execution times."""
    return [{**record, "execution_time": 0} for record in json.loads(path.read_text())]


def until(holds: Callable[[], object], patience_s: float = 60.0) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        os.sched_yield()
