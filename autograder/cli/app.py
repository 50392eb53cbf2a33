"""The commands. Each says what it does, what it found, and by its exit status whether all is well:

\b
0  all was graded (whatever the marks), or the check held
1  something was not graded, or a check failed
2  nothing could be done: unknown assignment, no bubblewrap, bad arguments
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.batch import slow_imports
from autograder.errors import AutograderError, GraderError
from autograder.packaging import Kind
from autograder.reports.platforms import Format
from autograder.reports.progress_form import Form, chosen_form

if TYPE_CHECKING:
    from autograder.grading.options import Options
    from autograder.result import Result

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


@app.command()
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


@app.command()
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
    from autograder.cli import kernel_ahead
    from autograder.grading.options import Options

    chosen = frozenset(filter(None, questions.split(","))) if questions is not None else None
    options = Options(assignment, chosen, not no_training, not unconfined)
    with kernel_ahead.kernel(path, options) as spare_kernel:
        from autograder.cli import commands

        batch = commands.Batch(jobs, scheduler, course_dir, force)
        results = commands.grade(path, options, batch, spare_kernel)
    _finish(results, options, (json_file, summary), commands.count_adjusted(path, batch, results))


@app.command()
def validate(ids: Ids = None) -> None:
    """The release gate: prove that the assignments are sound before anyone is marked by them. Prints the kill table."""
    from autograder import validation

    if not validation.validate(ids or [], Console()):
        raise typer.Exit(1)


@app.command()
def mistakes(
    ids: Ids = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 on a difference.")] = False,
    markdown: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=_writable, help="Only write the page of all assignments, from their files."),
    ] = None,
) -> None:
    """Find out what each known mistake gives, so that feedback can name it. Prints what each is told."""
    from autograder.cli import mistake_files

    if markdown is not None:
        mistake_files.write_page(markdown)
    elif mistake_files.measure(ids or [], Console(), check) and check:
        raise typer.Exit(1)


@app.command()
def report(
    course_dir: Annotated[Path, typer.Option("--course", help="Folder with gradebook.db and autograded/.")] = Path(),
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="PATH", callback=_writable, help="Also write a table of the marks there."),
    ] = None,
) -> None:
    """Write the class report, a static HTML page, from the gradebook."""
    from autograder.cli import report_files

    for label, path in report_files.report(course_dir, out, csv_file):
        typer.echo(f"{label}: {path}")


@app.command()
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
    """Write the marks for Canvas, Moodle, a spreadsheet or JUnit. A mark that is missing stays empty."""
    from autograder.cli import export_files

    path, left_out = export_files.export(kind, course_dir, out, assignment, roster, column)
    typer.echo(f"marks: {path}")
    if left_out:
        typer.secho(f"the roster has no row for {', '.join(left_out)}: add their marks by hand", fg="yellow", err=True)
        raise typer.Exit(1)


@app.command()
def package(
    id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    kind: Annotated[Kind, typer.Option("--format", help="For whom the zip is.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=_writable, help="The zip to write (default: build/ID_FORMAT.zip)."),
    ] = None,
) -> None:
    """Make the zip to publish, for students, or the zip to upload, Gradescope's autograder."""
    from autograder.packaging import package

    path, count = package.package(id, kind, out)
    typer.echo(f"{count} files: {path}")


@app.command()
def assignments(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown, for a README.")] = False,
) -> None:
    """Print the table of assignments: id, title, questions, points, packages needed, datasets."""
    from autograder.reports import assignment_table

    if markdown:
        typer.echo(assignment_table.as_markdown())
    else:
        assignment_table.print_assignments(Console())


@app.command()
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


@app.command()
def demo(
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = os.cpu_count() or 1,
    folder: Annotated[Path | None, typer.Option(help="Where the sample class is made (default: build/demo).")] = None,
    every: Annotated[bool, typer.Option("--all", help="Grade the samples of every assignment.")] = False,
) -> None:
    """Grade a small sample class of one assignment, print a table, write the class report."""
    from autograder.cli import demo

    demo.run(folder, jobs, Console(), every)


def _write_json(path: Path, records: object) -> None:
    """Write the records. Raises GraderError, the table having been printed, if there is no room for them."""
    try:
        path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise GraderError(f"--json {path}: it could not be written ({error.strerror})") from None


def _add_summary(path: Path, results: list[Result]) -> None:
    """Add the results in Markdown to a file, as a job's summary on GitHub is written. Raises GraderError."""
    from autograder.reports.markdown_summary import summary_markdown

    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(summary_markdown(results))
    except OSError as error:
        raise GraderError(f"--summary {path}: it could not be written ({error.strerror})") from None


def _finish(
    results: list[Result], options: Options, files: tuple[Path | None, Path | None], adjusted: int | None
) -> None:
    """Print the table, write the records and the summary, set the exit status. `adjusted` None: it was one notebook."""
    from autograder.reports import terminal

    console = Console()
    if adjusted is None:
        terminal.print_submission(console, results[0], confined=options.confined)
    else:
        terminal.print_class(console, results, confined=options.confined)
        terminal.print_adjusted(console, adjusted)
    json_file, summary = files
    if summary is not None:
        _add_summary(summary, results)
    if json_file is not None:
        records = [result.to_json() for result in results]
        _write_json(json_file, records[0] if adjusted is None else records)
    if not all(result.graded for result in results):
        raise typer.Exit(1)
