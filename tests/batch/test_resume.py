"""A class graded again: stored results are reused, and no mark, comment or penalty set by a person is lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from fork_server import gone_soon
from nbgrader.api import Gradebook as NbgraderGradebook
from tiny_course import ID, Commands, Ran, answered, hand_in, in_a_process, records_of, tiny_course, until

from autograder.batch import worker
from autograder.batch.task import Task
from autograder.collect import HandedIn
from autograder.gradebook.already_entered import AlreadyEntered
from autograder.gradebook.book import Gradebook, cause
from autograder.gradebook.read_back import results_in
from autograder.gradebook.writer import sole_writer
from autograder.grading import grader, store
from autograder.reports.class_report import class_report_html
from autograder.result import BY_HAND

STUDENTS = ("ash", "beech", "cedar")
NOTHING: list[str] = []


def hand_in_three(root: Path) -> Path:
    """Hand in a right answer, a wrong one, and a truncated file."""
    hand_in(root, "ash", answered(root))
    hand_in(root, "beech", answered(root, {"double": "def double(xs):\n    return 3 * xs\n"}))
    return hand_in(root, "cedar", answered(root)[:900])


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose class of three has been graded."""
    root = tiny_course(tmp_path_factory.mktemp("resume"))
    hand_in_three(root)
    with pytest.MonkeyPatch.context() as patched, pytest.MonkeyPatch.context():
        patched.setenv("AUTOGRADER_COURSE", str(root))
        command = [sys.executable, "-m", "autograder", "grade", str(root / "submitted"), "--jobs", "1"]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert ran.returncode == 1, ran.stderr
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    """A copy of that course, to be changed."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


class Again:
    """Run `grade submitted/ --jobs 1` once more, and record the students whose submissions were graded."""

    def __init__(self, root: Path, command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._command, self._monkeypatch = root, command, monkeypatch
        self.graded: list[str] = []

    def __call__(self, *arguments: object) -> Ran:
        self.graded = []
        before = worker.run
        names = {(self.file(student)).read_bytes(): student for student in STUDENTS}

        def run(task: Task) -> store.Graded:
            self.graded.append(names[task.data])
            return before(task)

        with self._monkeypatch.context() as patched:
            patched.setattr(worker, "run", run)
            return self._command("grade", self.root / "submitted", "--jobs", "1", *arguments)

    def file(self, student: str) -> Path:
        return self.root / "submitted" / student / ID / "tiny.ipynb"


@pytest.fixture
def again(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Again:
    return Again(root, Commands(root, monkeypatch, capsys), monkeypatch)


def dump(root: Path) -> list[str]:
    """The gradebook as SQL, without its generated ids."""
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        query = """
            SELECT submitted.student_id, cell.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade
            FROM grade JOIN base_cell AS cell ON cell.id = grade.cell_id
            JOIN submitted_notebook AS notebook ON notebook.id = grade.notebook_id
            JOIN submitted_assignment AS submitted ON submitted.id = notebook.assignment_id ORDER BY 1, 2"""
        return [repr(row) for row in gradebook.execute(query)]


def digest(root: Path) -> str:
    return hashlib.sha256((root / "gradebook.db").read_bytes()).hexdigest()


def test_unchanged_submissions_are_neither_graded_nor_entered_again(again: Again, root: Path, tmp_path: Path) -> None:
    before = digest(root)
    ran = again("--json", tmp_path / "again.json")
    assert ran.status == 1
    assert again.graded == NOTHING
    assert digest(root) == before
    assert "2 graded" in ran.out
    assert "the file is not a complete notebook" in ran.out
    scores = {record["extra_data"]["student"]: record.get("score") for record in records_of(tmp_path / "again.json")}
    assert scores == {"ash": 100, "beech": 60, "cedar": None}


@pytest.mark.parametrize("change", ["handed in again", "taken away"])
def test_a_file_that_changes_while_it_is_graded_gets_nobody_elses_mark(
    again: Again, root: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first = answered(root, {"double": "def double(xs):\n    return xs * 2\n"})
    again.file("beech").write_bytes(first)
    before = grader.grade

    def grade(data: bytes, *args: object, **kwargs: object) -> store.Graded:
        if data == first:
            again.file("beech").unlink()
            if change == "handed in again":
                again.file("beech").write_bytes(answered(root, {"double": "def double(xs):\n    return 9 * xs\n"}))
        return before(data, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(worker, "grade", grade)
        ran = again()
    assert ran.status == 1
    assert "the file was changed while it was being graded: grade it again" in ran.out
    if change == "handed in again":
        again()
        assert again.graded == ["beech"]
        assert "('beech', 'double_check', 0.0, None, 0)" in dump(root)


def test_force_grades_everything_anew(again: Again) -> None:
    again("--force")
    assert again.graded == list(STUDENTS)
    again()
    assert again.graded == NOTHING


def test_a_submission_that_changed_is_graded_and_the_others_are_not(again: Again, root: Path) -> None:
    again.file("beech").write_bytes(answered(root, {"double": "def double(xs):\n    return xs + xs\n"}))
    again()
    assert again.graded == ["beech"]
    assert "('beech', 'double_check', 40.0, None, 0)" in dump(root)


def test_other_questions_are_another_grading(again: Again) -> None:
    again("--questions", "double")
    assert again.graded == list(STUDENTS)
    again("--questions", "double")
    assert again.graded == NOTHING


def test_a_changed_suite_grades_its_assignment_anew(again: Again, root: Path) -> None:
    with (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").open("a") as file:
        file.write("\n# another test might stand here\n")
    again()
    assert again.graded == list(STUDENTS)


def test_damaged_results_are_graded_again(again: Again, root: Path) -> None:
    for path in (root / ".autograder" / "results").iterdir():
        path.write_bytes(path.read_bytes()[:40])
    again()
    assert again.graded == list(STUDENTS)


def lose_the_gradebook(root: Path) -> None:
    (root / "gradebook.db").unlink()


def lose_the_autograded(root: Path) -> None:
    shutil.rmtree(root / "autograded")
    shutil.rmtree(root / "not_graded")


def forget_a_student(root: Path) -> None:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("ash")


def spoil_a_mark(root: Path) -> None:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("double_check", "tiny", ID, "beech").auto_score = 40.0
        gradebook.db.commit()


def empty_the_gradebook(root: Path) -> None:
    (root / "gradebook.db").write_bytes(b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    "lose", [lose_the_gradebook, lose_the_autograded, forget_a_student, spoil_a_mark, empty_the_gradebook],
    ids=lambda lose: lose.__name__,
)  # fmt: skip
def test_results_lost_from_the_gradebook_are_entered_again_without_grading(
    again: Again, root: Path, lose: object
) -> None:
    before = dump(root)
    lose(root)  # type: ignore[operator]
    again()
    assert again.graded == NOTHING
    assert dump(root) == before
    assert (root / "autograded" / "ash" / ID / "tiny.ipynb").is_file()


@pytest.mark.slow
def test_a_time_of_handing_in_that_changed_is_entered(again: Again, root: Path) -> None:
    stamp = again.file("ash").with_name("timestamp.txt")
    for text, kept in (("2026-11-18 22:10:05 UTC", "22:10:05"), ("2026-11-18 23:10:05 +0100", "22:10:05")):
        stamp.write_text(text)
        again()
        assert again.graded == NOTHING
        with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            assert str(gradebook.find_submission(ID, "ash").timestamp) == f"2026-11-18 {kept}"
    before = digest(root)
    again()
    assert digest(root) == before


@pytest.mark.slow
def test_marks_and_comments_of_a_person_survive(again: Again, root: Path) -> None:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("double_check", "tiny", ID, "beech").manual_score = 17.0
        gradebook.find_grade("double_check", "tiny", ID, "beech").extra_credit = 2.0
        gradebook.find_comment("double", "tiny", ID, "beech").manual_comment = "a third would be enough"
        gradebook.db.commit()
    for arguments in ((), ("--force",)):
        again(*arguments)
        with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade("double_check", "tiny", ID, "beech")
            assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (0.0, 17.0, 2.0)
            assert gradebook.find_comment("double", "tiny", ID, "beech").comment == "a third would be enough"


@pytest.mark.slow
def test_late_penalties_are_the_instructors_and_survive(again: Again, root: Path) -> None:
    """Late penalties as in nbgrader: a due date, a time of handing in, a rule in the course's nbgrader_config.py."""
    with (root / "nbgrader_config.py").open("a") as file:
        file.write("\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n")
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(ID, duedate="2026-11-18 22:00:00 UTC")
    again.file("ash").with_name("timestamp.txt").write_text("2026-11-18 21:59:00 UTC")
    again.file("beech").with_name("timestamp.txt").write_text("2026-11-18 22:10:05 UTC")
    for arguments in ((), (), ("--force",)):
        again(*arguments)
        with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            penalties = {one.student.id: one.late_submission_penalty for one in gradebook.assignment_submissions(ID)}
        assert penalties == {"ash": 0.0, "beech": 60.0, "cedar": 0.0}


