"""Marks for Canvas: the file that Grades > Import takes.

Canvas knows a student by `ID`, its own number, or by `SIS User ID` or `SIS Login ID`, and an assignment by a column
`Title (number)`. A column without a number becomes a new assignment. The row before the first student holds the
points possible. With the file that Grades > Export gave, all ids, and all marks that we have nothing to put for, stay
as they are; without it, only what the students' ids tell is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autograder.errors import GraderError
from autograder.reports.plain_text import no_formula
from autograder.reports.platforms.marks import Marks, Worth, number_in, written
from autograder.reports.platforms.roster import Roster, number, table_text

HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS_POSSIBLE = "Points Possible"
NUMBERED = re.compile(r"(?P<title>.*?)\s*\(\d+\)", re.DOTALL)


def canvas_table(marks: Marks, worths: Sequence[Worth]) -> str:
    """A table without a roster: students as far as their ids tell, a new column for each assignment."""
    rows = [[*HEADER, *(no_formula(worth.title) for worth in worths)]]
    rows.append([f"    {POINTS_POSSIBLE}", "", "", "", "", *(f"{worth.points:g}" for worth in worths)])
    for student in marks.students:
        results, number = marks.results(student), number_in(student)
        name = next((result.name for result in results.values() if result.name), "") or student
        login = "" if number else no_formula(student)
        fields = [written(results.get(worth.id), worth.points) for worth in worths]
        rows.append([no_formula(name), number, "", login, "", *fields])
    return table_text(rows)


def filled_canvas(roster: Roster, marks: Marks, worths: Sequence[Worth], column: str | None = None) -> str:
    """The roster with the marks filled in; only the columns that name students, and those of the assignments.

    column   the name of the assignment's column, where it is neither its title nor its id
    Raises GraderError if the file is not Canvas's, or the column is not there.
    """
    names = [roster.column(name) for name in HEADER[1:4]]
    section = roster.column("Section")
    if section is None or not any(place is not None for place in names):
        raise GraderError(f"the roster is not Canvas's: it has no columns {', '.join(HEADER)}")
    columns = [_column(roster, worth, column) for worth in worths]
    points = next((row for row in roster.rows if row[0].strip() == POINTS_POSSIBLE), None)
    for row in roster.rows:
        student = marks.student_named([row[place] for place in names if place is not None and row[place].strip()])
        if student is not None:
            for worth, place in zip(worths, columns, strict=True):
                maximum = number(points[place]) if points is not None else None
                row[place] = written(marks.results(student).get(worth.id), worth.points, maximum) or row[place]
    kept = [*range(section + 1), *columns]
    return table_text([[row[place] for place in kept] for row in (roster.header, *roster.rows)], roster.delimiter)


def _column(roster: Roster, worth: Worth, column: str | None) -> int:
    """The place of an assignment's column: by the name given, else by title or id, with or without Canvas's number."""
    wanted = [column] if column else [worth.title, worth.id]
    folded = [name.casefold() for name in wanted]
    places = [place for place, name in enumerate(roster.header) if set(_names(name)) & set(folded)]
    if not places:
        raise GraderError(
            f"the roster has no column {' or '.join(map(repr, wanted))}: make the assignment in Canvas and export the "
            "grades again, or name its column with --column"
        )
    if len(places) > 1:
        columns = ", ".join(repr(roster.header[place]) for place in places)
        raise GraderError(f"the roster has more than one such column: name one of {columns} with --column")
    return places[0]


def _names(heading: str) -> Iterator[str]:
    """The names of a column in small letters: the whole heading, and the heading without Canvas's number."""
    flat = heading.strip().casefold()
    yield flat
    numbered = NUMBERED.fullmatch(flat)
    if numbered:
        yield numbered["title"]
