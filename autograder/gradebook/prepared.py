"""Results made before nbgrader is asked to record them, kept as files by the submission's hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nbformat

from autograder.grading import Graded
from autograder.record import Result


def prepare(folder: Path, graded: Graded) -> None:
    """Keep a result for `prepared` to find."""
    content = {"record": graded.result.to_json(), "notebook": graded.notebook, "points": _points(graded.result)}
    (folder / f"{graded.result.submission_sha256}.json").write_text(json.dumps(content), encoding="utf-8")


def prepared(folder: str, data: bytes) -> Graded | None:
    """The kept result for a file of these bytes, or None."""
    path = Path(folder) / f"{hashlib.sha256(data).hexdigest()}.json"
    if not folder or not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    result = Result.from_json(content["record"])
    for question in result.questions:
        question.max_score = content["points"][question.id]
    notebook = content["notebook"]
    return Graded(result, nbformat.from_dict(notebook) if notebook is not None else None)


def _points(result: Result) -> dict[str, float]:
    return {question.id: question.max_score for question in result.questions}