def penalties(root: Path) -> dict[str, float]:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {one.student.id: one.late_submission_penalty for one in gradebook.assignment_submissions(ID)}


def set_due_date(root: Path, time: str) -> None:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(ID, duedate=f"{time} UTC")


def rule(root: Path, line: str) -> None:
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nget_config().{line}\n")


@pytest.mark.slow
def test_a_new_due_date_rule_or_extension_takes_effect_and_nothing_is_graded_again(again: Again, root: Path) -> None:
    again.file("beech").with_name("timestamp.txt").write_text("2026-11-18 22:10:05 UTC")
    again()
    steps = [
        (lambda: set_due_date(root, "2026-11-18 22:00:00"), 0.0),
        (lambda: rule(root, "LateSubmissionPlugin.penalty_method = 'zero'"), 60.0),
        (lambda: extend(root, "beech", hours=24), 0.0),
        (lambda: set_due_date(root, "2026-11-17 22:00:00"), 60.0),
        (lambda: set_due_date(root, "2026-11-17 22:30:00"), 0.0),
    ]
    for change, penalty in steps:
        change()
        again()
        assert again.graded == NOTHING
        assert penalties(root)["beech"] == penalty
        before = digest(root)
        again()
        assert digest(root) == before


@pytest.mark.slow
def test_a_mark_by_hand_changes_a_penalty_that_goes_by_the_points(again: Again, root: Path) -> None:
    rule(root, "LateSubmissionPlugin.penalty_method = 'zero'")
    set_due_date(root, "2026-11-18 22:00:00")
    again.file("beech").with_name("timestamp.txt").write_text("2026-11-18 22:10:05 UTC")
    again()
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("double_check", "tiny", ID, "beech").manual_score = 17.0
        gradebook.db.commit()
    again()
    assert (penalties(root)["beech"], again.graded) == (77.0, NOTHING)


