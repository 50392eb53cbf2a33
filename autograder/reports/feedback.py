"""One student's feedback: a page with every question's outcome, and their own notebook below it.

Everything on it but the outcomes comes from the student or from their code, so all of it is escaped. Nothing is read
but the result and the notebook handed in: no hidden test, reference or input can get here, unless a suite wrote it
into its feedback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nbformat

from autograder.errors import RAISED
from autograder.reports.notebook_html import ANCHOR, notebook_html
from autograder.reports.outcomes import style_of
from autograder.reports.page import render
from autograder.reports.plain_text import clean
from autograder.reports.summary import answer, share
from autograder.result import NOT_GRADED, QuestionResult, Result

_HINT = "Hint:"
_LABELS = ("yours", "wanted")
_STOPPED = "Your code stopped with an error."


@dataclass(frozen=True)
class Line:
    """One line of a message: `label` is "yours", "wanted" or "" and stands before `text`."""

    label: str
    text: str


@dataclass(frozen=True)
class Message:
    """One block of feedback: its first line, and the lines below it."""

    headline: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class QuestionFeedback:
    """One question as the page shows it."""

    question: QuestionResult
    heading: str
    meaning: str
    messages: Sequence[Message]
    hints: Sequence[str]
    comments: Sequence[str] = ()
    mistake: str = ""

    @property
    def told(self) -> bool:
        """Whether the page has details on it."""
        return bool(self.messages or self.hints or self.comments or self.question.reason != "correct")


def feedback_html(
    result: Result,
    notebook: nbformat.NotebookNode | None = None,
    *,
    confined: bool,
    title: str = "",
    headings: Mapping[str, str] | None = None,
    show_problem: bool = False,
    comments: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page for one student.

    notebook   the student's notebook as submitted and run; None leaves it out
    confined   whether it was graded in a sandbox (stamped on the page)
    title      the assignment's title; without it its id
    headings   question id -> heading
    show_problem   whether the student may read why nothing could be graded: right for a file that cannot be
               read, wrong for a fault of the suite, whose message may quote hidden tests
    comments   question id -> a person's comments on the answer; under "" those on no question
    """
    names = headings or {}
    written = comments or {}
    ids = [question.id for question in result.questions]
    shown = None if notebook is None else notebook_html(notebook, ids)
    return render(
        "feedback.html.j2",
        result=result,
        share=share(result),
        title=title or result.assignment,
        confined=confined,
        questions=[question_feedback(answer(result, id), names.get(id, id), written.get(id, ())) for id in ids],
        comments=written.get("", ()),
        notebook=shown,
        anchors=[id for id in ids if shown and f'id="{ANCHOR}{id}"' in shown],
        problem=result.problem if show_problem else "",
    )


def question_feedback(question: QuestionResult, heading: str, comments: Sequence[str] = ()) -> QuestionFeedback:
    """Take a question's output apart: the known mistake, and blocks between blank lines, with "Hint:" before hints.

    The output of a question that could not be graded is meant for the instructor and left out.
    """
    output = "" if question.reason == NOT_GRADED or question.output == "Correct." else question.output
    blocks = [block.strip("\n") for block in clean(output).split("\n\n") if block.strip()]
    hints = [block.removeprefix(_HINT).strip() for block in blocks if block.startswith(_HINT)]
    mistake = question.mistake if output else ""
    messages = [_message(block) for block in blocks[bool(mistake) :] if not block.startswith(_HINT)]
    raised = bool(messages) and all(message.headline.startswith(RAISED) for message in messages)
    meaning = _STOPPED if raised and question.reason == "wrong" else style_of(question.reason).meaning
    return QuestionFeedback(question, heading, meaning, messages, hints, comments, mistake)


def _message(block: str) -> Message:
    headline, *rest = block.split("\n")
    return Message(headline, [_line(line) for line in rest])


def _line(line: str) -> Line:
    label, _, text = line.partition(" ")
    return Line(label, text.strip()) if label in _LABELS else Line("", line)
