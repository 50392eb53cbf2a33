"""Marks as CSV, for a spreadsheet or a learning management system.

"Not graded" and "skipped" are empty fields, never 0; the outcome stands beside the points in words.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.reports.plain_text import first_line, no_formula
from autograder.reports.summary import answer, share, summarise
from autograder.result import Result


def write_marks_csv(results: Sequence[Result], out: Path, *, points: Mapping[str, float] | None = None) -> Path:
    """Write one row per submission of one assignment, sorted by student id; returns `out`.

    columns   student, total, out of, not graded (why), then per question its points and its outcome
    raises    ValueError where the results belong to more than one assignment
    """
    summary = summarise(results, points)
    ids = [question.id for question in summary.questions]
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["student", "total", "out of", "not graded", *_paired(ids, [f"{id} outcome" for id in ids])])
        writer.writerows(_row(result, ids) for result in summary.results)
    return out


def _row(result: Result, ids: Sequence[str]) -> list[str]:
    answers = [answer(result, id) for id in ids]
    marked = share(result) is not None
    return [
        no_formula(result.student),
        _number(result.total if marked else None),
        _number(result.max_score if marked else None),
        "" if result.graded else no_formula(first_line(result.problem) or "some questions could not be graded"),
        *_paired([_number(q.score) for q in answers], [no_formula(q.reason) for q in answers]),
    ]


def _paired(left: Sequence[str], right: Sequence[str]) -> list[str]:
    return [field for pair in zip(left, right, strict=True) for field in pair]


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):g}"
