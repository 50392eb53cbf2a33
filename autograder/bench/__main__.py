"""Measure the named figures, all if none is named, and print the tables.

python -m autograder.bench --markdown docs/benchmarks.md     also writes the table into that page, in place of its own
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench import classes, memory, one_submission, walls
from autograder.bench.machine import Row, machine

FIGURES: dict[str, list[Callable[[Path], list[Row]]]] = {
    "one": [one_submission.grading, one_submission.wire],
    "walls": [walls.system_call_filter],
    "class": [classes.without_training],
    "training": [classes.with_training],
    "memory": [memory.coordinator],
}


TABLE = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end of measured -->\n)", re.DOTALL)


def main(wanted: list[str], page: Path | None = None) -> None:
    """Print one table, and write it into `page`. Exits with a message for an unknown figure or an unfit page."""
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        raise SystemExit(f"there is no figure {unknown[0]!r}; known are: {', '.join(FIGURES)}")
    if page and (wanted or not TABLE.search(page.read_text(encoding="utf-8"))):
        raise SystemExit(
            f"{page}: needs all figures, and a page with `<!-- measured -->` and `<!-- end of measured -->`"
        )
    console = Console()
    console.print(f"machine: {machine()}\n", highlight=False)
    rows = []
    with console.status("measuring"):
        for name in wanted or FIGURES:
            for measure in FIGURES[name]:
                with tempfile.TemporaryDirectory() as folder:
                    rows += measure(Path(folder))
    table = Table("figure", "measured", "goal")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if page:
        write(page, rows)


def write(page: Path, rows: list[Row]) -> None:
    """Put the machine and the table in the place of those in a Markdown page."""
    lines = [f"Machine: {machine()}.", "", "| figure | measured | goal |", "| --- | --- | --- |"]
    text = "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
    page.write_text(TABLE.sub(lambda old: text, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m autograder.bench")
    parser.add_argument("figures", nargs="*", help=f"of {', '.join(FIGURES)}; all if none is named")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="write the table into this page, too")
    given = parser.parse_args()
    main(given.figures, given.markdown)
