"""A course's gradebook: results go in through nbgrader's own converters, feedback comes out of them."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.api import Gradebook as NbgraderGradebook
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.filled_notebook import as_bytes
from autograder.authoring.nbgrader_settings import settings
from autograder.course.plain_path import plain_path, plain_temporary
from autograder.errors import GraderError
from autograder.gradebook.circumstances import Circumstances
from autograder.gradebook.not_graded import forget_not_graded, keep_not_graded, kept_not_graded
from autograder.gradebook.precomputed import prepare
from autograder.grading.store import FOLDER, Graded
from autograder.reports.feedback import feedback_html
from autograder.restore.read import read
from autograder.result import Result
from autograder.sandbox.own_files import NONE, OwnFile, OwnFiles, usable

RAISED = re.compile(
    r"^ *(?:(?:[a-z]\w*\.)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception|Interrupt|Warning))(?:: .+)?$", re.MULTILINE
)

SECRET = "submission_secret.txt"
ADDED = "Cannot add or remove cells for notebook"  # nbgrader's refusal
QUESTIONS_CHANGED = (
    "has other cells than when its first submission was entered, which nbgrader cannot change: undo that in solutions/ "
    "and run make build, or put gradebook.db aside (marks by hand stay in it) and grade again into a new one"
)


class Gradebook:
    """The gradebook under `root`: a folder with submitted/, gradebook.db, autograded/, feedback/.

    Only one process writes it. Manual marks, comments and late penalties in it are left alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.config = _instructors(self.root)
        self.config.merge(settings(self.root))
        self.config.CourseDirectory.source_directory = str(plain_path(course.current().root) / "build" / "source")
        # nbgrader makes the release anew, while others may be reading the one in assignments/
        self.config.CourseDirectory.release_directory = f"{FOLDER}/release"

    def open(self) -> NbgraderGradebook:
        """nbgrader's own Gradebook, to be used in a `with`."""
        return NbgraderGradebook(f"sqlite:///{plain_path(self.root) / 'gradebook.db'}")

    def add_assignment(self, id: str) -> None:
        """Put an assignment into the gradebook, with `nbgrader generate_assignment`. Raises GraderError."""
        source_notebook.refresh([id])
        self._run(GenerateAssignment, id, ".", self.config)

    def enter(
        self,
        student: str,
        data: bytes,
        graded: Graded,
        timestamp: str = "",
        secret: bytes = b"",
        own: OwnFiles = NONE,
    ) -> None:
        """Enter one submission with `nbgrader autograde`; if it could not be read, enter that.

        If the course or the machine is at fault, earlier marks of this very file stay as they are.

        secret   the content of submission_secret.txt, by which nbgrader's exchange releases the feedback
        Raises GraderError.
        """
        id = graded.result.assignment
        if not graded.notebook and not graded.cacheable and self._has_graded(student, graded.result):
            return
        if not graded.notebook:
            self._enter_not_graded(student, id)
            keep_not_graded(self.root, student, graded.result)
            self._write_secret(self.feedback(student, id).parent, secret)
            return
        with TemporaryDirectory(prefix="autograder-", dir=plain_temporary()) as folder:
            staged = Path(folder) / "submitted" / student / id
            staged.mkdir(parents=True)
            self._stage(staged, id, timestamp, secret, own)
            clean = as_bytes(read(data).node)  # nbgrader refuses more of a notebook than can be graded
            (staged / f"{course.name_of(id)}.ipynb").write_bytes(clean)
            prepare(Path(folder), graded, clean)
            config = Config(self.config)
            config.CourseDirectory.submitted_directory = str(Path(folder) / "submitted")
            config.GradeInSandbox.results_folder = folder
            self._run(Autograde, id, student, config)
        Circumstances(self.root, (student, id)).note(student, id, secret)
        if kept_not_graded(self.root, student, id) is not None:
            shutil.rmtree(self.root / "feedback" / student / id, ignore_errors=True)  # the page that says so
            forget_not_graded(self.root, student, id)

    def _stage(self, folder: Path, id: str, timestamp: str, secret: bytes, own: OwnFiles) -> None:
        """Write all that was handed in beside the notebook into `folder`, as nbgrader has it in submitted/."""
        _lay_out(folder, usable(own, course.current().handed_out(id))[0])
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        self._write_secret(folder, secret)

    def feedback(self, student: str, id: str) -> Path:
        """Write a student's feedback page with `nbgrader generate_feedback`; its path. Raises GraderError.

        If nothing could be graded, nbgrader has no notebook to show, and the page gives the reason.
        """
        page = self.root / "feedback" / student / id / f"{course.name_of(id)}.html"
        nothing = kept_not_graded(self.root, student, id)
        if nothing is None:
            self._run(GenerateFeedback, id, student, self.config)
        else:
            page.parent.mkdir(parents=True, exist_ok=True)
            told = nothing.problem in nothing.output  # a fault of the suite is for the instructor alone
            text = feedback_html(nothing, confined=nothing.confined, show_problem=told)
            page.write_text(text, encoding="utf-8")
        return page

    def _write_secret(self, folder: Path, secret: bytes) -> None:
        if secret:
            (folder / SECRET).write_bytes(secret)

    def _has_graded(self, student: str, result: Result) -> bool:
        """Whether the notebook in autograded/ is the same file, graded."""
        path = self.root / "autograded" / student / result.assignment / f"{course.name_of(result.assignment)}.ipynb"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads(path.read_bytes())["metadata"]["autograder"]
            return bool(record["extra_data"]["submission_sha256"] == result.submission_sha256)
        return False

    def _enter_not_graded(self, student: str, id: str) -> None:
        """Enter a submission without marks, flagged for a person to look at; remove an earlier automatic mark."""
        shutil.rmtree(self.root / "autograded" / student / id, ignore_errors=True)
        with self.open() as gradebook, _without_remarks():
            gradebook.update_or_create_student(student)
            try:
                handed_in = gradebook.update_or_create_submission(id, student)
            except MissingEntry:
                raise GraderError(f"the gradebook does not know the assignment {id}") from None
            for notebook in handed_in.notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
            gradebook.db.commit()

    def _run(self, converter: Any, id: str, student: str, config: Config) -> None:
        folders = CourseDirectory(config=config)
        folders.assignment_id, folders.student_id = id, student
        app = converter(coursedir=folders, config=config)
        app.force = True
        with _quiet(app), _interrupted_afterwards():
            done = capture_log(app)
        if not done["success"]:
            if ADDED in str(done):
                raise GraderError(f"{id} {QUESTIONS_CHANGED}")
            log = (done.get("log") or done["error"]).strip()
            name = converter.__name__
            raise GraderError(f"nbgrader's {name} failed for {student} {id}: {cause(log)}\n{log[-3000:]}")


