"""An instructor's term: typing mistakes, drafts, changed points, a full disk; none of them costs a mark."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from tiny_course import ID, Commands, Ran, answered, hand_in, in_a_process, tiny_course

from autograder import authoring, course
from autograder.authoring import source_notebook
from autograder.errors import TaskError
from autograder.testing import suite_check

SUITE = """import numpy as np
from autograder.testing.checks import values
from autograder.testing.question import question


@question("double")
def test_double(student, reference):
    values("double(xs)", student.call("double", np.ones(2)), reference.double(np.ones(2)))


@question("{second}")
def test_scale(student, reference):
    values("double(xs)", student.call("double", np.ones(3)), reference.double(np.ones(3)))
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with two graded submissions and one that could not be graded."""
    root = tiny_course(tmp_path_factory.mktemp("term"))
    hand_in(root, "ash", answered(root))
    hand_in(root, "beech", answered(root, {"double": "def double(xs):\n    return 3 * xs\n"}))
    submitted = hand_in(root, "cedar", answered(root)[:900])
    ran = in_a_process(root, sys.executable, "-m", "autograder", "grade", submitted, "--jobs", "1")
    assert ran.status == 1, ran.err
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    """A copy of that course, to be changed."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(root, monkeypatch, capsys)


def again(command: Commands, *arguments: object) -> Ran:
    return command("grade", command.root / "submitted", "--jobs", "1", *arguments)


def marks(root: Path) -> dict[str, list[float | None]]:
    """The automatic marks in the gradebook."""
    query = """
        SELECT submitted.student_id, grade.auto_score FROM grade JOIN base_cell AS cell ON cell.id = grade.cell_id
        JOIN submitted_notebook AS notebook ON notebook.id = grade.notebook_id
        JOIN submitted_assignment AS submitted ON submitted.id = notebook.assignment_id ORDER BY 1, cell.name"""
    marks_of: dict[str, list[float | None]] = {}
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        for student, mark in gradebook.execute(query):
            marks_of.setdefault(student, []).append(mark)
    return marks_of


GIVEN = {"ash": [40.0, 60.0], "beech": [0.0, 60.0], "cedar": [None, None]}


def test_the_class_as_it_was_graded(root: Path) -> None:
    assert marks(root) == GIVEN


# typing mistakes


@pytest.mark.parametrize("questions", ["nonsense", "double,nonsense", "Double", "double scale_forward"])
@pytest.mark.parametrize("options", [(), ("--assignment", ID)], ids=["recognised", "said"])
@pytest.mark.parametrize("path", ["submitted", f"submitted/ash/{ID}/tiny.ipynb"], ids=["class", "notebook"])
def test_an_unknown_question_is_refused_before_anything_is_touched(
    command: Commands, root: Path, questions: str, options: tuple[str, ...], path: str
) -> None:
    before = (root / "gradebook.db").read_bytes()
    ran = command("grade", root / path, "--questions", questions, *options)
    assert ran.status == 2
    assert re.search("no question '(nonsense|Double|double scale_forward)'", ran.err)
    assert (root / "gradebook.db").read_bytes() == before


def test_no_question_at_all_is_refused(command: Commands) -> None:
    ran = again(command, "--questions", ",")
    assert ran.status == 2
    assert "--questions names no question" in ran.err


def test_an_unknown_question_is_refused_for_a_flat_folder_too(command: Commands, root: Path, tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "ash.ipynb").write_bytes(answered(root))
    ran = command("grade", tmp_path / "flat", "--questions", "nonsense", "--course", root)
    assert ran.status == 2
    assert "there is no question 'nonsense' in 01_tiny" in ran.err
    assert marks(root) == GIVEN


TARGETS = {
    "a folder that is not there": ("nowhere/records.json", "there is no folder"),
    "a folder": (".", "this is a folder; name a file"),
    "below a file": ("gradebook.db/records.json", "there is no folder"),
}


@pytest.mark.parametrize("name", TARGETS)
def test_records_that_cannot_be_written_are_refused_before_the_work(command: Commands, root: Path, name: str) -> None:
    target, message = TARGETS[name]
    ran = again(command, "--force", "--json", root / target)
    assert ran.status == 2
    assert f"autograder: --json {root / target}: {message}" in ran.err
    assert ran.out == ""