@pytest.mark.slow
def test_a_rule_in_a_module_of_its_own_takes_effect_too(
    again: Again, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "from nbgrader.plugins import LateSubmissionPlugin\n\n\nclass Ours(LateSubmissionPlugin):\n" + (
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        return {}\n"
    )
    (root / "our_rule_of_this_test.py").write_text(module.format(1.0))
    monkeypatch.syspath_prepend(root)
    rule(root, "AssignLatePenalties.plugin_class = 'our_rule_of_this_test.Ours'")
    set_due_date(root, "2026-11-18 22:00:00")
    again.file("beech").with_name("timestamp.txt").write_text("2026-11-18 22:10:05 UTC")
    ran = again()
    assert penalties(root)["beech"] == 1.0, ran.out
    sys.modules.pop("our_rule_of_this_test")
    (root / "our_rule_of_this_test.py").write_text(module.format(22.5))
    again()
    sys.modules.pop("our_rule_of_this_test")
    assert (penalties(root)["beech"], again.graded) == (22.5, NOTHING)


def extend(root: Path, student: str, hours: int) -> None:
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.grant_extension(ID, student, hours=hours)


@pytest.mark.slow
def test_the_secret_by_which_feedback_is_released_is_carried_on(again: Again, root: Path) -> None:
    again.file("ash").with_name("submission_secret.txt").write_text("a secret of ash's")
    again()
    assert again.graded == NOTHING
    kept = root / "autograded" / "ash" / ID / "submission_secret.txt"
    assert kept.read_text() == "a secret of ash's"
    again.file("ash").with_name("submission_secret.txt").write_text("handed in again")
    again()
    assert kept.read_text() == "handed in again"
    assert not (root / "autograded" / "beech" / ID / "submission_secret.txt").exists()
    config = ["--course-dir", str(root)]
    made = in_a_process(root, "nbgrader", "generate_feedback", ID, *config)
    assert made.status == 0, made.err
    assert (root / "feedback" / "ash" / ID / "submission_secret.txt").read_text() == "handed in again"


def test_a_secret_is_not_read_through_a_link(again: Again, root: Path) -> None:
    again.file("ash").with_name("submission_secret.txt").symlink_to(root / "gradebook.db")
    assert HandedIn("ash", again.file("ash")).secret() == b""


@pytest.mark.slow
def test_a_persons_comments_reach_the_student_and_every_report_has_the_same_mark(again: Again, root: Path) -> None:
    rule(root, "LateSubmissionPlugin.penalty_method = 'zero'")
    set_due_date(root, "2026-11-18 22:00:00")
    again.file("beech").with_name("timestamp.txt").write_text("2026-11-18 22:10:05 UTC")
    again()
    with NbgraderGradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for student in ("ash", "beech"):
            gradebook.find_comment(
                "double", "tiny", ID, student
            ).manual_comment = "See me on Monday.\n<b>Bring this.</b>"
        gradebook.find_grade("double_check", "tiny", ID, "ash").manual_score = 35.0
        gradebook.find_grade("scale_forward", "tiny", ID, "ash").extra_credit = 1.5
        gradebook.find_submission(ID, "beech").notebooks[0].late_submission_penalty = 22.5
        gradebook.db.commit()
    pages = {student: Gradebook(root).feedback(student, ID).read_text() for student in ("ash", "beech")}
    for page in pages.values():
        assert "See me on Monday.\n&lt;b&gt;Bring this.&lt;/b&gt;" in page
    assert "96.5 of 100 points" in pages["ash"]
    assert "Everything that was tested is right" not in pages["ash"]
    assert pages["ash"].count(">marked by hand</span>") == 4
    assert "37.5 of 100 points" in pages["beech"]
    assert "60 points for the answers, 22.5 taken off for handing in late." in pages["beech"]
    results = {result.student: result for result in results_in(root)}
    assert [results[student].total for student in ("ash", "beech")] == [96.5, 37.5]
    assert [question.reason for question in results["ash"].questions] == [BY_HAND, BY_HAND]
    report = class_report_html([results["ash"], results["beech"]], title="Tiny", confined=True)
    assert "late −22.5" in report
    assert "Correct." not in report
    assert "100 %" in report
    ran = again()
    assert "ash" in ran.out
    assert "The marks are the automatic ones. 2 of these have marks by hand or late penalties as well" in ran.out


def test_a_config_that_does_not_run_is_reported(again: Again, root: Path) -> None:
    (root / "nbgrader_config.py").write_text("1 / 0\n")
    ran = again("--force")
    assert ran.status == 1
    assert "nbgrader_config.py does not run: ZeroDivisionError: division by zero" in ran.out


@pytest.mark.slow
def test_a_full_disk_ends_the_batch_and_loses_nothing(
    again: Again, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(root / ".autograder")
    lose_the_gradebook(root)
    writes, write = [0], store.write_whole

    def full(path: Path, content: bytes) -> None:
        writes[0] += 1
        if writes[0] > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(store, "write_whole", full)
        ran = again()
    assert ran.status == 2
    assert "could not be written" in ran.err
    assert "No space left on device" in ran.err
    assert ran.err.strip().endswith("make room, and run the same command again.")
    assert "('ash', 'double_check', 40.0, None, 0)" in dump(root)
    again()
    assert again.graded == ["beech", "cedar"]
    assert len(dump(root)) == 6


@pytest.mark.slow
def test_a_killed_batch_can_be_finished_with_the_same_marks(tmp_path: Path) -> None:
    """Send SIGKILL when three of eight are done: no process keeps running, and five are left to grade."""
    root = tiny_course(tmp_path)
    for number in range(8):
        factor = 3 if number % 2 else 2
        answer = {"double": f"def double(xs):\n    return {factor} * xs  # number {number}\n"}
        hand_in(root, f"student{number}", answered(root, answer))
    command = [sys.executable, "-m", "autograder", "grade", str(root / "submitted"), "--jobs", "2"]
    environment = {**os.environ, "AUTOGRADER_COURSE": str(root)}
    kept = root / ".autograder" / "results"
    before_it = set(Path("/tmp").glob("ag-*"))
    batch = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(list(kept.glob("*.json"))) >= 3)
    started = [child.pid for child in psutil.Process(batch.pid).children(recursive=True)]
    batch.send_signal(signal.SIGKILL)
    batch.wait()
    assert len(started) >= 2
    assert gone_soon(started)
    left = {path for path in Path("/tmp").glob("ag-*") if path not in before_it}
    assert left  # a killed process cannot tidy up
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.json")}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    after = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.json")}
    assert len(before) < 8
    assert len(after) == 8
    assert {name: after[name] for name in before} == before
    assert not [path for path in left if path.exists()]
    resumed = dump(root)
    shutil.rmtree(root / ".autograder")
    (root / "gradebook.db").unlink()
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert resumed == dump(root)


