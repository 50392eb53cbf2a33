"""Bad input: one clear message each, and the right exit status.

0  all was graded, whatever the marks
1  something was not graded
2  nothing could be done
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from tiny_course import ID, Commands, answered, edited, grade_id, hand_in, in_a_process, tiny_course

INSTALL = "apt-get install bubblewrap"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, for tests that do not change it."""
    return tiny_course(tmp_path_factory.mktemp("bad_input"))


@pytest.fixture
def command(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The `autograder` command in that course."""
    return Commands(built, monkeypatch, capsys)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def only_line(text: str) -> str:
    """The one line of a message."""
    (line,) = text.strip().splitlines()
    return line


@pytest.mark.parametrize("arguments", [["grade", ".", "--assignment"], ["build"], ["validate"]], ids=lambda a: a[0])
def test_unknown_assignment_names_the_known_ones(command: Commands, arguments: list[str]) -> None:
    ran = command(*arguments, "09_nothing")
    assert ran.status == 2
    assert only_line(ran.err) == f"autograder: there is no assignment '09_nothing'; known are: {ID}"


def test_empty_folder(command: Commands, tmp_path: Path) -> None:
    ran = command("grade", tmp_path)
    assert ran.status == 2
    assert only_line(ran.err) == f"autograder: there is no notebook to grade in {tmp_path}"


def test_a_missing_path(command: Commands, tmp_path: Path) -> None:
    ran = command("grade", tmp_path / "nowhere.ipynb")
    assert ran.status == 2
    assert only_line(ran.err) == f"autograder: there is no {tmp_path / 'nowhere.ipynb'}"


UNREADABLE = {
    "empty file": (b"", "the file is empty"),
    "not JSON": (b"<html>Please log in</html>", "the file is a web page, not a notebook: download the raw file"),
    "cut off": (b'{"cells": [{"cell_type": "code", "sou', "the file is not a complete notebook: it ends in the middle"),
    "no text": (bytes(range(256)), "the file is not a complete notebook: it holds no text"),
    "other JSON": (b'{"name": "no notebook"}', "the file is not a notebook: it has no list of cells"),
    "a number": (b"7", "the file is not a notebook: it has no list of cells"),
    "odd cells": (b'{"nbformat": 4, "cells": [1, 2]}', "the file is not a notebook"),
    "no cell of ours": (
        json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])).encode(),
        "no cell in it is of this course: hand in the notebook that was handed out",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_not_a_notebook_is_not_graded(command: Commands, tmp_path: Path, name: str) -> None:
    data, message = UNREADABLE[name]
    record = tmp_path / "record.json"
    ran = command("grade", written(tmp_path / "handed_in.ipynb", data), "--json", record)
    assert ran.status == 1
    assert message in ran.out
    assert "not graded" in ran.out
    kept = json.loads(record.read_text())
    assert message in kept["extra_data"]["not_graded"]
    assert kept["tests"] == []


def test_notebook_of_another_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_course(tmp_path)
    shutil.copytree(root / "solutions" / ID, root / "solutions" / "02_other")
    script = (root / "solutions" / "02_other" / "tiny.py").rename(root / "solutions" / "02_other" / "other.py")
    script.write_text(
        script.read_text().replace("double", "treble").replace("Scale", "Shift").replace("scale_", "shift_")
    )
    command = Commands(root, monkeypatch, capsys)
    assert command("build").status == 0
    handed_in = root / "assignments" / "02_other" / "other.ipynb"
    ran = command("grade", handed_in, "--assignment", ID)
    assert ran.status == 1
    assert f"this is a notebook of 02_other, not of {ID}" in ran.out


def without_check(notebook: nbformat.NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != "scale_forward"]


def with_edited_check(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if grade_id(cell) == "scale_forward":
            cell.source = "pass  # looks fine"


def without_any_id(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = {}


def without_one_id(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if grade_id(cell) == "Scale":
            cell.metadata = {}


def with_a_twin(notebook: nbformat.NotebookNode) -> None:
    (place,) = [i for i, cell in enumerate(notebook.cells) if grade_id(cell) == "double"]
    notebook.cells.insert(
        place, nbformat.from_dict({**notebook.cells[place], "source": "def double(xs):\n    return 0"})
    )


def in_an_older_format(notebook: nbformat.NotebookNode) -> None:
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        cell.pop("id", None)


def with_an_odd_schema(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if grade_id(cell):
            cell.metadata.nbgrader["schema_version"] = 99


LOST = "The cell {} had lost its nbgrader id: it was recognised by {}."
MENDED = {
    "deleted check cell": (without_check, ["The cell scale_forward was missing: it was put back as released."]),
    "edited check cell": (with_edited_check, ["The cell scale_forward had been changed: it was put back as released."]),
    "all metadata lost": (
        without_any_id,
        [
            *[LOST.format(name, "its text") for name in ("imports", "double_check", "scale_forward")],
            *[LOST.format(name, "what it defines") for name in ("double", "Scale")],
        ],
    ),
    "one id lost": (without_one_id, [LOST.format("Scale", "what it defines")]),
    "duplicated cell": (with_a_twin, ["The cell double was there 2 times: the last one counts."]),
    "older format": (in_an_older_format, []),
    "edited schema_version": (with_an_odd_schema, []),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MENDED)
def test_repairable_notebooks_are_graded_with_a_note(built: Path, command: Commands, tmp_path: Path, name: str) -> None:
    change, notes = MENDED[name]
    record = tmp_path / "record.json"
    handed_in = written(tmp_path / "tiny.ipynb", edited(answered(built), change))
    ran = command("grade", handed_in, "--json", record)
    assert ran.status == 0, ran
    kept = json.loads(record.read_text())
    assert kept["score"] == 100
    assert sorted(kept["output"].splitlines()) == sorted([*notes, "100 of 100 points."])


@pytest.mark.slow
def test_wrong_file_name_and_stray_folders(built: Path, command: Commands, tmp_path: Path) -> None:
    """The only notebook is graded; a folder without one, or of an unknown assignment, is named."""
    root = tmp_path / "class"
    hand_in(root, "ash", answered(built), name="homework (1).ipynb")
    (root / "submitted" / "beech" / ID).mkdir(parents=True)
    hand_in(root, "birch", answered(built), id="09_nothing")
    ran = command("grade", root / "submitted", "--jobs", "1")
    assert ran.status == 1
    lines = {line.split()[0]: line for line in ran.out.splitlines() if line}
    assert "100 / 100" in lines["ash"]
    assert "there is no notebook in the folder" in lines["beech"]
    assert "there is no assignment '09_nothing'" in lines["birch"]


def test_zip_with_nothing_and_with_rubbish(command: Commands, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    ran = command("grade", tmp_path / "empty.zip")
    assert ran.status == 2
    assert "there is no notebook to grade in" in only_line(ran.err)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ash.ipynb", "not a notebook")
    ran = command("grade", tmp_path / "class.zip", "--course", tmp_path, "--jobs", "1")
    assert ran.status == 1
    assert "the file is not a complete notebook" in ran.out


def test_missing_bubblewrap_is_reported_and_nothing_graded(built: Path, tmp_path: Path) -> None:
    handed_in = written(tmp_path / "tiny.ipynb", answered(built))
    record = tmp_path / "record.json"
    command = [sys.executable, "-m", "autograder", "grade", handed_in, "--json", record]
    ran = in_a_process(built, *command, PATH=str(tmp_path))
    assert ran.status == 2
    message = only_line(ran.err)
    assert message.startswith("autograder: bubblewrap (bwrap) is not installed, so nothing was graded. Install it")
    assert INSTALL in message
    assert "--unconfined" in message
    assert not record.exists()


@pytest.mark.slow
def test_without_bubblewrap_unconfined_is_a_choice_and_stamped(built: Path, tmp_path: Path) -> None:
    handed_in = written(tmp_path / "tiny.ipynb", answered(built))
    record = tmp_path / "record.json"
    command = [sys.executable, "-m", "autograder", "grade", handed_in, "--json", record, "--unconfined"]
    ran = in_a_process(built, *command, PATH=str(tmp_path))
    assert ran.status == 0, ran
    assert "UNCONFINED" in ran.out
    kept = json.loads(record.read_text())
    assert "UNCONFINED" in kept["extra_data"]["environment"]
    assert kept["score"] == 100


BROKEN_SUITES = {
    "does not parse": ("def test_double(:\n", "the hidden tests of 01_tiny do not run"),
    "fails by itself": (
        "from autograder.testing.question import question\n\n\n"
        '@question("double")\ndef test_double(student):\n    assert 1 == 2, "the oracle is wrong"\n\n\n'
        '@question("scale_forward")\ndef test_scale(student):\n    student.nonsense()\n',
        "the oracle is wrong",
    ),
    "compares nothing": (
        "from autograder.testing.question import question\n\n\n"
        '@question("double")\ndef test_double(student):\n    pass\n\n\n'
        '@question("scale_forward")\ndef test_scale(student):\n    pass\n',
        "this test passed without comparing anything",
    ),
    "asks nothing": ("x = 1\n", "the hidden suite has no test of it"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN_SUITES)
def test_a_broken_suite_lowers_nobodys_mark(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, message = BROKEN_SUITES[name]
    root = tiny_course(tmp_path, suite=text)
    submitted = hand_in(root, "ash", answered(root))
    record = tmp_path / "records.json"
    ran = Commands(root, monkeypatch, capsys)("grade", submitted, "--jobs", "1", "--json", record)
    assert ran.status == 1
    assert "0 graded, no marks, 1 not graded" in ran.out
    assert "Traceback" not in ran.err
    (kept,) = json.loads(record.read_text())
    assert message in str(kept["extra_data"]["not_graded"])
    told = kept["output"] + "".join(test["output"] for test in kept["tests"])
    assert told.startswith("Not graded")
    assert message not in told
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        (handed_in,) = gradebook.assignment_submissions(ID)
        assert [grade.auto_score for notebook in handed_in.notebooks for grade in notebook.grades] == [None, None]


def nbgrader(root: Path, *arguments: str) -> str:
    """The exit status and the log of plain nbgrader in the course's folder."""
    ran = in_a_process(root, sys.executable, "-m", "nbgrader", *arguments)
    return f"exit {ran.status}\n{ran.out}{ran.err}"


@pytest.mark.slow
def test_without_our_configuration_stock_nbgrader_gives_no_mark(tmp_path: Path) -> None:
    """For a wrong and a right answer: its own kernel must not run them, and silence must not mean full marks."""
    root = tiny_course(tmp_path)
    assert nbgrader(root, "generate_assignment", ID).startswith("exit 0")
    for student, answers in (("ash", None), ("beech", {"double": "def double(xs):\n    return xs"})):
        hand_in(root, student, answered(root, answers))
    (root / "nbgrader_config.py").unlink()
    log = nbgrader(root, "autograde", ID)
    assert not log.startswith("exit 0"), log
    assert "autograder-confined" in log
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        grades = [
            grade for one in gradebook.assignment_submissions(ID) for book in one.notebooks for grade in book.grades
        ]
        assert all(grade.auto_score is None for grade in grades)


@pytest.mark.slow
def test_plain_nbgrader_does_not_make_a_zero_of_a_broken_file(tmp_path: Path) -> None:
    root = tiny_course(tmp_path)
    assert nbgrader(root, "generate_assignment", ID).startswith("exit 0")
    hand_in(root, "ash", answered(root))
    hand_in(root, "beech", answered(root)[:2000])
    nbgrader(root, "autograde", ID)
    assert nbgrader(root, "export").startswith("exit 0")
    with (root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (rows["ash"]["score"], rows["ash"]["status"]) == ("100.0", "graded")
    assert (rows["beech"]["score"], rows["beech"]["status"]) == ("", "not graded")


# a faulty course


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """The `autograder` command in a separate course, with assignments 01_tiny and 02_draft."""
    root = tiny_course(tmp_path)
    (root / "datasets").mkdir()
    (root / "datasets" / "SHA256SUMS").write_text(f"{'0' * 64}  words.txt\n")
    shutil.copytree(root / "solutions" / ID, root / "solutions" / "02_draft")
    (root / "solutions" / "02_draft" / "tiny.py").rename(root / "solutions" / "02_draft" / "draft.py")
    return Commands(root, monkeypatch, capsys)


ASSIGNMENT_FILES = {
    "not TOML": ("data = []\nneeds = [\n\nx", ":4: not TOML: "),
    "cut off": ("data = []\nneeds = [", ":2: not TOML: "),
    "not text": ("data = ['\udcff']", ": not UTF-8 text: "),
    "an unknown key": ("needs = []\n\nanswers = []\n", ":3: unknown key 'answers'; known are: builds_on, data, needs"),
    "a table": ("# a comment\n[data]\nx = 1\n", ":2: data must be a list of names, got {'x': 1}"),
    "a text for a list": ("\ndata = 'words.txt'\n", ":2: data must be a list of names, got 'words.txt'"),
    "numbers": ("needs = [1]\n", ":1: needs must be a list of names, got [1]"),
    "a list for a text": (
        "builds_on = ['01_tiny']\n",
        ":1: builds_on must be the id of an assignment, got ['01_tiny']",
    ),
    "no such assignment": (
        "needs = []\nbuilds_on = '01_small'\n",
        ":2: there is no assignment '01_small' to build on; known are: 01_tiny, 02_draft",
    ),
    "itself": ("builds_on = '02_draft'\n", ":1: assignments build on each other: 02_draft -> 02_draft"),
    "no such dataset": (
        "data = [\n    'letters.txt',\n]\n",
        ":2: datasets/SHA256SUMS does not list letters.txt; it lists words.txt: run python -m autograder data",
    ),
}


@pytest.mark.parametrize("name", ASSIGNMENT_FILES)
def test_an_assignment_file_that_is_not_right(draft: Commands, name: str) -> None:
    text, message = ASSIGNMENT_FILES[name]
    (draft.root / "solutions/02_draft/assignment.toml").write_bytes(text.encode(errors="surrogateescape"))
    ran = draft("build")
    assert ran.status == 2
    assert only_line(ran.err).startswith(f"autograder: solutions/02_draft/assignment.toml{message}")


def test_assignments_that_build_on_each_other(draft: Commands) -> None:
    (draft.root / "solutions/01_tiny/assignment.toml").write_text("builds_on = '02_draft'\n")
    (draft.root / "solutions/02_draft/assignment.toml").write_text("\nbuilds_on = '01_tiny'\n")
    ran = draft("build", "01_tiny")
    assert ran.status == 2
    message = "solutions/02_draft/assignment.toml:2: assignments build on each other: 01_tiny -> 02_draft -> 01_tiny"
    assert only_line(ran.err) == f"autograder: {message}"


def test_a_name_that_nothing_defines(draft: Commands) -> None:
    script = draft.root / "solutions/02_draft/draft.py"
    script.write_text(script.read_text().replace("from given import ramp", "from given import ramp, slope"))
    line = script.read_text().splitlines().index("from given import ramp, slope") + 1
    ran = draft("build")
    assert ran.status == 2
    message = f"solutions/02_draft/draft.py:{line}: slope is imported from given, but no component defines it"
    assert only_line(ran.err) == f"autograder: {message}"


def test_two_assignments_of_one_name(draft: Commands) -> None:
    shutil.copytree(draft.root / "solutions" / ID, draft.root / "solutions" / "03_tiny")
    ran = draft("build")
    assert ran.status == 2
    message = (
        "solutions/01_tiny and solutions/03_tiny have the same name but for the number, so both notebooks would be"
    )
    assert only_line(ran.err).startswith(f"autograder: {message} tiny.ipynb: rename one of the folders")
    assert not (draft.root / "assignments" / "03_tiny").exists()
    assert (draft.root / "assignments" / "02_draft" / "draft.ipynb").exists(), "it stops no other assignment"


@pytest.mark.parametrize("arguments", [["build"], ["build", ID], ["validate"], ["assignments"], ["grade", "."]])
def test_a_course_without_solutions(draft: Commands, arguments: list[str]) -> None:
    shutil.rmtree(draft.root / "solutions")
    ran = draft(*arguments)
    assert ran.status == 2
    assert only_line(ran.err) == (
        f"autograder: {draft.root} is no course: it has no folder solutions/. "
        "Set AUTOGRADER_COURSE to the folder that has one"
    )
    assert (draft.root / "assignments" / ID / "tiny.ipynb").exists()
