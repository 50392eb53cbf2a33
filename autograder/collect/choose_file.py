"""The choice of the file that is graded, of all that a student handed in, with notes on it.

Of several notebooks of one assignment: the one handed in later, where the times are known; else the one uploaded
last, where the system numbers uploads; else the one named as the assignment's notebook; else the one with the most
cells of the release; else the last by name. A file that cannot be graded never stands in the way of one that can.
Notebooks of different assignments are graded each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from autograder import course
from autograder.collect import files
from autograder.collect.files import FoundFile, listed
from autograder.collect.timestamps import moment, to_the_second
from autograder.errors import AutograderError, Unreadable
from autograder.untrusted_text import one_line

MAX_INSPECTED = 20  # notebooks of one student
NOT_INSPECTED = f"it was not looked into, since {MAX_INSPECTED} others of that student were"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ChosenFile:
    """The chosen file, or the reason there is none. `beside`: the other files handed in with it."""

    entry: FoundFile
    assignment: str | None
    problem: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[FoundFile, ...] = ()


@dataclass(frozen=True)
class InspectedFile:
    """A notebook that was read: its assignment and the number of its release's cells in it, or a problem."""

    entry: FoundFile
    assignment: str | None = None
    cells: int = 0
    problem: str = ""


def choose(entries: Sequence[FoundFile], wanted: str | None) -> Iterator[ChosenFile]:
    """The chosen files of each student; those for the assignment `wanted` if one is."""
    for mine in _by_student(entries).values():
        places = {entry.assignment for entry in mine}
        if len(places) > 1 and None in places:  # some lie in an assignment's folder, some do not
            mine = [replace(one, assignment=one.assignment or _inspected(one).assignment) for one in mine]
        for assignment in sorted({entry.assignment for entry in mine}, key=str):
            if assignment is None or wanted in (None, assignment):
                together = [one for one in mine if one.assignment == assignment]
                beside = tuple(one for one in together if one.file is not None and not one.is_notebook)
                for chosen in _of_one_place(together, assignment, wanted):
                    yield replace(chosen, beside=beside)


def _by_student(entries: Sequence[FoundFile]) -> dict[str, list[FoundFile]]:
    by_student: dict[str, list[FoundFile]] = {}
    for entry in entries:
        by_student.setdefault(entry.student, []).append(entry)
    return by_student


def _of_one_place(entries: list[FoundFile], assignment: str | None, wanted: str | None) -> Iterator[ChosenFile]:
    notebooks = [entry for entry in entries if entry.is_notebook]
    if not notebooks:
        yield ChosenFile(entries[-1], assignment, _nothing(entries), entries[-1].notes)
    elif len(notebooks) == 1:
        yield _chosen(notebooks[0], assignment)
    else:
        first = sorted(notebooks, key=partial(_inspection_order, wanted=assignment or wanted))
        left = [InspectedFile(entry, problem=NOT_INSPECTED) for entry in first[:-MAX_INSPECTED]]
        yield from _several([*left, *map(_inspected, first[-MAX_INSPECTED:])], assignment, wanted)


def _inspection_order(entry: FoundFile, wanted: str | None) -> tuple[datetime, int, bool, str]:
    """The sort key by which one student's notebooks are read, the last ones first."""
    time, upload, is_named, _ = _rank(InspectedFile(entry), wanted)
    return time, upload, is_named, entry.name


def _nothing(entries: list[FoundFile]) -> str:
    """The reason why there is no notebook to grade."""
    known = [entry for entry in entries if entry.file is not None]
    problem = next((entry.file.problem for entry in known if entry.file and entry.file.problem), "")
    if problem or not known:
        return problem or "there is no notebook in the folder"
    zips = any(entry.name.lower().endswith(".zip") for entry in known)
    unopened = "; a zip in it is not opened" if zips else ""
    return f"there is no notebook among what was handed in ({listed(entry.name for entry in known)}{unopened})"


def _chosen(entry: FoundFile, assignment: str | None, *notes: str) -> ChosenFile:
    problem = entry.file.problem if entry.file is not None else ""
    name = entry.name.rpartition("/")[2]
    renamed = (
        [] if name.lower().endswith(".ipynb") else [f"It was handed in as {one_line(name)}, and read as a notebook."]
    )
    return ChosenFile(entry, assignment, problem, (*entry.notes, *renamed, *notes))


def _inspected(entry: FoundFile) -> InspectedFile:
    from autograder.restore.match_cells import likeness
    from autograder.restore.read import read
    from autograder.restore.released import release
    from autograder.restore.submission import recognise

    try:
        if entry.file is None or entry.file.problem:
            raise Unreadable(entry.file.problem if entry.file else "there is no file")
        notebook = read(files.read(entry.file.content))
        assignment = recognise(notebook)
    except AutograderError as problem:
        return InspectedFile(entry, problem=str(problem))
    except Exception as fault:  # a mistake in the grader must not end the grading of a class
        return InspectedFile(entry, problem=f"the grader itself failed: {type(fault).__name__}")
    return InspectedFile(entry, assignment, likeness(notebook.cells, release(assignment)))


def _several(inspected: list[InspectedFile], assignment: str | None, wanted: str | None) -> Iterator[ChosenFile]:
    """One of several notebooks for each of their assignments."""
    wanted = assignment or wanted
    fit = [one for one in inspected if not one.problem and wanted in (None, one.assignment)]
    left_out = [one for one in inspected if one.problem]
    if not fit:  # the chosen one carries its own problem
        yield _best_of(inspected, [], wanted)
        return
    for id in sorted({one.assignment for one in fit if one.assignment}):
        yield _best_of([one for one in fit if one.assignment == id], left_out, id)


def _best_of(fit: list[InspectedFile], left_out: list[InspectedFile], assignment: str | None) -> ChosenFile:
    ranked = sorted(fit, key=lambda one: (_rank(one, assignment), one.entry.name))
    best = ranked[-1]
    names = sorted(one.entry.name for one in [*fit, *left_out])
    if len(names) == 1:
        return _chosen(best.entry, assignment)
    count = "Two" if len(names) == 2 else str(len(names))
    verb = "taken" if best.problem else "graded"
    text = f"{count} files were handed in: {listed(names)}. {one_line(best.entry.name)} was {verb}"
    why = f", {_reason(best, ranked[-2], assignment)}" if len(ranked) > 1 else ""
    problems = "".join(f" {one_line(one.entry.name)} could not be: {one.problem}." for one in left_out)
    return _chosen(best.entry, assignment, f"{text}{why}.{problems}")


def _rank(one: InspectedFile, assignment: str | None) -> tuple[datetime, int, bool, int]:
    name = one.entry.name.rpartition("/")[2]
    is_named = assignment is not None and name == f"{course.name_of(assignment)}.ipynb"
    return moment(one.entry.timestamp) or NEVER, one.entry.upload, is_named, one.cells


def _reason(best: InspectedFile, next_best: InspectedFile, assignment: str | None) -> str:
    """The first difference by which the best one is ranked before the next."""
    reasons = [
        f"the later one ({to_the_second(best.entry.timestamp)})",
        f"the one uploaded last (its number is {best.entry.upload})",
        "the one named as the assignment's notebook",
        "the one with the most cells of the assignment",
    ]
    pairs = zip(_rank(best, assignment), _rank(next_best, assignment), reasons, strict=True)
    return next((reason for mine, other, reason in pairs if mine != other), "the last by name")
