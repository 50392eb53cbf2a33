"""The appearance and the meaning of each outcome of a question, in one place for every report.

Colours are told apart by colour-blind readers as well; none of the reports uses colour without a word or
a number beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.result import BY_HAND, NOT_GRADED, REASONS

ALL_OUTCOMES = (*REASONS, BY_HAND, NOT_GRADED)


@dataclass(frozen=True)
class Style:
    """One outcome's appearance.

    style     rich style in a terminal
    colour    fill in a plot, "#rrggbb"
    hatch     matplotlib hatch in a plot, "" for a plain fill
    meaning   one sentence for the student
    """

    style: str
    colour: str
    hatch: str
    meaning: str


STYLES: dict[str, Style] = {
    "correct": Style("green", "#3b8fd0", "", "Everything that was tested is right."),
    "wrong": Style("red", "#d9712b", "", "Your code ran, but an answer was not the one wanted."),
    "missing": Style("yellow", "#9aa0a6", "", "This part is not written yet, or its name is not defined."),
    "crashed": Style("magenta", "#b36a9e", "", "The process that ran your code ended before it had answered."),
    "timeout": Style("magenta", "#e3b23c", "", "Your code did not answer within the time limit."),
    "memory": Style("magenta", "#5f9e8f", "", "Your code asked for more memory than the limit."),
    "skipped": Style("dim", "#c4c8cc", "..", "This question was left out on purpose and does not count."),
    BY_HAND: Style("cyan", "#7f8fd9", "//", "A person gave this mark."),
    NOT_GRADED: Style(
        "bold reverse",
        "#80868b",
        "////",
        "This question could not be graded. That costs you no points; your instructor has been told.",
    ),
}


def css_name(reason: str) -> str:
    """The outcome as a CSS class, "unknown" for an unknown one: no text from outside gets into a page's markup."""
    return reason.replace(" ", "-") if reason in STYLES else "unknown"


def style_of(reason: str) -> Style:
    """The style of an outcome; an unknown one has that of not graded, never that of a mark."""
    return STYLES.get(reason, STYLES[NOT_GRADED])
