"""`autograder demo`: a sample class, handed in, graded, reported and exported as a real one is."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from collections.abc import Collection, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from autograder import authoring, course
from autograder.cli import commands
from autograder.errors import GraderError
from autograder.grading.options import Options
from autograder.reports import terminal
from autograder.reports.progress import progress
from autograder.result import Result
from autograder.sandbox import require_bubblewrap
from autograder.validation.sample_class import (
    Sample,
    class_file,
    described_assignment,
    differences,
    samples,
    short_class,
)

MARKER = "made-by-autograder-demo"


def run(folder: Path | None, jobs: int, console: Console, every: bool = False) -> None:
    """Make the class in `folder` (default: build/demo), afresh, and show its results.

    every  whether the samples of every assignment are graded, and not the short class of one
    Raises typer.Exit(1) if they are not as expected; SandboxMissing, GraderError if the class cannot be graded.
    """
    require_bubblewrap()
    place = (folder or course.current().root / "build" / "demo").resolve()
    expected = samples() if every else short_class()
    id, reader = described_assignment(), class_file().reader
    _show_changes(() if every else (id,), console)
    hand_in(expected, make_room(place))
    results = commands.grade(place / "submitted", Options(variant=0), commands.Batch(jobs))
    readers = None if every else {reader}
    reports = write_reports(place, results, console, readers)
    for one_id in dict.fromkeys(sample.assignment for sample in expected):
        terminal.print_class(console, [one for one in results if one.assignment == one_id], confined=True)
        _print_samples(console, [one for one in expected if one.assignment == one_id])
    _print_paths(console, place, reports, (reader, id))
    wrong = differences(expected, results)
    for line in wrong:
        terminal.print_line(console, Text("UNEXPECTED ", "bold red").append(line, "default"))
    if wrong:
        raise typer.Exit(1)
    refused = sum(not one.graded for one in expected)
    summary = f"All {len(expected)} came out as they must; {refused} cannot be graded, and the report says so."
    terminal.print_line(console, Text(summary, "green"))
    _open(reports[0])


def make_room(place: Path) -> Path:
    """An empty folder for the class; an earlier demonstration is removed. GraderError if anything else is there."""
    if place.exists() and any(place.iterdir()) and not (place / MARKER).exists():
        raise GraderError(f"{place} is not empty and was not made by a demonstration: name another folder")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / MARKER).write_text("autograder demo removes this folder and makes it again.\n", encoding="utf-8")
    return place


def hand_in(expected: Sequence[Sample], place: Path) -> None:
    """Write the submissions of the class, laid out as nbgrader's submitted/."""
    for sample in expected:
        folder = place / "submitted" / sample.student / sample.assignment
        folder.mkdir(parents=True)
        (folder / f"{course.name_of(sample.assignment)}.ipynb").write_bytes(sample.make())


def write_reports(
    place: Path, results: Sequence[Result], console: Console, readers: Collection[str] | None = None
) -> list[Path]:
    """Feedback pages for `readers` or everybody, grades.csv, a report of each assignment; the paths of the reports."""
    from autograder.cli.report_files import report
    from autograder.gradebook.book import Gradebook
    from autograder.gradebook.export import GradedMarksCsv

    gradebook = Gradebook(place)
    pages = [result for result in results if readers is None or result.student in readers]
    with progress(_beside(console), "feedback", len(pages)) as advance:
        for result in pages:
            gradebook.feedback(result.student, result.assignment)
            advance(result.student)
    with gradebook.open() as opened:
        GradedMarksCsv(to=str(place / "grades.csv")).export(opened)
    return [path for _, path in report(place, place / "report.html")]


def _beside(console: Console) -> Console:
    """The console for progress: not into a pipe."""
    return console if console.is_terminal else Console(stderr=True)


def _show_changes(ids: Sequence[str], console: Console) -> None:
    """Bring these releases up to date, all if none is named; print the changes."""
    for change in authoring.build(ids):
        if change.is_difference:
            terminal.print_line(console, Text(f"{change.status} {change.path}"))


def _print_samples(console: Console, expected: Sequence[Sample]) -> None:
    terminal.print_line(console, Text("\nWhat they handed in, and what it must lose:", "bold"))
    rows = [[Text(sample.student), Text(sample.description), Text(_loss(sample))] for sample in expected]
    terminal.print_table(console, ["student", "handed in", "loses"], rows)
    terminal.print_line(console, Text(""))


def _loss(sample: Sample) -> str:
    if not sample.graded:
        return "not graded: no mark, no zero"
    every = len(course.current().load(sample.assignment).questions)
    if len(sample.lost) == every:
        return f"every question ({next(iter(sample.lost.values()))})"
    return ", ".join(f"{id} ({reason})" for id, reason in sample.lost.items()) or "nothing"


def _print_paths(console: Console, place: Path, reports: Sequence[Path], reader: tuple[str, str]) -> None:
    """Print the files to look at. `reader`: a student and an assignment with a feedback page."""
    shown = [
        *(("class report", report) for report in reports),
        ("feedback", place / "feedback" / Path(*reader) / f"{course.name_of(reader[1])}.html"),
        ("marks", place / "grades.csv"),
        ("gradebook", place / "gradebook.db"),
    ]
    terminal.print_line(console, Text("Look at:", "bold"))
    for label, path in shown:
        terminal.print_line(console, Text(f"  {label:<13} {_near(path)}"))


def _near(path: Path) -> Path:
    """The path from the current folder, if it lies there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _open(report: Path) -> None:
    """Show the report in a browser, if there is a display."""
    if sys.stdout.isatty() and os.environ.get("DISPLAY"):
        webbrowser.open(report.as_uri())
