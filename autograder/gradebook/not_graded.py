"""The reasons why submissions have no marks: a file beside the gradebook for each that could not be graded.

Not in autograded/: plain `nbgrader autograde` skips a submission that has a folder there.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.result import Result

FOLDER = "not_graded"


def keep_not_graded(course_dir: Path, student: str, result: Result) -> None:
    """Keep the reason why a submission has no marks, for reports and the feedback page."""
    path = _file(course_dir, student, result.assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result.to_json()), encoding="utf-8")


def forget_not_graded(course_dir: Path, student: str, id: str) -> None:
    """Remove the reason: the submission is graded now."""
    _file(course_dir, student, id).unlink(missing_ok=True)


def kept_not_graded(course_dir: Path, student: str, id: str) -> Result | None:
    """The result of a submission that could not be graded, if one was kept."""
    path = _file(course_dir, student, id)
    return Result.from_json(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _file(course_dir: Path, student: str, id: str) -> Path:
    return course_dir / FOLDER / student / f"{id}.json"
