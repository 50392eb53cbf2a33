"""The mark of a question and the text that a student reads, from the outcomes of its tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import nbformat

from autograder.course import QuestionInfo
from autograder.grading.refusal import NOT_YOURS
from autograder.result import LIKELY, NOT_GRADED, QuestionResult
from autograder.testing.fingerprint import fingerprint
from autograder.testing.plugin import Outcome

SHOWN_FAILURES = 3
THREADS = re.compile(r"\b(?:Thread|ThreadPool|ThreadPoolExecutor|Parallel|Timer)\(")
ON_THREADS = (
    "Threads that were started while the notebook ran are not there when a question is asked, so code that waits for "
    "one waits for ever: start it inside the function that uses it."
)


def judge_question(
    info: QuestionInfo, tests: Sequence[Outcome], cell_reason: str = "", cell_text: str = ""
) -> QuestionResult:
    """The mark of one question: the share of its tests' points that passed. No mark if a fault is not the student's.

    cell_reason, cell_text  the failure of its solution cell when the notebook ran, "" if it had none
    """
    if not tests:
        return question_not_graded(info, "the hidden suite has no test of it")
    faults = [test for test in tests if test.fault]
    if faults:
        return question_not_graded(info, f"{faults[0].test}: {faults[0].message}")
    total = sum(test.question.points for test in tests)
    reached = sum(test.question.points for test in tests if test.passed)
    failed = [test for test in tests if not test.passed]
    if not failed:
        return QuestionResult(info.id, info.points, info.points, "correct", "Correct.")
    reason = failed[0].reason
    if reason == "missing" and cell_reason:
        reason = cell_reason
    return QuestionResult(
        info.id, info.points, round(info.points * reached / total, 4), reason, feedback_of(failed, cell_text)
    )


def question_not_graded(info: QuestionInfo, fault: str) -> QuestionResult:
    """A question that could not be judged: no mark, and the reason for the instructor alone."""
    return QuestionResult(info.id, info.points, None, NOT_GRADED, NOT_YOURS, fault=fault)


def feedback_of(failed: Sequence[Outcome], cell_text: str = "") -> str:
    """The messages of the first failures, each once, and then their hints."""
    parts = [cell_text] if cell_text else []
    seen: list[str] = []
    for test in failed:
        if test.message and test.message not in seen:
            seen.append(test.message)
    parts += seen[:SHOWN_FAILURES]
    hints = list(dict.fromkeys(test.question.hint for test in failed if test.question.hint))
    parts += [f"Hint: {hint}" for hint in hints[:SHOWN_FAILURES]]
    return "\n\n".join(parts) or "Wrong."


def with_likely_mistake(question: QuestionResult, tests: Sequence[Outcome], known: Mapping[str, str]) -> QuestionResult:
    """The same result, with the known mistake named first that gives the very same to the question's tests.

    known  fingerprint of a wrong answer -> its mistake in words
    """
    mistake = known.get(fingerprint(tests)) if question.reason == "wrong" and known else None
    return replace(question, output=f"{LIKELY}{mistake}.\n\n{question.output}") if mistake else question


def with_hint_on_threads(question: QuestionResult, notebook: nbformat.NotebookNode) -> QuestionResult:
    """The same result, with a hint that threads are lost where time ran out and the notebook starts threads."""
    starts_threads = any(cell.cell_type == "code" and THREADS.search(cell.source) for cell in notebook.cells)
    if question.reason != "timeout" or not starts_threads:
        return question
    return replace(question, output=f"{question.output}\n\n{ON_THREADS}")