def _lay_out(folder: Path, files: Sequence[OwnFile]) -> None:
    """Write the student's own files into `folder`: nbgrader keeps them in autograded/."""
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)


def cause(log: str) -> str:
    """The exception with which a log ends, in one line; its last line if there is none."""
    raised = RAISED.findall(log)
    causes = [line for line in raised if "see the error log" not in line]
    return " ".join((causes or log.splitlines() or [""])[-1].split())[:300]


def _instructors(root: Path) -> Config:
    """The settings in the course folder's own nbgrader_config.py, such as penalties. Raises GraderError."""
    if not (root / "nbgrader_config.py").is_file():
        return Config()
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:  # it is a program, and may raise anything
        raise GraderError(f"{root / 'nbgrader_config.py'} does not run: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _quiet(app: Any) -> Iterator[None]:
    """Keep nbgrader's log off the terminal: it goes into our message."""
    propagate, app.log.propagate = app.log.propagate, False
    with _without_remarks():
        yield
    app.log.propagate = propagate


@contextlib.contextmanager
def _interrupted_afterwards() -> Iterator[None]:
    """Put off a Ctrl-C until nbgrader is done: it would take it for a failure of its own, and go on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _without_remarks() -> Iterator[None]:
    """Silence SQLAlchemy's remarks on nbgrader's own code (0.9.6), and tornado's logger, with which its gradebook logs
    an exception that it then raises.
    """
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            yield
    finally:
        log.disabled = before
