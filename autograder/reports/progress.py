"""How far a long work is: a bar in a terminal, plain lines in a pipe, lines of JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from autograder.reports.plain_text import first_line
from autograder.reports.progress_form import Form, chosen_form
from autograder.reports.terminal import print_line

_PATIENCE_S = 1.0


@contextmanager
def progress(console: Console, label: str, total: int) -> Iterator[Callable[[str], None]]:
    """Yield `advance(note)`, to be called after each of `total` steps.

    In a terminal a bar appears once the work has lasted longer than a second, and goes when it is done. In
    a pipe a line is printed for every tenth of the work, likewise only after the first second. As JSON there is a line
    for every step: work, done, total, note, elapsed_s, and left_s, the estimate of the time left.
    """
    if chosen_form.get() is Form.JSON:
        yield _JsonProgress(console, label, total).advance
        return
    if not console.is_terminal:
        yield _LineProgress(console, label, total).advance
        return
    with _PatientProgress(*_bar_columns(), console=console, transient=True) as bar:
        task = bar.add_task(label, total=total, note="")
        yield lambda note: bar.update(task, advance=1, note=first_line(note, 40))


class _PatientProgress(Progress):
    """A progress bar that shows nothing in the first second."""

    def get_renderables(self) -> Iterable[RenderableType]:
        if any((task.elapsed or 0) > _PATIENCE_S for task in self.tasks):
            yield from super().get_renderables()


class _LineProgress:
    """Progress as plain lines, one per tenth of the work."""

    def __init__(self, console: Console, label: str, total: int) -> None:
        self.console, self.label, self.total = console, label, total
        self.done, self.start_s = 0, console.get_time()

    def advance(self, note: str) -> None:
        """Count one more step."""
        before, self.done = self.done, self.done + 1
        another_tenth = 10 * before // max(self.total, 1) < 10 * self.done // max(self.total, 1)
        if another_tenth and self.console.get_time() - self.start_s > _PATIENCE_S:
            print_line(self.console, Text(f"{self.label}: {self.done} of {self.total}"))


class _JsonProgress(_LineProgress):
    """Progress as JSON, one line per step."""

    def advance(self, note: str) -> None:
        """Count one more step."""
        self.done += 1
        elapsed = self.console.get_time() - self.start_s
        facts = {
            "work": self.label, "done": self.done, "total": self.total, "note": first_line(note),
            "elapsed_s": round(elapsed, 1), "left_s": round(elapsed / self.done * (self.total - self.done), 1),
        }  # fmt: skip
        print_line(self.console, Text(json.dumps(facts, ensure_ascii=False)))


def _bar_columns() -> list[TextColumn | BarColumn | MofNCompleteColumn | TimeRemainingColumn]:
    named, note = TextColumn("{task.description}", markup=False), TextColumn("{task.fields[note]}", markup=False)
    return [named, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), note]
