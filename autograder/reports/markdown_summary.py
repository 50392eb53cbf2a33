"""Results in Markdown, for the summary of a job of continuous integration."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.reports.plain_text import first_line, points
from autograder.reports.summary import outcome_counts
from autograder.result import Result

SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|&~$@:-])")


def summary_markdown(results: Sequence[Result]) -> str:
    """One submission question by question, or a class with a row for each submission; no text of theirs is markup."""
    if len(results) == 1:
        return _submission(results[0])
    rows = [_row(result.student, result.assignment, _total(result), _outcomes(result)) for result in results]
    return "\n".join([_row("student", "assignment", "points", "outcomes"), "| --- | --- | ---: | --- |", *rows]) + "\n"


def _submission(result: Result) -> str:
    title = " · ".join(filter(None, (_plain(result.student), _plain(result.assignment), _total(result))))
    lines = [f"### {title}", ""]
    if result.questions:
        lines += [_row("question", "points", "outcome", "feedback"), "| --- | ---: | --- | --- |"]
    for question in result.questions:
        mark = "" if question.score is None else f"{points(question.score)} / {points(question.max_score)}"
        feedback = first_line(question.output) if question.reason != "correct" else ""
        lines.append(_row(question.id, mark, question.reason, feedback))
    stamp = [] if result.confined else ["**UNCONFINED**: it ran without a sandbox."]
    return "\n".join([*lines, "", *([_plain(result.problem), ""] if result.problem else []), *stamp]).rstrip() + "\n"


def _total(result: Result) -> str:
    """The mark so far, or that there is none."""
    if result.problem:
        return "not graded"
    return f"{points(result.total)} / {points(result.max_score)}" + ("" if result.graded else ", partly not graded")


def _outcomes(result: Result) -> str:
    if result.problem:
        return first_line(result.problem)
    return ", ".join(f"{count} {reason}" for reason, count in outcome_counts(result).items())


def _row(*fields: str) -> str:
    return f"| {' | '.join(map(_plain, fields))} |"


def _plain(text: str) -> str:
    """Text in one line, no character of which Markdown takes for its own."""
    return SPECIAL.sub(r"\\\1", first_line(text, 300))