@pytest.mark.slow
def test_ctrl_c_ends_a_batch_and_keeps_what_was_graded(tmp_path: Path) -> None:
    root = tiny_course(tmp_path)
    for number in range(8):
        answer = {"double": f"def double(xs):\n    return 2 * xs  # number {number}\n"}
        hand_in(root, f"student{number}", answered(root, answer))
    command = [sys.executable, "-m", "autograder", "grade", str(root / "submitted"), "--jobs", "2"]
    environment = {**os.environ, "AUTOGRADER_COURSE": str(root)}
    batch = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: len(list((root / ".autograder" / "results").glob("*.json"))) >= 3)
    started = [child.pid for child in psutil.Process(batch.pid).children(recursive=True)]
    for pid in (batch.pid, *started):  # to all of them, as a terminal does
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    _, printed = batch.communicate()
    assert batch.returncode == 2
    assert printed.splitlines()[-1] == (
        "autograder: stopped. What was graded is kept: the same command goes on with the rest"
    )
    assert gone_soon(started)
    entered = dump(root)
    assert 2 <= len(entered) < 16
    assert not [row for row in entered if "None, 1)" in row]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(dump(root)) == 16


def test_one_process_at_a_time_writes_a_gradebook(again: Again, root: Path) -> None:
    before = digest(root)
    with sole_writer(root):
        ran = again("--force")
    assert ran.status == 2
    assert ran.err == f"autograder: another process is grading into the gradebook in {root}: wait for its end\n"
    assert again.graded == NOTHING
    assert digest(root) == before


