"""Build a course of graded notebooks, grade what students hand in, report. The exit status says whether all is well:

\b
0  all was graded (whatever the marks), or the check held
1  something was not graded, or a check failed
2  nothing could be done: unknown assignment, no bubblewrap, bad arguments
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.batch import slow_imports
from autograder.errors import AutograderError, GraderError
from autograder.packaging import Kind
from autograder.reports.platforms import Format
from autograder.reports.progress_form import Form, chosen_form

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, help=__doc__)
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Assignment ids; all if none is named.")]


def main() -> None:
    """Run a command; what the package raises on purpose becomes one message and exit status 2."""
    slow_imports.leave_out()
    try:
        app()
    except AutograderError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"autograder: {error}", style="red", markup=False)
        sys.exit(2)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("autograder"))
        raise typer.Exit


@app.callback(help=__doc__)
def autograder(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    progress: Annotated[Form, typer.Option(help="Bars or plain lines, or JSON for machines, on stderr.")] = Form.AUTO,
) -> None:
    """Take the options that belong to no command."""
    chosen_form.set(progress)


def _writable(option: typer.CallbackParam, path: Path | None) -> Path | None:
    """The path. Raises GraderError if no file can be written there: before the work, not after it."""
    if path is None:
        return None
    folder, name = path.absolute().parent, option.opts[0]
    if path.is_dir():
        raise GraderError(f"{name} {path}: this is a folder; name a file")
    if not folder.is_dir():
        raise GraderError(f"{name} {path}: there is no folder {folder}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise GraderError(f"{name} {path}: it may not be written there")
    return path


JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", callback=_writable, help="Write the result record(s) there.")
]
SummaryFile = Annotated[
    Path | None, typer.Option(metavar="FILE", callback=_writable, help="Add a summary in Markdown to this file.")
]


def _examples(*lines: str) -> str:
    """The end of a command's help: lines that can be typed as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  python -m autograder {line}" for line in lines)


@app.command(epilog=_examples("build", "build 02_seq2seq", "build --check"))
def build(
    ids: Ids = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 on a difference.")] = False,
) -> None:
    """Build assignments/ from solutions/. Idempotent; says what changed."""
    from autograder import authoring
    from autograder.cli import commands

    changes = authoring.build(ids or [], check)
    for change in changes:
        typer.echo(f"{change.status:<16} {change.path}")
    warnings = commands.unsound(ids or [])
    for warning in warnings:
        typer.secho(f"warning: {warning}", fg="yellow", err=True)
    if check and (warnings or any(change.is_difference for change in changes)):
        raise typer.Exit(1)


@app.command(
    epilog=_examples(
        "grade seq2seq.ipynb",
        "grade submitted/ --jobs 4",
        "grade moodle.zip --assignment 02_seq2seq --course class/",
        "grade seq2seq.ipynb --questions encode_texts --json record.json",
    )
)
def grade(
    path: Annotated[
        Path,
        typer.Argument(help="A notebook, a folder laid out as nbgrader's submitted/, or a folder or zip of notebooks."),
    ],
    assignment: Annotated[
        str | None, typer.Option(help="The assignment it should be; otherwise it is recognised.")
    ] = None,
    json_file: JsonFile = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Submissions graded at a time (default: the number of cores).")
    ] = os.cpu_count() or 1,
    questions: Annotated[str | None, typer.Option(metavar="Q,Q", help="Grade only these.")] = None,
    no_training: Annotated[bool, typer.Option("--no-training", help="Leave the training question out.")] = False,
    unconfined: Annotated[
        bool, typer.Option("--unconfined", help="Run without bubblewrap; stamped on every report.")
    ] = False,
    course_dir: Annotated[
        Path | None, typer.Option("--course", help="Folder of the gradebook (default: beside submitted/).")
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler (tcp://...), whose workers grade instead.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Grade everything anew, also what has not changed.")] = False,
    summary: SummaryFile = None,
) -> None:
    """Grade a notebook, or a class into the gradebook. What has not changed since is not graded again."""
    from autograder.cli import grade_output, kernel_ahead
    from autograder.grading.options import Options

    chosen = frozenset(filter(None, questions.split(","))) if questions is not None else None
    options = Options(assignment, chosen, not no_training, not unconfined)
    with kernel_ahead.kernel(path, options) as spare_kernel:
        from autograder.cli import commands

        batch = commands.Batch(jobs, scheduler, course_dir, force)
        results = commands.grade(path, options, batch, spare_kernel)
    files = grade_output.Files(json_file, summary)
    if not grade_output.finish(results, options, files, commands.count_adjusted(path, batch, results)):
        raise typer.Exit(1)


@app.command(epilog=_examples("validate", "validate 02_seq2seq"))
def validate(ids: Ids = None) -> None:
    """Prove that assignments are sound: the release gate.

    Every known submission is graded; prints what is unexpected, and the wrong answers caught by each question.
    """
    from autograder import validation

    if not validation.validate(ids or [], Console()):
        raise typer.Exit(1)


@app.command(epilog=_examples("mistakes 02_seq2seq", "mistakes --check", "mistakes --markdown docs/named_mistakes.md"))
def mistakes(
    ids: Ids = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 on a difference.")] = False,
    markdown: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", callback=_writable, help="Only write the page of all assignments, from their files."
        ),
    ] = None,
) -> None:
    """Find out what each known mistake gives.

    Feedback names it where a student's answer gives the very same. Prints what the known mistakes are told.
    """
    from autograder.cli import mistake_files

    if markdown is not None:
        mistake_files.write_page(markdown)
        typer.echo(f"page: {markdown}")
    elif mistake_files.measure(ids or [], Console(), check) and check:
        raise typer.Exit(1)


