"""`autograder assignments`: the table of the course, for a terminal, a pipe and a README."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from every_assignment import course_at
from rich.console import Console
from tiny_course import ID, Commands, tiny_course

from autograder.reports.assignment_table import print_assignments


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The `autograder` command in a course whose assignment needs torch and hands out two datasets."""
    root = tiny_course(tmp_path)
    listed = "data = ['words.txt', 'letters.txt']\nneeds = ['torch']\n"
    (root / "solutions" / ID / "assignment.toml").write_text(listed)
    return Commands(root, monkeypatch, capsys)


def test_plain_columns_where_it_is_piped(command: Commands) -> None:
    ran = command("assignments")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "assignment  title                   questions  points  needs  data",
        "01_tiny     Twice, and twice again          2     100  torch  words.txt, letters.txt",
    ]


def test_a_table_in_a_terminal(command: Commands) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with course_at(command.root):
        print_assignments(console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1m" in printed
    assert "Twice, and twice again" in printed


def test_markdown_for_a_readme(command: Commands) -> None:
    script = command.root / "solutions" / ID / "tiny.py"
    script.write_text(script.read_text().replace("# # Twice, and", "# # Twice | and"))
    ran = command("assignments", "--markdown")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "| assignment | title | questions | points | needs | data |",
        "| --- | --- | ---: | ---: | --- | --- |",
        r"| `01_tiny` | Twice \| and twice again | 2 | 100 | torch | words.txt, letters.txt |",
    ]
