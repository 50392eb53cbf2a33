"""Measure the named figures, all if none is named, and print the tables."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench import classes, memory, one_submission
from autograder.bench.machine import Row, machine

FIGURES: dict[str, list[Callable[[Path], list[Row]]]] = {
    "one": [one_submission.grading, one_submission.wire],
    "class": [classes.without_training],
    "training": [classes.with_training],
    "memory": [memory.coordinator],
}


def main(wanted: list[str]) -> None:
    """Print one table. Exits with a message for an unknown figure."""
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        raise SystemExit(f"there is no figure {unknown[0]!r}; known are: {', '.join(FIGURES)}")
    console = Console()
    console.print(f"machine: {machine()}\n", highlight=False)
    table = Table("figure", "measured", "goal")
    with console.status("measuring"):
        for name in wanted or FIGURES:
            for measure in FIGURES[name]:
                with tempfile.TemporaryDirectory() as folder:
                    for row in measure(Path(folder)):
                        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
