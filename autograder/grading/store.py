"""What was graded once is not graded again: results kept as files, by what they were made from.

A result is found again by the submission's bytes, what was asked of the grading, the environment and the grader, and
counts only while the suite of its assignment is the one that made it. Two files for each:

    <key>.json     the result, and the hash of the suite or, where no assignment was recognised, of all suites
    <key>.ipynb    the notebook as it ran, if it could be read

Only what is settled is kept: a fault of the grader, the course or the machine is tried again the next time. A file
that is damaged is as good as none.
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
class Kept:
    """A graded submission as plain data, to be sent and stored.

    notebook  the executed notebook, as JSON; "" if the submission could not be read
    starved   whether it ran out of time while it waited for a core: it is to be graded again, alone
    settled   whether grading it again would come to the same
    beside    the hash of the files that it was graded with
    """

    result: Result
    notebook: str = ""
    starved: bool = False
    settled: bool = False
    beside: str = ""


class ResultStore:
    """The results under `root`, a course folder. `reading` False: none is found, all are kept."""

    def __init__(self, root: Path, reading: bool = True) -> None:
        self.folder = root / FOLDER / "results"
        self.reading = reading

    def find(self, data: bytes, options: Options) -> Result | None:
        """The result of a submission if it still holds, without its notebook."""
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

    def keep(self, data: bytes, options: Options, kept: Kept) -> None:
        """Keep a result if it is settled. Raises GraderError if there is no room for it."""
        if not kept.settled:
            return
        path = self._file(data, options)
        suites = [kept.result.suite_sha256] if kept.result.suite_sha256 else _every_suite()
        record = {"suites": suites, "result": kept.result.to_data()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if kept.notebook:
                write_whole(path.with_suffix(".ipynb"), kept.notebook.encode())
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
    """What decides where a submission was not recognised as of any assignment; drafts decide nothing yet."""
    every = []
    for id in course.current().assignment_ids():
        with contextlib.suppress(OSError, TaskError):
            every.append(suite_sha256(id))
    return every
