"""Which of a student's files is graded, and what is said of the choice.

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
from autograder.collect.files import Piece, listed
from autograder.collect.timestamps import moment, to_the_second
from autograder.errors import AutograderError, Unreadable
from autograder.untrusted_text import one_line

MAX_LOOKED_AT = 20  # notebooks of one student
NOT_LOOKED_AT = f"it was not looked into, since {MAX_LOOKED_AT} others of that student were"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    """A file that is graded, or what is said in place of one. `beside`: what else was handed in with it."""

    piece: Piece
    assignment: str | None
    problem: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Looked:
    """What a look into a notebook showed: of which assignment it is and how many of its cells it has, or a problem."""

    piece: Piece
    assignment: str | None = None
    cells: int = 0
    problem: str = ""


def settle(pieces: Sequence[Piece], wanted: str | None) -> Iterator[Taken]:
    """What is graded of each student, for the assignment `wanted` if one is."""
    for mine in _by_student(pieces).values():
        places = {piece.assignment for piece in mine}
        if len(places) > 1 and None in places:  # some lie in an assignment's folder, some do not
            mine = [replace(one, assignment=one.assignment or _looked_at(one).assignment) for one in mine]
        for assignment in sorted({piece.assignment for piece in mine}, key=str):
            if assignment is None or wanted in (None, assignment):
                here = [one for one in mine if one.assignment == assignment]
                beside = tuple(one for one in here if one.file is not None and not one.is_notebook)
                for taken in _of_one_place(here, assignment, wanted):
                    yield replace(taken, beside=beside)


def _by_student(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.student, []).append(piece)
    return found


def _of_one_place(pieces: list[Piece], assignment: str | None, wanted: str | None) -> Iterator[Taken]:
    notebooks = [piece for piece in pieces if piece.is_notebook]
    if not notebooks:
        yield Taken(pieces[-1], assignment, _nothing(pieces), pieces[-1].notes)
    elif len(notebooks) == 1:
        yield _taken(notebooks[0], assignment)
    else:
        first = sorted(notebooks, key=partial(_looked_at_first, wanted=assignment or wanted))
        left = [Looked(piece, problem=NOT_LOOKED_AT) for piece in first[:-MAX_LOOKED_AT]]
        yield from _several([*left, *map(_looked_at, first[-MAX_LOOKED_AT:])], assignment, wanted)


def _looked_at_first(piece: Piece, wanted: str | None) -> tuple[datetime, int, bool, str]:
    """The order in which one student's notebooks are looked into, the last ones first."""
    time, upload, is_named, _ = _rank(Looked(piece), wanted)
    return time, upload, is_named, piece.name


def _nothing(pieces: list[Piece]) -> str:
    """Why there is nothing to grade."""
    known = [piece for piece in pieces if piece.file is not None]
    problem = next((piece.file.problem for piece in known if piece.file and piece.file.problem), "")
    if problem or not known:
        return problem or "there is no notebook in the folder"
    zips = any(piece.name.lower().endswith(".zip") for piece in known)
    unopened = "; a zip in it is not opened" if zips else ""
    return f"there is no notebook among what was handed in ({listed(piece.name for piece in known)}{unopened})"


def _taken(piece: Piece, assignment: str | None, *notes: str) -> Taken:
    problem = piece.file.problem if piece.file is not None else ""
    name = piece.name.rpartition("/")[2]
    renamed = (
        [] if name.lower().endswith(".ipynb") else [f"It was handed in as {one_line(name)}, and read as a notebook."]
    )
    return Taken(piece, assignment, problem, (*piece.notes, *renamed, *notes))


def _looked_at(piece: Piece) -> Looked:
    from autograder.restore import submission
    from autograder.restore.match_cells import likeness
    from autograder.restore.released import release

    try:
        if piece.file is None or piece.file.problem:
            raise Unreadable(piece.file.problem if piece.file else "there is no file")
        notebook = submission.read(files.read(piece.file.content))
        assignment = submission.recognise(notebook)
    except AutograderError as problem:
        return Looked(piece, problem=str(problem))
    except Exception as fault:  # a mistake in the grader must not end the grading of a class
        return Looked(piece, problem=f"the grader itself failed: {type(fault).__name__}")
    return Looked(piece, assignment, likeness(notebook.cells, release(assignment)))


def _several(looked: list[Looked], assignment: str | None, wanted: str | None) -> Iterator[Taken]:
    """One of several for each assignment that they are of."""
    wanted = assignment or wanted
    fit = [one for one in looked if not one.problem and wanted in (None, one.assignment)]
    left_out = [one for one in looked if one.problem]
    if not fit:  # the one that is taken says itself what is wrong with it
        yield _best_of(looked, [], wanted)
        return
    for id in sorted({one.assignment for one in fit if one.assignment}):
        yield _best_of([one for one in fit if one.assignment == id], left_out, id)


def _best_of(fit: list[Looked], left_out: list[Looked], assignment: str | None) -> Taken:
    ranked = sorted(fit, key=lambda one: (_rank(one, assignment), one.piece.name))
    best = ranked[-1]
    names = sorted(one.piece.name for one in [*fit, *left_out])
    if len(names) == 1:
        return _taken(best.piece, assignment)
    count = "Two" if len(names) == 2 else str(len(names))
    came_of_it = "taken" if best.problem else "graded"
    said = f"{count} files were handed in: {listed(names)}. {one_line(best.piece.name)} was {came_of_it}"
    why = f", {_reason(best, ranked[-2], assignment)}" if len(ranked) > 1 else ""
    problems = "".join(f" {one_line(one.piece.name)} could not be: {one.problem}." for one in left_out)
    return _taken(best.piece, assignment, f"{said}{why}.{problems}")


def _rank(one: Looked, assignment: str | None) -> tuple[datetime, int, bool, int]:
    name = one.piece.name.rpartition("/")[2]
    is_named = assignment is not None and name == f"{course.name_of(assignment)}.ipynb"
    return moment(one.piece.timestamp) or NEVER, one.piece.upload, is_named, one.cells


def _reason(best: Looked, next_best: Looked, assignment: str | None) -> str:
    """The first thing that tells the two apart."""
    reasons = [
        f"the later one ({to_the_second(best.piece.timestamp)})",
        f"the one uploaded last (its number is {best.piece.upload})",
        "the one named as the assignment's notebook",
        "the one with the most cells of the assignment",
    ]
    pairs = zip(_rank(best, assignment), _rank(next_best, assignment), reasons, strict=True)
    return next((reason for mine, other, reason in pairs if mine != other), "the last by name")
