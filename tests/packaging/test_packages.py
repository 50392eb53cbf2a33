"""The zips: what students may have and nothing else; an autograder that gives the same marks in Gradescope's tree."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from every_assignment import REPOSITORY, course_at
from tiny_course import ID, Commands, answered, tiny_course

from autograder import course
from autograder.packaging.archive import files_below, zipped
from autograder.packaging.gradescope import gradescope_files

THRICE = {"double": "def double(xs):\n    return 3 * xs\n"}
WITH_HELPER = {"double": "import twofold\n\ndef double(xs):\n    return twofold.of(xs)\n"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course."""
    return tiny_course(tmp_path_factory.mktemp("packages"))


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(root, monkeypatch, capsys)


@pytest.fixture(scope="module")
def gradescope(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree laid out like Gradescope's /autograder."""
    place = tmp_path_factory.mktemp("gradescope") / "autograder"
    with course_at(root):
        files = gradescope_files(ID, {})
    for name, content in files.items():
        path = place / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def graded_there(place: Path, handed_in: dict[str, bytes], **environment: str) -> dict[str, Any]:
    """The results.json that run_autograder writes for these files."""
    for old in [*place.glob("submission/*"), *place.glob("results/*")]:
        old.unlink()
    for name, content in handed_in.items():
        (place / "submission").mkdir(exist_ok=True)
        (place / "submission" / name).write_bytes(content)
    variables = {"AUTOGRADER_ROOT": str(place), "AUTOGRADER_PYTHON": sys.executable, **environment}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER_")}
    script = ["bash", str(place / "source" / "run_autograder")]
    done = subprocess.run(script, env=kept | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads((place / "results" / "results.json").read_text(encoding="utf-8"))
    return record


def graded_here(command: Commands, tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "tiny.ipynb"
    path.write_bytes(data)
    ran = command("grade", path, "--json", tmp_path / "record.json")
    assert ran.status == 0, ran.err
    record: dict[str, Any] = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    return record


@pytest.mark.parametrize("answers", [{}, THRICE], ids=["right", "wrong"])
def test_marks_are_those_of_grading_here(
    command: Commands, root: Path, gradescope: Path, tmp_path: Path, answers: dict[str, str]
) -> None:
    data = answered(root, answers)
    local, remote = graded_here(command, tmp_path, data), graded_there(gradescope, {"my answers.ipynb": data})
    for record in (local, remote):
        del record["execution_time"]
    assert remote == local
    assert remote["score"] == (60 if answers else 100)


def test_files_beside_the_notebook_are_there(root: Path, gradescope: Path) -> None:
    files = {"tiny.ipynb": answered(root, WITH_HELPER), "twofold.py": b"def of(xs):\n    return 2 * xs\n"}
    assert graded_there(gradescope, files)["score"] == 100


def test_without_namespaces_it_is_graded_and_stamped(root: Path, gradescope: Path) -> None:
    record = graded_there(gradescope, {"tiny.ipynb": answered(root)}, AUTOGRADER_UNCONFINED="yes")
    assert record["score"] == 100
    assert record["output"].endswith("the notebook ran without a sandbox.")


@pytest.mark.parametrize("content", [None, b"hello"], ids=["nothing", "no notebook"])
def test_what_cannot_be_graded_has_no_mark(gradescope: Path, content: bytes | None) -> None:
    record = graded_there(gradescope, {} if content is None else {"tiny.ipynb": content})
    assert "score" not in record
    assert record["output"]


def test_the_scripts_name_the_assignment_and_what_it_needs(gradescope: Path) -> None:
    scripts = {name: (gradescope / "source" / name).read_text() for name in ("setup.sh", "run_autograder")}
    for name, text in scripts.items():
        assert not re.search(r"@[A-Z]+@", text)
        subprocess.run(["bash", "-n", str(gradescope / "source" / name)], check=True)
    assert f"--assignment {ID}" in scripts["run_autograder"]
    assert "torch" not in scripts["setup.sh"]
    with course_at(REPOSITORY):
        needed = {id: "torch" in course.current().needed_packages(id) for id in course.current().assignment_ids()}
        with_torch = [id for id, is_needed in needed.items() if is_needed]
        text = gradescope_files(with_torch[0], {})["setup.sh"].decode()
    assert "/grader[torch]" in text
    assert "download.pytorch.org/whl/cpu" in text


def test_the_zips(command: Commands, root: Path, tmp_path: Path) -> None:
    for kind in ("student", "gradescope"):
        out = tmp_path / f"{kind}.zip"
        assert command("package", ID, "--format", kind, "--out", out).status == 0
        first = out.read_bytes()
        assert command("package", ID, "--format", kind, "--out", out).status == 0
        assert out.read_bytes() == first
    with zipfile.ZipFile(tmp_path / "student.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == files_below(root / "assignments" / ID, ID)
    with zipfile.ZipFile(tmp_path / "gradescope.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["setup.sh"] & modes["run_autograder"] & stat.S_IXUSR
    package = {f"grader/autograder/{path.relative_to(REPOSITORY / 'autograder').as_posix()}"
               for path in (REPOSITORY / "autograder").rglob("*.py")}  # fmt: skip
    assert package <= modes.keys()
    assert not [name for name in modes if "/submissions/" in name or "__pycache__" in name]


def test_a_release_that_is_not_what_solutions_builds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_course(tmp_path)
    command = Commands(root, monkeypatch, capsys)
    given = root / "assignments" / ID / "given.py"
    given.write_text(given.read_text() + "\n# edited\n")
    ran = command("package", ID, "--format", "student")
    assert ran.status == 2
    assert "run python -m autograder build" in ran.err
    assert not list(root.glob("build/*.zip"))


def test_a_release_that_gives_an_answer_away_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_course(tmp_path)
    command = Commands(root, monkeypatch, capsys)
    known = root / "solutions" / ID / "submissions" / "accepted" / "shown.py"
    shown = max((root / "assignments" / ID / "requirements.txt").read_text().splitlines(), key=len)
    known.write_text(f'"""keeps all: a comment"""\n\ndef double(xs):\n    {shown}\n    return xs + xs\n')
    ran = command("package", ID, "--format", "student")
    assert ran.status == 2
    assert "holds what students must not see" in ran.err


def test_an_unknown_assignment_or_format(command: Commands) -> None:
    ran = command("package", "09_nothing", "--format", "student")
    assert ran.status == 2
    assert "known are: " in ran.err


def test_the_same_files_make_the_same_zip_in_any_order() -> None:
    assert zipped({"a": b"1", "b": b"2"}) == zipped({"b": b"2", "a": b"1"})
