"""The provenance of a mark: a change that may affect marks changes the hash of its assignment, and of no other."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import course
from autograder.grading import provenance
from autograder.grading.options import Options
from autograder.grading.provenance import (
    PACKAGE,
    environment,
    forget_files,
    grader_sha256,
    imported_by,
    modules_of,
    suite_sha256,
)

SOURCES = sorted(PACKAGE.rglob("*.py"))


def found_by_parsing(source: str) -> set[Path]:
    """The package's modules that a source text imports, from its syntax tree."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    files = [PACKAGE.joinpath(*name.split(".")[1:]) for name in names if name.split(".")[0] == "autograder"]
    return {path for place in files for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_import_of_the_package_is_noticed(path: Path) -> None:
    source = path.read_text()
    missed = found_by_parsing(source) - set(imported_by(source))
    assert not missed


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the course and of the files that its hashes cover, to be changed."""
    for name in ("solutions", "assignments", "datasets", "autograder"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(course.current().root / name, tmp_path / name, ignore=ignored)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "autograder")
    forget_files()
    yield tmp_path
    forget_files()


def hashes() -> dict[str, str]:
    forget_files()
    return {id: suite_sha256(id) for id in course.current().assignment_ids()}


ALL = course.current().assignment_ids()
CHANGES = {
    "solutions/05_attention/hidden_tests/test_map.py": ["05_attention"],
    "solutions/05_attention/calibration/attention_training.toml": ["05_attention"],
    "solutions/05_attention/calibration/attention_training.md": [],
    "solutions/05_attention/hidden_tests/score_checks.py": ["05_attention"],
    "solutions/06_bidirectional_lstm/hidden_tests/oracle_torch.py": ["06_bidirectional_lstm"],
    "autograder/testing/sequence_models/decoder.py": ["02_seq2seq", "04_peeky", "05_attention"],
    "autograder/testing/checks/values.py": ALL,
    "autograder/testing/question.py": ALL,
    "autograder/testing/plugin.py": [],  # of the grader itself: its hash covers it
    "solutions/03_reversal/reversal.py": ["03_reversal"],
    "assignments/03_reversal/given.py": ["03_reversal"],
    "solutions/given/gradients.py": [
        "01_rnn_lm_sampling",
        "04_peeky",
        "05_attention",
        "06_bidirectional_lstm",
    ],
    "solutions/given/tagging.py": ["06_bidirectional_lstm"],
    "solutions/06_bidirectional_lstm/assignment.toml": ["06_bidirectional_lstm", "07_torch_translation"],
    "datasets/dates.txt": ["05_attention", "06_bidirectional_lstm"],
    "solutions/03_reversal/submissions/accepted/plain_loops.py": [],
    "autograder/reports/page.py": [],
    "autograder/cli/app.py": [],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_concerns_those_whose_marks_it_decides(copied: Path, name: str) -> None:
    before = hashes()
    with (copied / name).open("a") as file:
        file.write("\n# changed\n")
    after = hashes()
    changed = [id for id in ALL if before[id] != after[id]]
    assert set(CHANGES[name]) <= set(changed)
    if name != "solutions/03_reversal/reversal.py":  # later assignments hand out answers of earlier ones
        assert changed == CHANGES[name]


def test_the_grader_is_what_runs_and_judges_and_nothing_that_reports() -> None:
    names = {str(path.relative_to(PACKAGE)) for path in modules_of([PACKAGE / "grading" / "grader.py"])}
    assert {
        "grading/judge.py",
        "testing/plugin.py",
        "restore/submission.py",
        "agent/server.py",
        "sandbox/session.py",
        "agent/wire.py",
    } <= names
    assert not [
        name
        for name in names
        if re.match("reports|gradebook|batch|collect|cli|validation|testing/sequence_models", name)
    ]
    assert re.fullmatch("[0-9a-f]{64}", grader_sha256())


def test_the_environment_names_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = environment(Options())
    assert re.fullmatch(r"python 3\.\d+\.\d+, numpy [\d.]+\S*, torch 2\.13\.0\S*, autograder [\d.]+, confined", line)
    assert environment(Options(confined=False)).endswith(", UNCONFINED")
    monkeypatch.setattr(provenance, "SHOWN", ("numpy", "no-such-package"))
    assert re.fullmatch(r"python 3\.\d+\.\d+, numpy [\d.]+\S*, confined", environment(Options()))