def test_a_full_disk_leaves_the_table_and_says_so(
    command: Commands, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def full(path: Path, *args: object, **kwargs: object) -> int:
        if path.name == "records.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        ran = again(command, "--json", root / "records.json")
    assert ran.status == 2
    assert "100 / 100" in ran.out
    assert "records.json: it could not be written (No space left on device)" in ran.err


@pytest.mark.parametrize("option", [("--scheduler", "tcp://127.0.0.1:1"), ("--course", ".")], ids=lambda o: o[0])
def test_options_without_use_for_one_notebook_are_refused(command: Commands, root: Path, option: tuple[str]) -> None:
    ran = command("grade", root / "submitted" / "ash" / ID / "tiny.ipynb", *option)
    assert ran.status == 2
    assert "is one notebook: it is graded here, into no gradebook: leave out --scheduler and --course" in ran.err


def test_a_file_that_does_not_call_itself_a_notebook(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Read me")
    ran = command("grade", tmp_path / "README.md")
    assert ran.status == 2
    assert f"autograder: {tmp_path / 'README.md'} is not a notebook: " in ran.err


def test_a_notebook_that_cannot_be_read_has_a_label(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text("nothing")
    ran = command("grade", tmp_path / "mine.ipynb")
    assert ran.status == 1
    assert "this file: not graded" in ran.out


# drafts


def a_malformed_cell(draft: Path) -> None:
    text = (draft.parent / ID / "tiny.py").read_text()
    (draft / "draft.py").write_text(text.replace("### BEGIN SOLUTION", "###").replace("### END SOLUTION", "###"))


def two_cells_of_one_question(draft: Path) -> None:
    text = (draft.parent / ID / "tiny.py").read_text()
    (draft / "draft.py").write_text(text + text)


def an_empty_script(draft: Path) -> None:
    (draft / "draft.py").write_text("")


def data_that_is_not_there(draft: Path) -> None:
    shutil.copy(draft.parent / ID / "tiny.py", draft / "draft.py")
    (draft / "assignment.toml").write_text("data = 7\n")


DRAFTS = [a_malformed_cell, two_cells_of_one_question, an_empty_script, data_that_is_not_there]


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.__name__)
def test_a_draft_stops_no_other_assignment(
    command: Commands, root: Path, draft: Callable[[Path], None], tmp_path: Path
) -> None:
    place = root / "solutions" / "02_draft"
    place.mkdir()
    draft(place)
    (root / "submitted" / "dogwood" / ID).mkdir(parents=True)
    (root / "submitted" / "dogwood" / ID / "tiny.ipynb").write_bytes(answered(root))
    (root / "submitted" / "elm").mkdir()
    (root / "submitted" / "elm" / "mine.ipynb").write_bytes(b"{}")
    ran = again(command)
    assert ran.status == 1
    lines = {line.split()[0]: line for line in ran.out.splitlines() if line}
    assert "100 / 100" in lines["dogwood"]
    assert "the file is not a notebook" in lines["elm"]
    assert marks(root) == GIVEN | {"dogwood": [40.0, 60.0]}
    ran = in_a_process(root, sys.executable, "-m", "nbgrader", "autograde", ID, "--student", "dogwood", "--force")
    assert ran.status == 0, ran.err
    notebook = root / "submitted" / "dogwood" / ID / "tiny.ipynb"
    assert command("grade", notebook).status == 0


def test_a_draft_is_named_when_it_is_built_and_the_others_are_built(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    (root / "solutions" / "00_draft").mkdir()
    (root / "solutions" / "00_draft" / "draft.py").write_text("# %% [markdown]\n# ### BEGIN SOLUTION\n")
    (root / "assignments" / ID / "tiny.ipynb").unlink()
    with pytest.raises(TaskError, match=r"00_draft, cell .*: a solution region in a cell that is not a solution cell"):
        authoring.build()
    assert (root / "assignments" / ID / "tiny.ipynb").is_file()
    with pytest.raises(TaskError, match="00_draft"):
        source_notebook.refresh(["00_draft"])


# changes of the course


def change_points(root: Path, double: int, scale: int) -> None:
    source = root / "solutions" / ID / "tiny.py"
    text = source.read_text()
    source.write_text(text.replace('"points": 40', f'"points": {double}').replace('"points": 60', f'"points": {scale}'))
    assert source.read_text() != text


def test_points_that_changed_without_a_build_are_reported_and_cost_nobody_a_mark(command: Commands, root: Path) -> None:
    change_points(root, 50, 50)
    ran = again(command)
    assert ran.status == 1
    assert (
        "the release is out of date, double_check is worth 50 points in solutions/01_tiny and worth 40 points in "
        "assignments/: run python -m autograder build 01_tiny, and grade again"
    ) in " ".join(ran.out.split())
    assert marks(root) == GIVEN
    assert command("build").status == 0
    again(command)
    assert marks(root) == {"ash": [50.0, 50.0], "beech": [0.0, 50.0], "cedar": [None, None]}


def test_a_question_that_was_added_later_is_reported_in_one_sentence(command: Commands, root: Path) -> None:
    source = root / "solutions" / ID / "tiny.py"
    text = source.read_text()
    place = text.index('# %% nbgrader={"grade": true, "grade_id": "double_check"')
    cell = text[place : text.index("# %%", place + 5)]
    source.write_text(
        text.replace(cell, cell + cell.replace("double_check", "tripled").replace('"points": 40', '"points": 0'))
    )
    assert command("build").status == 0
    ran = again(command)
    assert ran.status == 1
    assert "01_tiny has other cells than when its first submission was entered, which nbgrader cannot change" in ran.out
    assert "put gradebook.db aside (marks by hand stay in it) and grade again into a new one" in ran.out
    assert marks(root) == GIVEN


def test_a_suite_that_breaks_takes_no_mark_away_and_the_terminal_says_why(command: Commands, root: Path) -> None:
    suite = root / "solutions" / ID / "hidden_tests" / "test_tiny.py"
    working = suite.read_text()
    suite.write_text(working + "\n1 / 0\n")
    ran = again(command)
    assert ran.status == 1
    assert "the hidden tests of 01_tiny do not run" in ran.out
    assert marks(root) == GIVEN
    suite.write_text(working.replace("values(", "assert 1 == 2, 'the oracle varies'\n    values(", 1))
    ran = again(command)
    assert f"{ID}, double: not graded for ash and 1 more: test_double: AssertionError: the oracle varies" in ran.out
    assert "Not yours" not in ran.out


def test_a_new_file_does_not_keep_the_mark_of_the_old_one_when_the_suite_breaks(command: Commands, root: Path) -> None:
    hand_in(root, "ash", answered(root, {"double": "def double(xs):\n    return xs\n"}))
    with (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").open("a") as file:
        file.write("\n1 / 0\n")
    again(command)
    assert marks(root) == GIVEN | {"ash": [None, None]}


@pytest.mark.parametrize("second", ["scale_foward", "scale", "Scale"])
def test_a_mistyped_question_in_a_suite_is_an_error_of_the_suite(
    command: Commands, root: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").write_text(SUITE.format(second=second))
    ran = again(command)
    assert ran.status == 1
    message = f"01_tiny/hidden_tests has tests of {second}, which 01_tiny does not ask; it asks double, scale"
    assert message in ran.out
    assert marks(root) == GIVEN
    ran = command("build")
    assert ran.status == 0
    assert f"warning: {ID}: {message}" in ran.err
    assert command("build", "--check").status == 1


def test_build_warns_of_points_and_of_questions_without_a_test(command: Commands, root: Path) -> None:
    change_points(root, 42, 60)
    (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").write_text(SUITE.format(second="double"))
    ran = command("build")
    assert ran.status == 0
    assert ran.err.splitlines() == [
        "warning: 01_tiny: its questions have 102 points in all, not 100",
        "warning: 01_tiny: hidden_tests/ has no test of scale_forward",
    ]
    (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").unlink()
    assert "there are no hidden tests in 01_tiny/hidden_tests" in command("build").err


def test_a_sound_assignment_has_no_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    assert suite_check.suite_problems(course.current().load(ID)) == []


# questions left out, and submissions that could not be graded


def exported(root: Path) -> dict[str, dict[str, str]]:
    ran = in_a_process(root, sys.executable, "-m", "nbgrader", "export")
    assert ran.status == 0, ran.err
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_questions_left_out_are_partly_graded_in_the_export(command: Commands, root: Path) -> None:
    (root / "gradebook.db").unlink()
    assert again(command, "--questions", "double").status == 1
    rows = exported(root)
    assert [rows["ash"][name] for name in ("status", "raw_score", "score")] == ["partly graded", "40.0", ""]
    assert [rows["cedar"][name] for name in ("status", "raw_score", "score")] == ["not graded", "", ""]
    again(command)
    rows = exported(root)
    assert [rows["ash"][name] for name in ("status", "raw_score", "score")] == ["graded", "100.0", "100.0"]
    again(command, "--questions", "double")
    assert exported(root)["ash"]["score"] == "100.0"


def test_marks_are_exported_in_two_decimals(root: Path) -> None:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("double_check", "tiny", ID, "ash").manual_score = 30.785699999
        gradebook.find_submission(ID, "ash").notebooks[0].late_submission_penalty = 1 / 3
        gradebook.db.commit()
    row = exported(root)["ash"]
    assert [row[name] for name in ("raw_score", "late_submission_penalty", "score")] == ["90.79", "0.33", "90.45"]


def test_report_writes_the_marks_as_csv(command: Commands, root: Path) -> None:
    ran = command("report", "--course", root, "--out", root / "report.html", "--csv", root / "marks.csv")
    assert ran.status == 0, ran
    assert ran.out.splitlines() == [f"class report: {root / 'report.html'}", f"marks: {root / 'marks.csv'}"]
    with (root / "marks.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [rows[name]["total"] for name in ("ash", "beech", "cedar")] == ["100", "60", ""]
    assert [rows["beech"][name] for name in ("double", "double outcome", "out of")] == ["0", "wrong", "100"]
    assert rows["cedar"]["not graded"]
    assert rows["cedar"]["double"] == ""


def test_report_refuses_an_unwritable_csv_before_the_work(command: Commands, root: Path) -> None:
    ran = command("report", "--course", root, "--out", root / "report.html", "--csv", root / "nowhere" / "marks.csv")
    assert ran.status == 2
    assert f"there is no folder {root / 'nowhere'}" in ran.err
    assert not (root / "report.html").exists()


def test_an_ungraded_student_has_a_page_until_they_are_graded(command: Commands, root: Path) -> None:
    page = root / "feedback" / "cedar" / ID / "tiny.html"
    assert "There is no mark yet, and this is not a mark of 0." in page.read_text()
    hand_in(root, "cedar", answered(root))
    again(command)
    assert not page.exists()
    ran = in_a_process(root, sys.executable, "-m", "nbgrader", "generate_feedback", ID)
    assert ran.status == 0, ran.err
    assert "100 of 100 points" in page.read_text()


def test_plain_nbgrader_says_nothing_of_sqlalchemy(root: Path) -> None:
    ran = in_a_process(root, sys.executable, "-m", "nbgrader", "autograde", ID, "--student", "ash", "--force")
    assert ran.status == 0
    assert "SAWarning" not in ran.err
    assert json.loads((root / "autograded" / "ash" / ID / "tiny.ipynb").read_text())["metadata"]["autograder"]


def test_help_is_readable_and_the_version_is_printed(command: Commands) -> None:
    text = command("--help").out
    assert re.search(r"^ +0  all was graded \(whatever the marks\), or the check held$", text, re.MULTILINE)
    assert re.search(r"^ +1  something was not graded, or a check failed$", text, re.MULTILINE)
    assert "--install-completion" in text
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", command("--version").out)


# marks for a platform


def test_export_writes_what_a_platform_takes(command: Commands, root: Path, tmp_path: Path) -> None:
    """ash has 100 points, beech 60, cedar could not be graded."""
    out = tmp_path / "marks"
    for form in ("csv", "canvas", "moodle", "junit"):
        ran = command("export", "--format", form, "--course", root, "--out", out)
        assert (ran.status, ran.out.split()[0]) == (0, "marks:"), ran.err
        text = out.read_text(encoding="utf-8")
        if form == "junit":
            assert text.count("<testsuite ") == 3
        else:
            rows = list(csv.reader(text.splitlines()))
            column = {"csv": "score", "canvas": "Twice, and twice again", "moodle": "Grade"}[form]
            place = rows[0].index(column)
            assert [row[place] for row in rows if {"ash", "beech", "cedar"} & set(row)] == [
                {"csv": "100.0"}.get(form, "100"), {"csv": "60.0"}.get(form, "60"), "",
            ]  # fmt: skip


def test_export_says_whom_the_roster_does_not_have(command: Commands, root: Path, tmp_path: Path) -> None:
    roster, out = tmp_path / "roster.csv", tmp_path / "filled.csv"
    roster.write_text("Student,ID,SIS Login ID,Section,01_tiny (7)\nPoints Possible,,,,50\nAsh,1,ash,A,\n")
    ran = command("export", "--format", "canvas", "--course", root, "--roster", roster, "--out", out)
    assert ran.status == 1
    assert "no row for beech: add" in ran.err
    assert out.read_text().splitlines()[-1] == "Ash,1,ash,A,50"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "csv", "--roster", "ROSTER"), "--roster and --column are for canvas and moodle, not for csv"),
        (("--format", "canvas", "--column", "Mark"), "give --roster too"),
        (("--format", "canvas", "--assignment", "09_nothing"), "nobody has handed in 09_nothing"),
        (("--format", "canvas", "--out", "nowhere/marks.csv"), "there is no folder"),
        (("--format", "canvas", "--roster", "ROSTER"), "not Canvas's"),
    ],
)
def test_export_refuses(
    command: Commands, root: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,Mark\nAsh,1\n")
    ran = command("export", "--course", root, *(str(roster) if word == "ROSTER" else word for word in arguments))
    assert ran.status == 2
    assert message in ran.err


def test_export_without_a_gradebook(command: Commands, tmp_path: Path) -> None:
    ran = command("export", "--format", "canvas", "--course", tmp_path)
    assert ran.status == 2
    assert "there is no gradebook" in ran.err
