"""One assignment's results of a class, counted: the numbers that every report shows.

A submission that could not be graded has no total and counts in no mean: it is counted as not graded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, mean, median

from autograder.reports.outcomes import ALL_OUTCOMES
from autograder.reports.plain_text import first_line
from autograder.result import BY_HAND, NOT_GRADED, QuestionResult, Result

MESSAGES = 8  # shown for one question
ENOUGH = 8  # submissions for a correlation that is worth showing


@dataclass(frozen=True)
class QuestionSummary:
    """One question over the class.

    counts     submissions per outcome, in the order of ALL_OUTCOMES, without zeros
    counted    submissions in which the question has a score
    solved     share of the counted ones that are correct; None where none is counted
    mean       mean share of the points; None where none is counted
    mistakes   the known mistakes that feedback names, with how many students made each
    messages   the most common first lines of other feedback, with how many students got each and one of them
    discrimination   correlation of the points with those of all other questions, over the submissions that are graded
               in full; None for fewer than ENOUGH of them, or where either is the same for all
    """

    id: str
    heading: str
    points: float
    counts: Mapping[str, int]
    counted: int
    solved: float | None
    mean: float | None
    mistakes: Sequence[tuple[str, int]]
    messages: Sequence[tuple[str, int, str]]
    discrimination: float | None = None


@dataclass(frozen=True)
class ClassSummary:
    """All submissions of one assignment, by student id."""

    results: Sequence[Result]
    questions: Sequence[QuestionSummary]

    @property
    def not_graded(self) -> list[Result]:
        """The submissions without a mark."""
        return [r for r in self.results if not r.graded]

    @property
    def shares(self) -> list[float]:
        """Totals of the graded submissions, each as a share of the points that counted."""
        return [s for s in map(share, self.results) if s is not None]

    @property
    def late(self) -> int:
        """The number of submissions with a late penalty."""
        return sum(result.late_penalty > 0 for result in self.results)

    @property
    def seconds(self) -> float | None:
        """Median time that grading one submission took; None where no record has it."""
        taken = [result.execution_time for result in self.results if result.execution_time]
        return median(taken) if taken else None

    @property
    def mean(self) -> float | None:
        """Mean share of the points over the graded submissions."""
        return mean(self.shares) if self.shares else None

    @property
    def median(self) -> float | None:
        """Median share of the points over the graded submissions."""
        return median(self.shares) if self.shares else None


def share(result: Result) -> float | None:
    """The total as a share of the points that counted; None where there is no mark."""
    return result.total / result.max_score if result.graded and result.max_score else None


def answer(result: Result, question_id: str) -> QuestionResult:
    """The submission's question; one that is not in the record, or in no usable record, is not graded."""
    recorded = next((q for q in result.questions if q.id == question_id), None)
    if recorded is None:
        return QuestionResult(question_id, 0.0, None, NOT_GRADED, result.problem)
    if result.problem:
        return QuestionResult(question_id, recorded.max_score, None, NOT_GRADED, result.problem)
    return recorded


def outcome_counts(result: Result) -> dict[str, int]:
    """The number of questions per outcome, in the order of ALL_OUTCOMES, without zeros."""
    return _ordered(Counter(answer(result, q.id).reason for q in result.questions))


def summarise(
    results: Sequence[Result], points: Mapping[str, float] | None = None, headings: Mapping[str, str] | None = None
) -> ClassSummary:
    """Count one assignment's results.

    points     question id -> points, in the order of the assignment; without it, as the results have it
    headings   question id -> heading
    raises     ValueError where the results belong to more than one assignment
    """
    assignments = sorted({r.assignment for r in results})
    if len(assignments) > 1:
        raise ValueError(f"results of one assignment wanted, these are of {', '.join(assignments)}")
    ordered = sorted(results, key=lambda r: (r.student.casefold(), r.student))
    worth = dict(points) if points else _points(ordered)
    names = headings or {}
    return ClassSummary(ordered, [_question(ordered, id, worth[id], names.get(id, id)) for id in worth])


def _points(results: Sequence[Result]) -> dict[str, float]:
    """Question id -> points; the largest seen, since a record read back has 0 for what did not count."""
    worth: dict[str, float] = {}
    for result in results:
        for question in result.questions:
            worth[question.id] = max(worth.get(question.id, 0.0), question.max_score)
    return worth


def _question(results: Sequence[Result], id: str, points: float, heading: str) -> QuestionSummary:
    answers = [answer(result, id) for result in results]
    counted = [q for q in answers if q.score is not None]
    return QuestionSummary(
        id,
        heading,
        points,
        counts=_ordered(Counter(q.reason for q in answers)),
        counted=len(counted),
        solved=mean(_is_solved(q) for q in counted) if counted else None,
        mean=mean(question_share(q) or 0.0 for q in counted) if counted else None,
        mistakes=_known_mistakes(counted),
        messages=_common_messages(
            [(r.student, q) for r, q in zip(results, answers, strict=True) if q.score is not None]
        ),
        discrimination=_discrimination([result for result in results if result.graded], id),
    )


def _discrimination(results: Sequence[Result], id: str) -> float | None:
    """Do those who solve this question solve the others too?"""
    pairs = []
    for result in results:
        asked = answer(result, id)
        if asked.score is not None:
            pairs.append((asked.score, result.score - asked.score))
    if len(pairs) < ENOUGH:
        return None
    points, rest = zip(*pairs, strict=True)
    return correlation(points, rest) if len(set(points)) > 1 and len(set(rest)) > 1 else None


def _is_solved(question: QuestionResult) -> bool:
    return question.reason == "correct" or (question.reason == BY_HAND and (question_share(question) or 0.0) >= 1)


def question_share(question: QuestionResult) -> float | None:
    """The share of the question's points that were reached; None where it has no score."""
    if question.score is None or not question.max_score:
        return None
    return question.score / question.max_score


def _known_mistakes(answers: Sequence[QuestionResult]) -> list[tuple[str, int]]:
    counted = Counter(filter(None, (question.mistake for question in answers)))
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _common_messages(answers: Sequence[tuple[str, QuestionResult]]) -> list[tuple[str, int, str]]:
    """What no known mistake gives, grouped by the whole of the first failure."""
    groups: dict[str, list[str]] = {}
    for student, question in answers:
        if question.reason != "correct" and not question.mistake and question.output.strip():
            groups.setdefault(question.output.partition("\n\n")[0], []).append(student)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:MESSAGES]
    return [(first_line(text), len(students), students[0]) for text, students in ordered]


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    known = {reason: counts[reason] for reason in ALL_OUTCOMES if counts.get(reason)}
    return known | {reason: n for reason, n in counts.items() if reason not in known and n}
