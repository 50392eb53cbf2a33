"""The class report: one static HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.reports.page import render, script
from autograder.reports.plain_text import first_line, points
from autograder.reports.plots import reasons_plot, solved_plot, totals_plot
from autograder.reports.summary import ClassSummary, QuestionSummary, answer, question_share, share, summarise
from autograder.result import NOT_GRADED, QuestionResult, Result

_STEPS = 4  # colours of the heat map between no points and all points, both of which have their own


@dataclass(frozen=True)
class HeatCell:
    """One question of one student: the text in the cell, the score, the outcome, the colour class, the tooltip."""

    text: str
    score: float | None
    reason: str
    shade: str
    title: str


@dataclass(frozen=True)
class HeatRow:
    """One student: id, name, address of the feedback page ("" for none), total in points, late penalty ("" for none),
    total as a share, cells in the questions' order.
    """

    student: str
    name: str
    page: str
    total: str
    penalty: str
    share: float | None
    cells: Sequence[HeatCell]


@dataclass(frozen=True)
class NotGraded:
    """Submissions without a mark that the instructor treats alike: advice, command, (student, reason) by student."""

    what_to_do: str
    command: str
    entries: Sequence[tuple[str, str]]


def write_class_report(
    results: Sequence[Result],
    out: Path,
    *,
    title: str,
    confined: bool,
    points: Mapping[str, float] | None = None,
    headings: Mapping[str, str] | None = None,
    stamp: str = "",
    pages: Mapping[str, str] | None = None,
) -> Path:
    """Write the report of one assignment's results to the file `out`; returns `out`.

    points     question id -> points, in the order of the assignment; without it, as the results have it
    headings   question id -> heading
    stamp      a line for the page's head, such as the date
    pages      student id -> address of the feedback page, relative to `out`
    raises     ValueError where the results belong to more than one assignment
    """
    page = class_report_html(
        results, title=title, confined=confined, points=points, headings=headings, stamp=stamp, pages=pages
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out


def class_report_html(
    results: Sequence[Result],
    *,
    title: str,
    confined: bool,
    points: Mapping[str, float] | None = None,
    headings: Mapping[str, str] | None = None,
    stamp: str = "",
    pages: Mapping[str, str] | None = None,
) -> str:
    """The page that `write_class_report` writes; the same results give the same text."""
    summary = summarise(results, points, headings)
    text, allowed = script("class_report.js")
    return render(
        "class_report.html.j2",
        script=text,
        allowed=allowed,
        title=title,
        confined=confined,
        stamp=stamp,
        summary=summary,
        not_graded=_not_graded(summary.not_graded, results[0].assignment if results else ""),
        pages=pages or {},
        rows=[_row(result, summary.questions, (pages or {}).get(result.student, "")) for result in summary.results],
        suites=sorted({r.suite_sha256 for r in results if r.suite_sha256}),
        walls=sorted({first_line(r.walls) for r in results if r.walls}),
        environments=sorted({first_line(r.environment) for r in results if r.environment}),
        plots=_plots(summary),
    )


def _plots(summary: ClassSummary) -> dict[str, str]:
    if not summary.results or not summary.questions:
        return {}
    return {
        "totals": totals_plot(summary.shares),
        "solved": solved_plot(summary.questions),
        "reasons": reasons_plot(summary.questions),
    }


def _not_graded(results: Sequence[Result], assignment: str) -> list[NotGraded]:
    whole = [(r.student, r.problem) for r in results if r.problem]
    parts = [(r.student, _questions_not_graded(r)) for r in results if not r.problem]
    grade, validate = f"grade PATH --assignment {assignment}", f"validate {assignment}"
    groups = [
        NotGraded("Mend what the reason names, then grade these submissions again.", grade, whole),
        NotGraded("The suite or the machine is at fault: find out which, then grade again.", validate, parts),
    ]
    return [group for group in groups if group.entries]


def _questions_not_graded(result: Result) -> str:
    return "; ".join(f"{q.id}: {first_line(q.output, 120)}" for q in result.questions if q.reason == NOT_GRADED)


def _row(result: Result, questions: Sequence[QuestionSummary], page: str) -> HeatRow:
    total = share(result)
    shown = points(result.total) if total is not None else "not graded" if not result.graded else "–"
    penalty = f"late −{points(result.late_penalty)}" if result.late_penalty and total is not None else ""
    cells = [_cell(answer(result, question.id), question) for question in questions]
    return HeatRow(result.student, result.name, page, shown, penalty, total, cells)


def _cell(result: QuestionResult, question: QuestionSummary) -> HeatCell:
    message = first_line(result.output) if result.reason != "correct" else ""
    reached = "" if result.score is None else f"{points(result.score)} of {points(question.points)}, "
    title = f"{question.id}: {reached}{result.reason}" + (f"\n{message}" if message else "")
    text = "" if result.score is None else points(result.score)
    return HeatCell(text, result.score, result.reason, _shade(result), title)


def _shade(result: QuestionResult) -> str:
    """The cell's colour class: none, skipped, s0 (no points) to s5 (all points)."""
    reached = question_share(result)
    if reached is None:
        return "skipped" if result.reason == "skipped" else "none"
    if reached >= 1:
        return f"s{_STEPS + 1}"
    return "s0" if reached <= 0 else f"s{1 + int(reached * _STEPS)}"
