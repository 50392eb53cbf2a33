"""Results made before nbgrader is asked to enter them, laid out for its step to find by the submission's hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from autograder.grading.store import Graded
from autograder.result import Result


def prepare(folder: Path, graded: Graded, data: bytes) -> None:
    """Lay out a result, with its executed notebook, for `prepared` to find by `data`, the bytes of the submission."""
    path = folder / f"{hashlib.sha256(data).hexdigest()}.json"
    path.write_text(json.dumps(graded.result.to_data()), encoding="utf-8")
    path.with_suffix(".ipynb").write_text(graded.notebook, encoding="utf-8")


def prepared(folder: str, data: bytes) -> Graded | None:
    """The result laid out for a file of these bytes, or None."""
    path = Path(folder) / f"{hashlib.sha256(data).hexdigest()}.json"
    if not folder or not path.exists():
        return None
    result = Result.from_data(json.loads(path.read_text(encoding="utf-8")))
    return Graded(result, path.with_suffix(".ipynb").read_text(encoding="utf-8"))
