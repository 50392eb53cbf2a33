"""The writer of a class's gradebook. nbgrader, slow to load, is loaded when there is something to write."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import GraderError
from autograder.gradebook.already_entered import AlreadyEntered
from autograder.grading.store import FOLDER, Graded
from autograder.result import Result
from autograder.sandbox.own_files import NONE, OwnFiles

if TYPE_CHECKING:
    from autograder.gradebook.book import Gradebook


@contextlib.contextmanager
def sole_writer(root: Path) -> Iterator[None]:
    """Lock the gradebook under `root` against other graders. Raises GraderError if it is locked."""
    path = root / FOLDER / "writer.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("wb")
    except OSError as error:
        raise GraderError(f"nothing can be written in {root} ({error.strerror})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GraderError(f"another process is grading into the gradebook in {root}: wait for its end") from None
        yield


class GradebookWriter:
    """Enters results into the gradebook under `root`; leaves out those already in it, unless it `enters_all`."""

    def __init__(self, root: Path, enters_all: bool = False) -> None:
        self.root = root
        self._entered = None if enters_all else AlreadyEntered(root)
        self._gradebook: Gradebook | None = None
        self._known: set[str] = set()

    def has(self, student: str, result: Result, timestamp: str, secret: bytes = b"") -> bool:
        """Whether this very result was in the gradebook before anything was written."""
        return self._entered is not None and self._entered.contains(student, result, timestamp, secret)

    def load_ahead(self) -> None:
        """Load nbgrader in the background."""
        threading.Thread(target=_load, daemon=True).start()

    def enter(
        self, student: str, data: bytes, graded: Graded, timestamp: str, secret: bytes = b"", own: OwnFiles = NONE
    ) -> None:
        """Enter one result with `nbgrader autograde`, its assignment first. Raises GraderError."""
        from autograder.gradebook.book import Gradebook

        self._gradebook = self._gradebook or Gradebook(self.root)
        id = graded.result.assignment
        if id not in self._known:
            self._gradebook.add_assignment(id)
            self._known.add(id)
        self._gradebook.enter(student, data, graded, timestamp, secret, own)


def _load() -> None:
    import autograder.gradebook.book  # noqa: F401
