"""The circumstances, beside the result, on which an entry depends: due date, extension, late rule, submission secret.

A rule may depend on the points as well, so those of a late submission count, by hand or not.

A gradebook does not keep the due date and the rule of a penalty. So a note of them is kept for each submission when it
is entered; if they have changed, it is entered again, but not graded again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path

from autograder.grading.store import FOLDER

DUE = """
    SELECT submitted.student_id, assignment.name, assignment.duedate, submitted.extension, (
        SELECT sum(coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(grade.extra_credit, 0))
        FROM submitted_notebook AS notebook JOIN grade ON grade.notebook_id = notebook.id
        WHERE notebook.assignment_id = submitted.id AND notebook.late_submission_penalty > 0
    )
    FROM submitted_assignment AS submitted JOIN assignment ON assignment.id = submitted.assignment_id
"""
ONLY = "WHERE submitted.student_id = ? AND assignment.name = ?"


class Circumstances:
    """The circumstances of every submission in `root`/gradebook.db when this is made.

    only   the one student and assignment to read
    """

    def __init__(self, root: Path, only: tuple[str, str] | None = None) -> None:
        self.root = root
        self._rules = _rules(root)
        self._due: dict[tuple[str, str], list[str]] = {}
        path = root / "gradebook.db"
        with contextlib.suppress(sqlite3.Error, OSError):
            if path.is_file():
                self._read(path, only)

    def are_noted(self, student: str, id: str, secret: bytes) -> bool:
        """Whether the submission was entered under these circumstances."""
        with contextlib.suppress(OSError):
            return _file(self.root, student, id).read_text(encoding="ascii") == self._digest(student, id, secret)
        return False

    def note(self, student: str, id: str, secret: bytes) -> None:
        """Note that the submission has been entered under these circumstances."""
        path = _file(self.root, student, id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._digest(student, id, secret), encoding="ascii")

    def _read(self, path: Path, only: tuple[str, str] | None) -> None:
        query, wanted = (DUE, ()) if only is None else (DUE + ONLY, only)
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as gradebook:
            for student, assignment, *facts in gradebook.execute(query, wanted):
                self._due[student, assignment] = [str(fact or "") for fact in facts]

    def _digest(self, student: str, id: str, secret: bytes) -> str:
        facts = [self._rules, self._due.get((student, id), []), hashlib.sha256(secret).hexdigest()]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _rules(root: Path) -> list[str]:
    """The hashes of the course folder's configuration and of the modules beside it, which may hold a late rule."""
    files = sorted(path for path in root.glob("*.py") if path.is_file())
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def _file(root: Path, student: str, id: str) -> Path:
    return root / FOLDER / "entered" / student / id
