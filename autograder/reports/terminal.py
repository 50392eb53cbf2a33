"""Results in a terminal: tables with colour there, plain aligned columns where the output is piped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.reports.outcomes import style_of
from autograder.reports.plain_text import first_line, points
from autograder.reports.summary import answer, outcome_counts, share, summarise
from autograder.result import NOT_GRADED, Result

UNCONFINED = "UNCONFINED: these submissions ran without a sandbox."
PROBLEM_LIMIT = 1000  # characters: a whole sentence, and what to do
_NUMERIC = frozenset({"points", "total"})


def print_submission(console: Console, result: Result, *, confined: bool) -> None:
    """Print one submission: question, points, outcome, first line of feedback; then its total."""
    rows = [_question_row(result, question.id) for question in result.questions]
    print_table(console, ["question", "points", "outcome", "feedback"], rows)
    labels = [first_line(result.student), result.assignment]
    label = ": ".join(filter(None, labels)) or "this file"
    print_line(console, Text(f"{label}: ").append_text(_total(result)))
    if result.problem:
        print_line(console, Text(first_line(result.problem, PROBLEM_LIMIT)))
    _stamp(console, confined)


def print_class(console: Console, results: Sequence[Result], *, confined: bool) -> None:
    """Print a class: student, total, questions per outcome or the reason why there are none; then the summary."""
    ordered = sorted(results, key=lambda r: (r.student.casefold(), r.student, r.assignment))
    several = ["assignment"] if len({r.assignment for r in results}) > 1 else []
    rows = [_student_row(result, bool(several)) for result in ordered]
    print_table(console, ["student", *several, "total", "outcomes"], rows)
    _print_faults(console, ordered)
    print_summary(console, results, confined=confined)


def _print_faults(console: Console, results: Sequence[Result]) -> None:
    """Print the faults of the suite or the machine that kept questions from being graded, each once for all."""
    students: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        for question in result.questions:
            if question.fault:
                students.setdefault((result.assignment, question.id, question.fault), []).append(result.student)
    for (assignment, id, fault), met in students.items():
        names = first_line(met[0]) + (f" and {len(met) - 1} more" if len(met) > 1 else "")
        print_line(console, Text(f"{assignment}, {id}: not graded for {names}: {first_line(fault, PROBLEM_LIMIT)}"))


def print_adjusted(console: Console, adjusted: int) -> None:
    """Print the number of submissions with more than automatic marks in the gradebook; nothing if there are none."""
    if adjusted:
        verb = "has" if adjusted == 1 else "have"
        print_line(
            console,
            Text(
                f"The marks are the automatic ones. {adjusted} of these {verb} marks by hand or late penalties as well,"
                " which `python -m autograder report` and `nbgrader export` count."
            ),
        )


def print_summary(console: Console, results: Sequence[Result], *, confined: bool) -> None:
    """Print one line: the number of graded submissions, their mean, the number of those not graded."""
    for name in sorted({r.assignment for r in results}):
        summary = summarise([r for r in results if r.assignment == name])
        missing = len(summary.not_graded)
        mean = "no marks" if summary.mean is None else f"mean {100 * summary.mean:.1f} %"
        line = Text(f"{name}: {len(summary.results) - missing} graded, {mean}, ")
        print_line(console, line.append(f"{missing} not graded", style_of(NOT_GRADED).style if missing else ""))
    _stamp(console, confined)


def print_again(console: Console, student: str) -> None:
    """Print the student whose submission is graded once more, now that all the others are done."""
    print_line(console, Text(f"waiting for {first_line(student)}: graded once more, alone, the machine was too busy"))


def _question_row(result: Result, id: str) -> list[Text]:
    question = answer(result, id)
    reached = "-" if question.score is None else f"{points(question.score)} / {points(question.max_score)}"
    message = "" if question.reason == "correct" else first_line(question.fault or question.output)
    return [Text(first_line(id)), Text(reached), Text(question.reason, style_of(question.reason).style), Text(message)]


def _total(result: Result) -> Text:
    if not result.graded:
        return Text("not graded", style_of(NOT_GRADED).style)
    if share(result) is None:
        return Text("nothing counted", "dim")
    return Text(f"{points(result.total)} / {points(result.max_score)}", "bold")


def _student_row(result: Result, with_assignment: bool) -> list[Text]:
    name = Text(first_line(result.student) or "(no name)")
    assignment = [Text(result.assignment)] if with_assignment else []
    return [name, *assignment, _total(result), _outcomes(result)]


def _outcomes(result: Result) -> Text:
    """The outcomes, such as 10 correct, 1 wrong, 1 timeout; or the reason why nothing could be graded."""
    if result.problem:
        return Text(first_line(result.problem, PROBLEM_LIMIT))
    counts = outcome_counts(result).items()
    return Text(", ").join(Text(f"{n} {reason}", style_of(reason).style) for reason, n in counts)


def _stamp(console: Console, confined: bool) -> None:
    if not confined:
        print_line(console, Text(UNCONFINED, "bold red"))


def print_table(
    console: Console, header: Sequence[str], rows: Sequence[Sequence[Text]], numeric: frozenset[str] = _NUMERIC
) -> None:
    """Print rows under a header; the columns named in `numeric` are aligned to the right."""
    if not console.is_terminal:
        _print_columns(console, header, rows, numeric)
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in header:
        side: Literal["left", "right"] = "right" if name in numeric else "left"
        table.add_column(name, justify=side, overflow="fold", no_wrap=name in numeric)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _print_columns(
    console: Console, header: Sequence[str], rows: Sequence[Sequence[Text]], numeric: frozenset[str]
) -> None:
    """Print columns padded with spaces; a long line stays one line, nothing is cut or wrapped."""
    lines = [list(header), *([cell.plain for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (_padded(cell, width, name in numeric) for cell, width, name in zip(line, widths, header, strict=True))
        print_line(console, Text("  ".join(cells).rstrip()))


def _padded(cell: str, width: int, to_the_right: bool) -> str:
    gap = " " * (width - cell_len(cell))
    return gap + cell if to_the_right else cell + gap


def print_line(console: Console, line: Text) -> None:
    """Print one line, however long, without wrapping it: a pipe gets it whole."""
    console.print(line, soft_wrap=True, highlight=False)
