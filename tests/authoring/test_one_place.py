"""An assignment is one folder of solutions/: a copy under another id is built, validated and graded as it stands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from every_assignment import REPOSITORY, course_at
from tiny_course import Commands

from autograder.authoring.filled_notebook import as_bytes, filled

ORIGINAL, COPY = "03_reversal", "98_again"
WHOLE_GATE_S = 1200


@pytest.fixture(scope="module")
def course_with_a_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's solutions and datasets, the copy of 03 in place of 03, and nothing else."""
    root = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns("__pycache__", "test_reference.py", "tests", ORIGINAL, "0[4-9]_*", "1[0-9]_*")
    shutil.copytree(REPOSITORY / "solutions", root / "solutions", ignore=ignored)
    shutil.copytree(REPOSITORY / "datasets", root / "datasets", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "solutions" / ORIGINAL, root / "solutions" / COPY)
    (root / "solutions" / COPY / "reversal.py").rename(root / "solutions" / COPY / "again.py")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    return root


@pytest.fixture
def command(course_with_a_copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The command line in that course."""
    return Commands(course_with_a_copy, monkeypatch, capsys)


def keep_one_of_each(submissions: Path) -> None:
    """Keep one wrong answer to each question, and the right answers that these are edits of."""
    kept = []
    for path in (submissions / "wrong_answer").glob("*.toml"):
        kept.append("[[mistake]]".join(path.read_text().split("[[mistake]]")[:2]))
        path.write_text(kept[-1])
    for path in (submissions / "accepted").glob("*.py"):
        if not any(f'base = "{path.stem}"' in text for text in kept):
            path.unlink()


@pytest.mark.slow
def test_it_is_built(course_with_a_copy: Path, command: Commands) -> None:
    assert command("build").status == 0
    assert (course_with_a_copy / "assignments" / COPY / "again.ipynb").is_file()
    assert command("build", "--check").status == 0
    assert COPY in command("assignments").out


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_GATE_S)
def test_it_is_validated_and_graded(course_with_a_copy: Path, command: Commands, tmp_path: Path) -> None:
    command("build")
    keep_one_of_each(course_with_a_copy / "solutions" / COPY / "submissions")
    ran = command("validate", COPY)
    assert ran.status == 0, ran.out
    assert "unexpected" not in ran.out
    with course_at(course_with_a_copy):
        (tmp_path / "again.ipynb").write_bytes(as_bytes(filled(COPY)))
    ran = command("grade", tmp_path / "again.ipynb", "--no-training", "--json", tmp_path / "record.json")
    record = json.loads((tmp_path / "record.json").read_text())
    assert (ran.status, record["score"]) == (0, record["tests"] and sum(test["max_score"] for test in record["tests"]))