@app.command(epilog=_examples("report", "report --course class/ --out report.html --csv marks.csv"))
def report(
    course_dir: Annotated[Path, typer.Option("--course", help="Folder with gradebook.db and autograded/.")] = Path(),
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="PATH", callback=_writable, help="Also write a table of the marks there."),
    ] = None,
) -> None:
    """Write the class report, a page, from the gradebook."""
    from autograder.cli import report_files

    for label, path in report_files.report(course_dir, out, csv_file):
        typer.echo(f"{label}: {path}")


@app.command(epilog=_examples("export --format csv", "export --format canvas --roster grades.csv --out marks.csv"))
def export(
    kind: Annotated[Format, typer.Option("--format", help="Where the marks go.")],
    course_dir: Annotated[Path, typer.Option("--course", help="Folder with gradebook.db and autograded/.")] = Path(),
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=_writable, help="The file to write (default: marks_FORMAT.csv or .xml)."),
    ] = None,
    assignment: Annotated[str | None, typer.Option(metavar="ID", help="Only this assignment.")] = None,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The platform's own file, to be filled in."),
    ] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help="The roster's column for the marks.")] = None,
) -> None:
    """Write the marks for Canvas, Moodle, a spreadsheet, JUnit.

    A mark that is missing stays empty.
    """
    from autograder.cli import export_files

    path, left_out = export_files.export(kind, course_dir, out, assignment, roster, column)
    typer.echo(f"marks: {path}")
    if left_out:
        typer.secho(f"the roster has no row for {', '.join(left_out)}: add their marks by hand", fg="yellow", err=True)
        raise typer.Exit(1)


@app.command(epilog=_examples("package 02_seq2seq --format student", "package 02_seq2seq --format gradescope"))
def package(
    id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    kind: Annotated[Kind, typer.Option("--format", help="For whom the zip is.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=_writable, help="The zip to write (default: build/ID_FORMAT.zip)."),
    ] = None,
) -> None:
    """Make the zip for students, or the one for Gradescope."""
    from autograder.packaging import package

    path, count = package.package(id, kind, out)
    typer.echo(f"{count} files: {path}")


@app.command(epilog=_examples("assignments", "assignments --markdown"))
def assignments(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown, for a README.")] = False,
) -> None:
    """Print the table of assignments.

    It has ids, titles, questions, points, packages needed, datasets.
    """
    from autograder.reports import assignment_table

    if markdown:
        typer.echo(assignment_table.as_markdown())
    else:
        assignment_table.print_assignments(Console())


@app.command(epilog=_examples("data", "data --check"))
def data(
    check: Annotated[
        bool, typer.Option("--check", help="Make nothing; exit 1 if a file is missing or not as SHA256SUMS has it.")
    ] = False,
) -> None:
    """Make the datasets and their checksums. Idempotent; says what changed."""
    from autograder import course
    from autograder.course import datasets

    folder = course.current().root / datasets.FOLDER
    statuses = datasets.check(folder) if check else datasets.make(folder)
    for name, status in statuses.items():
        if check and status:
            typer.echo(status, err=True)
        else:
            typer.echo(f"{status or 'unchanged':<16} {datasets.FOLDER}/{name}")
    if check and any(statuses.values()):
        raise typer.Exit(1)


@app.command(epilog=_examples("demo", "demo --all --jobs 4"))
def demo(
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = os.cpu_count() or 1,
    folder: Annotated[Path | None, typer.Option(help="Where the sample class is made (default: build/demo).")] = None,
    every: Annotated[bool, typer.Option("--all", help="Grade the samples of every assignment.")] = False,
) -> None:
    """Grade a small sample class, and report on it."""
    from autograder.cli import demo

    demo.run(folder, jobs, Console(), every)
