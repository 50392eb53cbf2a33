"""The files of named mistakes that `mistakes` makes, and the page about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder import course
from autograder.errors import GraderError
from autograder.reports.progress import progress
from autograder.validation import confusion_table, named_mistakes


def measure(ids: Sequence[str], console: Console, check: bool) -> bool:
    """Ask the known mistakes of assignments `ids`, or all, and write their files, unless `check`; whether one differs.

    Raises UnknownAssignment, and TaskError or GraderError if a bank cannot be asked.
    """
    differs = False
    for assignment in [course.current().load(id) for id in ids or course.current().assignment_ids()]:
        with progress(Console(stderr=True), assignment.id, len(named_mistakes.asked_in(assignment))) as advance:
            measured = named_mistakes.measure(assignment, advance)
        confusion_table.print_confusion(console, assignment, measured)
        changed = named_mistakes.is_new(assignment, measured)
        if changed and not check:
            named_mistakes.write(assignment, measured)
        differs |= changed
        status = "unchanged" if not changed else "differs" if check else "written"
        console.print(f"{status:<16} {assignment.named_mistakes.relative_to(assignment.root)}", highlight=False)
    return differs


def write_page(path: Path) -> None:
    """Write the page of all assignments. Raises GraderError if that is not possible."""
    known = course.current()
    page = confusion_table.confusion_markdown(known.load(id) for id in known.assignment_ids())
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise GraderError(f"--markdown {path}: it could not be written ({error.strerror})") from None