LOGS = {
    "[AutogradeApp | ERROR] there was an error\nTraceback (most recent call last):\n  File\n"
    "sqlite3.OperationalError: database or disk is full\n"
    "nbgrader.converters.base.NbGraderException: Please see the error log": (
        "sqlite3.OperationalError: database or disk is full"
    ),
    "KeyError: 'x'\n\nDuring handling\n\n  OSError: [Errno 28] No space left on device\n": (
        "OSError: [Errno 28] No space left on device"
    ),
    "Traceback (most recent call last):\n    nbformat.warnings.DuplicateCellId: two of them\n[App | ERROR] see above": (
        "nbformat.warnings.DuplicateCellId: two of them"
    ),
    "it did not work\nat   all": "at all",
    "": "",
}


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log[:20])
def test_a_failure_of_nbgrader_is_reported_in_one_line(log: str) -> None:
    assert cause(log) == LOGS[log]


def test_an_invalid_gradebook_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_bytes(b"not a database" * 100)
    assert AlreadyEntered(tmp_path).times == {}
    (tmp_path / "gradebook.db").unlink()
    assert AlreadyEntered(tmp_path).times == {}
    with sqlite3.connect(tmp_path / "gradebook.db") as other:
        other.execute("CREATE TABLE something (x)")
    assert json.dumps(AlreadyEntered(tmp_path).times) == "{}"
