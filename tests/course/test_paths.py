"""Course, class or temporary folder in a path that other programs read as a pattern: graded as anywhere else."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from tiny_course import ID, Ran, answered, hand_in, in_a_process, tiny_course

from autograder.course import plain_path as module
from autograder.course.plain_path import plain_path, plain_temporary
from autograder.errors import GraderError

ODD = ["p-main (1)", "[2026] p", "a+b", "100% #1", "what?*", 'Übung\'s "best" {x}', "a::b [c]"]
AS_THEY_ARE = ["plain", "with blanks", "Übung", "a-b_c.d~e"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_course(tmp_path_factory.mktemp("paths"))


def in_odd_place(built: Path, tmp_path: Path, name: str) -> Path:
    """The course in a folder with an odd name, with a right and a wrong answer handed in."""
    root = tmp_path / name / "course"
    shutil.copytree(built, root)
    hand_in(root, "ash", answered(built))
    hand_in(root, "beech", answered(built, {"double": "def double(xs):\n    return 3 * xs\n"}))
    return root


def marks(root: Path, tmp_path: Path) -> dict[str, list[float]]:
    """The automatic marks in the gradebook, by student."""
    shutil.copy(root / "gradebook.db", tmp_path / "copy.db")
    with Gradebook(f"sqlite:///{tmp_path / 'copy.db'}") as gradebook:
        return {
            one.student.id: sorted(grade.auto_score for book in one.notebooks for grade in book.grades)
            for one in gradebook.assignment_submissions(ID)
        }


WANTED = {"ash": [40.0, 60.0], "beech": [0.0, 60.0]}


def autograder(root: Path, *arguments: object, **environment: str) -> Ran:
    return in_a_process(root, sys.executable, "-m", "autograder", *arguments, **environment)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["p-main (1)+", "[2026] p", "what?* 100% #1", 'a::b Übung\'s "best" {x}'])
def test_a_class_is_graded_as_anywhere(built: Path, tmp_path: Path, name: str) -> None:
    root = in_odd_place(built, tmp_path, name)
    ran = autograder(root, "grade", root / "submitted", "--jobs", "1", "--json", root / "records.json")
    assert ran.status == 0, ran
    assert [record["score"] for record in json.loads((root / "records.json").read_text())] == [100, 60]
    assert marks(root, tmp_path) == WANTED
    assert (root / "autograded" / "ash" / ID / "tiny.ipynb").is_file()
    ran = autograder(root, "report")
    assert ran.status == 0, ran


@pytest.mark.slow
@pytest.mark.parametrize("name", ["p-main (1)", "[2026] p"])
def test_plain_nbgrader_gives_the_same_marks_there(built: Path, tmp_path: Path, name: str) -> None:
    root = in_odd_place(built, tmp_path, name)
    for command in (["generate_assignment"], ["autograde"], ["generate_feedback"]):
        ran = in_a_process(root, sys.executable, "-m", "nbgrader", *command, ID)
        assert ran.status == 0, ran
    assert marks(root, tmp_path) == WANTED
    assert (root / "feedback" / "ash" / ID / "tiny.html").is_file()


@pytest.mark.slow
def test_one_notebook_and_an_odd_temporary_folder(built: Path, tmp_path: Path) -> None:
    root = in_odd_place(built, tmp_path, "plain")
    (tmp_path / "t [1]+").mkdir()
    ran = autograder(root, "grade", root / "submitted", "--jobs", "1", TMPDIR=str(tmp_path / "t [1]+"))
    assert ran.status == 0, ran
    assert marks(root, tmp_path) == WANTED
    (tmp_path / "o [1] (2)").mkdir()
    alone = shutil.copy(root / "submitted" / "ash" / ID / "tiny.ipynb", tmp_path / "o [1] (2)" / "t+1.ipynb")
    ran = autograder(root, "grade", alone)
    assert ran.status == 0, ran
    assert "100 / 100" in ran.out


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_a_plain_path_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert plain_path(tmp_path / name) == tmp_path / name


@pytest.mark.parametrize("name", ODD)
def test_any_other_path_becomes_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    link = plain_path(tmp_path / name)
    assert module.PLAIN.fullmatch(str(link))
    assert link.resolve() == (tmp_path / name).resolve()
    assert plain_path(tmp_path / name) == link


def test_each_folder_has_a_link_of_its_own(tmp_path: Path) -> None:
    links = {plain_path(tmp_path / f"[{number}]") for number in range(5)}
    assert len(links) == 5


def test_where_no_link_can_be_made_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise OSError(1, os.strerror(1))

    monkeypatch.setattr(Path, "symlink_to", fails)
    with pytest.raises(GraderError, match=r"holds characters that nbgrader reads as a pattern.*move the course"):
        plain_path(tmp_path / "[a]")


def test_the_temporary_folder_is_the_systems_if_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert plain_temporary() == tmp_path
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "[a]"))
    assert plain_temporary() == Path("/tmp")
