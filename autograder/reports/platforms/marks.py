"""Marks of several assignments, found by what a platform calls a student."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.result import Result

NUMBER = re.compile(r"(?:.*_)?(\d+)", re.DOTALL)  # Moodle's and Canvas's number at the end of a student id


@dataclass(frozen=True)
class Worth:
    """An assignment as the platforms know it.

    title   its title, the name of its column
    points  the points of all its questions
    """

    id: str
    title: str
    points: float


class Marks:
    """The results of a class, whose students a platform may name by id or by number.

    results   one for each student and assignment
    """

    def __init__(self, results: Iterable[Result]) -> None:
        self._by_student: dict[str, dict[str, Result]] = {}
        for result in results:
            self._by_student.setdefault(result.student, {})[result.assignment] = result
        self._keys = _keys(self._by_student)
        self._asked: set[str] = set()

    @property
    def students(self) -> list[str]:
        """Student ids, sorted."""
        return sorted(self._by_student)

    @property
    def never_asked(self) -> list[str]:
        """Students with a mark whom `student_named` never gave: the platform's file has no row for them."""
        return [
            student
            for student in self.students
            if student not in self._asked and any(mark(result) is not None for result in self.results(student).values())
        ]

    def results(self, student: str) -> Mapping[str, Result]:
        """Assignment id -> result of one student."""
        return self._by_student[student]

    def student_named(self, names: Sequence[str]) -> str | None:
        """The student with one of these ids or numbers, the first that is known; None if none is."""
        student = next(filter(None, (self._keys.get(name.strip().casefold()) for name in names)), None)
        if student is not None:
            self._asked.add(student)
        return student


def mark(result: Result | None) -> float | None:
    """The mark, late penalty deducted; None where any question has none, whether left out or not graded."""
    if result is None or not result.graded or not all(question.counted for question in result.questions):
        return None
    return result.total


def written(result: Result | None, worth: float, maximum: float | None = None) -> str:
    """The mark as a platform reads it, in two decimals, scaled if the platform's maximum is another; "" for none."""
    points = mark(result)
    if points is None:
        return ""
    scale = 1.0 if maximum is None or not worth else maximum / worth
    return f"{points * scale:.2f}".rstrip("0").rstrip(".")


def number_in(student: str) -> str:
    """The platform's number at the end of a student id, "" if there is none."""
    known = NUMBER.fullmatch(student)
    return known[1] if known else ""


def _keys(students: Iterable[str]) -> dict[str, str]:
    """Id, and number if nobody else has it, of each student, in small letters -> their id."""
    keys: dict[str, str] = {}
    shared: set[str] = set()
    for student in students:
        number = number_in(student)
        if number in keys:
            shared.add(number)
        keys[number] = student
    own = {student.casefold(): student for student in students}
    return {key: student for key, student in keys.items() if key and key not in shared} | own
