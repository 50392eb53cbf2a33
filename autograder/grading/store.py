"""Results kept as files, so that nothing is graded twice.

The key of a result is made of the submission's bytes, the options, the environment and the grader; a result
counts only while the suite of its assignment is the one that made it. Two files for each:

    <key>.json     the result, and the hash of the suite or, where no assignment was recognised, of all suites
    <key>.ipynb    the notebook as it ran, if it could be read

Only a cacheable result is kept: after a fault of the grader, the course or the machine a submission is graded again the
next time. A damaged file counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder import course
from autograder.atomic_write import write_whole
from autograder.errors import AutograderError, GraderError, TaskError
from autograder.grading.options import Options
from autograder.grading.provenance import environment, grader_sha256, suite_sha256
from autograder.result import Result
from autograder.sandbox.own_files import NONE

FOLDER = ".autograder"


@dataclass
class Graded:
    """A graded submission as plain data, to be sent and stored.

    notebook          the executed notebook, as JSON; "" if the submission could not be read
    starved           whether it ran out of time while it waited for a core: it is to be graded again, alone
    cacheable         whether grading it again would give the same result
    own_files_sha256  the hash of the student's own files that it was graded with
    """

    result: Result
    notebook: str = ""
    starved: bool = False
    cacheable: bool = False
    own_files_sha256: str = ""


class ResultStore:
    """The results under `root`, a course folder. `reading` False: none is found, all are kept."""

    def __init__(self, root: Path, reading: bool = True) -> None:
        self.folder = root / FOLDER / "results"
        self.reading = reading

    def find(self, data: bytes, options: Options) -> Result | None:
        """The result of a submission if it still counts, without its notebook."""
        try:
            kept = json.loads(self._file(data, options).read_bytes()) if self.reading else {}
            result = Result.from_data(kept["result"])
            now = [suite_sha256(result.assignment)] if result.suite_sha256 else _every_suite()
            return result if kept["suites"] == now else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, AutograderError):
            return None

    def notebook(self, data: bytes, options: Options) -> str:
        """The executed notebook that belongs to a result, as JSON; "" if there is none."""
        try:
            return self._file(data, options).with_suffix(".ipynb").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    def keep(self, data: bytes, options: Options, graded: Graded) -> None:
        """Keep a result if it is cacheable. Raises GraderError if there is no room for it."""
        if not graded.cacheable:
            return
        path = self._file(data, options)
        suites = [graded.result.suite_sha256] if graded.result.suite_sha256 else _every_suite()
        record = {"suites": suites, "result": graded.result.to_data()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if graded.notebook:
                write_whole(path.with_suffix(".ipynb"), graded.notebook.encode())
            write_whole(path, json.dumps(record).encode())
        except OSError as error:
            why = error.strerror or str(error)
            raise GraderError(
                f"a result could not be written to {self.folder} ({why}). All that was graded before it is kept: make "
                "room, and run the same command again."
            ) from None

    def _file(self, data: bytes, options: Options) -> Path:
        asked: dict[str, Any] = asdict(replace(options, own_files=NONE))
        asked |= {"questions": sorted(options.questions or ["all"]), "own_files": options.own_files.sha256()}
        parts = [hashlib.sha256(data).hexdigest(), environment(options), grader_sha256(), asked]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]
        return self.folder / f"{key}.json"


def _every_suite() -> list[str]:
    """The hashes of all suites, for a submission that belongs to no assignment; drafts of assignments are left out."""
    every = []
    for id in course.current().assignment_ids():
        with contextlib.suppress(OSError, TaskError):
            every.append(suite_sha256(id))
    return every
