"""The result record: one submission's marks as data, in the format of Gradescope's results.json.

"Not graded" is not a mark: such a question has score None, is left out of the total, and makes the exit
status non-zero. Questions left out on purpose (`--questions`, `--no-training`) are `skipped` and not in the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

REASONS = ("correct", "wrong", "missing", "crashed", "timeout", "memory", "skipped")
NOT_GRADED = "not graded"
BY_HAND = "marked by hand"  # in records read from a gradebook
LIKELY = "Likely mistake: "  # begins the feedback on a question whose mistake is known
UNCONFINED = "UNCONFINED"  # in a result's environment: it ran without a sandbox


@dataclass
class QuestionResult:
    """One question of one submission.

    score    points, 0 to max_score; None when the question was skipped or could not be graded
    reason   one of REASONS, or NOT_GRADED
    output   the feedback for the student
    fault    the reason why it could not be graded, for the instructor; "" if it could
    """

    id: str
    max_score: float
    score: float | None
    reason: str
    output: str = ""
    fault: str = ""

    @property
    def mistake(self) -> str:
        """The known mistake that its feedback names, in words; "" if none."""
        first = self.output.partition("\n")[0]
        return first.removeprefix(LIKELY).removesuffix(".") if first.startswith(LIKELY) else ""

    @property
    def counted(self) -> bool:
        """Whether the question takes part in the total."""
        return self.score is not None

    def to_json(self) -> dict[str, Any]:
        """One entry of `tests`. Without a mark there is no score, as Gradescope expects."""
        entry: dict[str, Any] = {
            "name": self.id,
            **({} if self.reason == NOT_GRADED else {"score": round(self.score or 0.0, 4)}),
            "max_score": self.max_score if self.counted else 0,
            "status": "passed" if self.reason == "correct" else "failed",
            "output": self.output,
            "extra_data": {"reason": self.reason},
        }
        return entry


@dataclass
class Result:
    """One submission.

    name           the student's name, where a gradebook or a platform's file has it; "" otherwise
    problem        the reason why nothing could be graded, in one line; "" if it was graded
    notes          repairs and events, one sentence each
    walls          the confinement it ran in, in one line
    late_penalty   points deducted by the gradebook, 0 if no gradebook was consulted
    """

    assignment: str
    questions: list[QuestionResult]
    output: str = ""
    student: str = ""
    execution_time: float = 0.0
    submission_sha256: str = ""
    suite_sha256: str = ""
    environment: str = ""
    problem: str = ""
    notes: Sequence[str] = field(default_factory=list)
    late_penalty: float = 0.0
    walls: str = ""
    name: str = ""

    @property
    def score(self) -> float:
        """Points earned in the counted questions."""
        return sum(q.score for q in self.questions if q.score is not None)

    @property
    def total(self) -> float:
        """The mark: the points earned less the late penalty, never below 0."""
        return max(0.0, self.score - self.late_penalty)

    @property
    def max_score(self) -> float:
        """Points available in the counted questions."""
        return sum(q.max_score for q in self.questions if q.counted)

    @property
    def graded(self) -> bool:
        """Whether every question was graded or deliberately skipped."""
        return not self.problem and all(q.reason != NOT_GRADED for q in self.questions)

    @property
    def confined(self) -> bool:
        """Whether it ran in a sandbox."""
        return UNCONFINED not in self.environment

    def to_json(self) -> dict[str, Any]:
        """The record as JSON-ready data. One without a mark has no score: Gradescope reports a failure, not a zero."""
        extra: dict[str, Any] = {
            "assignment": self.assignment,
            "submission_sha256": self.submission_sha256,
            "suite_sha256": self.suite_sha256,
            "environment": self.environment,
        }
        if self.walls:
            extra["walls"] = self.walls
        if self.student:
            extra["student"] = self.student
        if not self.graded:
            extra["not_graded"] = self.problem or {q.id: q.fault for q in self.questions if q.reason == NOT_GRADED}
        return {
            **({"score": round(self.score, 4)} if self.graded else {}),
            "execution_time": round(self.execution_time, 3),
            "output": self.output,
            "tests": [q.to_json() for q in self.questions],
            "extra_data": extra,
        }

    def to_data(self) -> dict[str, Any]:
        """The record as plain data, to be stored or sent."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Result:
        """The inverse of `to_data`. Raises TypeError, KeyError for anything else."""
        return cls(**{**data, "questions": [QuestionResult(**question) for question in data["questions"]]})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """The inverse of `to_json`, except for max_score of skipped questions."""
        extra = data["extra_data"]
        problem = extra.get("not_graded", "")
        faults = problem if isinstance(problem, dict) else {}
        return cls(
            assignment=extra["assignment"],
            questions=[_question_from_json(entry, faults) for entry in data["tests"]],
            output=data["output"],
            student=extra.get("student", ""),
            execution_time=data["execution_time"],
            submission_sha256=extra["submission_sha256"],
            suite_sha256=extra["suite_sha256"],
            environment=extra["environment"],
            walls=extra.get("walls", ""),
            problem=problem if isinstance(problem, str) else "",
            notes=data["output"].split("\n")[:-1],  # its last line is the total
        )


def _question_from_json(entry: dict[str, Any], faults: dict[str, str]) -> QuestionResult:
    reason = entry["extra_data"]["reason"]
    score = None if reason in ("skipped", NOT_GRADED) else float(entry["score"])
    return QuestionResult(
        entry["name"], entry["max_score"], score, reason, entry["output"], faults.get(entry["name"], "")
    )
