"""Marks for Moodle: the grading worksheet of one assignment, which "Upload grading worksheet" takes.

Moodle names a participant by a number, `Participant 1234`, the same as in the names of the downloaded submissions.
With the worksheet that "Download grading worksheet" gave, all its columns stay, and every grade that we have nothing
to put for; without it, a worksheet with the columns that Moodle needs is written.
"""

from __future__ import annotations

import re

from autograder.errors import GraderError
from autograder.reports.plain_text import no_formula
from autograder.reports.platforms.marks import Marks, Worth, number_in, written
from autograder.reports.platforms.roster import Roster, number, table_text

HEADER = ["Identifier", "Full name", "Grade", "Maximum Grade"]
PARTICIPANT = re.compile(r"\D*(\d+)")  # "Participant 1234", in the language of the site


def moodle_table(marks: Marks, worth: Worth) -> str:
    """A worksheet without a roster."""
    rows = [list(HEADER)]
    for student in marks.students:
        result, number = marks.results(student).get(worth.id), number_in(student)
        name = (result.name if result is not None else "") or student.removesuffix(f"_{number}")
        identifier = f"Participant {number}" if number else no_formula(student)
        rows.append([identifier, no_formula(name), written(result, worth.points), f"{worth.points:.2f}"])
    return table_text(rows)


def filled_moodle(roster: Roster, marks: Marks, worth: Worth, column: str | None = None) -> str:
    """The worksheet with the grades filled in.

    column   the name of the column of grades, where the site does not speak English
    Raises GraderError if the file is not a worksheet, or has no such column.
    """
    name = column or "Grade"
    place, maximum = roster.column(name), roster.column("Maximum Grade", "Maximum grade")
    if not any(PARTICIPANT.fullmatch(row[0].strip()) for row in roster.rows):
        raise GraderError("the roster is not Moodle's: its first column holds no participants' numbers")
    if place is None:
        columns = ", ".join(map(repr, roster.header))
        raise GraderError(f"the roster has no column {name!r}: name one of {columns} with --column")
    for row in roster.rows:
        known = PARTICIPANT.fullmatch(row[0].strip())
        student = marks.student_named([known[1]]) if known else None
        if student is not None:
            most = number(row[maximum]) if maximum is not None else None
            row[place] = written(marks.results(student).get(worth.id), worth.points, most) or row[place]
    return roster.as_text()
