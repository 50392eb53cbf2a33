"""What `grade` leaves behind: a table in the terminal, the records, a summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from autograder.errors import GraderError
from autograder.grading.options import Options
from autograder.reports import terminal
from autograder.reports.markdown_summary import summary_markdown
from autograder.result import Result


@dataclass(frozen=True)
class Files:
    """Where the records and the summary go, if anywhere."""

    records: Path | None = None
    summary: Path | None = None


def finish(results: Sequence[Result], options: Options, files: Files, adjusted: int | None) -> bool:
    """Print the table, write the files; whether everything was graded. `adjusted` None: it was one notebook.

    Raises GraderError, the table having been printed, if a file cannot be written.
    """
    console = Console()
    if adjusted is None:
        terminal.print_submission(console, results[0], confined=options.confined)
    else:
        terminal.print_class(console, results, confined=options.confined)
        terminal.print_adjusted(console, adjusted)
    if files.summary is not None:
        _add_summary(files.summary, results)
    if files.records is not None:
        records = [result.to_json() for result in results]
        _write_json(files.records, records[0] if adjusted is None else records)
    return all(result.graded for result in results)


def _write_json(path: Path, records: object) -> None:
    """Write the records. Raises GraderError if there is no room for them."""
    try:
        path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise GraderError(f"--json {path}: it could not be written ({error.strerror})") from None


def _add_summary(path: Path, results: Sequence[Result]) -> None:
    """Add the results in Markdown to a file, as a job's summary on GitHub is written. Raises GraderError."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(summary_markdown(results))
    except OSError as error:
        raise GraderError(f"--summary {path}: it could not be written ({error.strerror})") from None
