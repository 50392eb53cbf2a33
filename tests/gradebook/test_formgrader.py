"""formgrader's buttons, as its server runs them: nbgrader's API is called in a thread with a running event loop."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from tiny_course import ID, answered, hand_in, tiny_course

from autograder import course
from autograder.authoring.nbgrader_settings import settings
from autograder.errors import KernelFailed
from autograder.grading import grader
from autograder.grading.options import Options
from autograder.sandbox import SpareKernel, session

BEFORE = f"autograded/ash/{ID}/tiny.ipynb"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one submission graded by a click."""
    root = tiny_course(tmp_path_factory.mktemp("formgrader"))
    hand_in(root, "ash", answered(root))
    hand_in(root, "beech", answered(root))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AUTOGRADER_COURSE", str(root))
        grader.forget_loaded()
        assert click(root, "generate_assignment", ID)["success"]
        clicked = click(root, "autograde", ID, "ash")
        assert clicked["success"], clicked["error"] + clicked.get("log", "")
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that course, to be changed."""
    place = Path(shutil.copytree(graded, tmp_path / "course"))
    monkeypatch.setenv("AUTOGRADER_COURSE", str(place))
    grader.forget_loaded()
    return place


def api(root: Path) -> NbGraderAPI:
    """nbgrader's API with our configuration, as formgrader makes it."""
    config = settings(root)
    config.Exchange.root = str(root)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def click(root: Path, button: str, *names: str) -> dict[str, Any]:
    """The result of formgrader's handler of a button, in a thread whose event loop is running."""

    async def handler() -> dict[str, Any]:
        return dict(getattr(api(root), button)(*names))

    return asyncio.run(handler())


def mark(root: Path, student: str) -> tuple[bool, float]:
    """A submission in formgrader's table: whether it is autograded, and the score."""
    submission = api(root).get_submission(ID, student)
    return bool(submission["autograded"]), float(submission["score"])


def test_a_click_grades(root: Path) -> None:
    assert mark(root, "ash") == (True, 100.0)
    assert (root / BEFORE).is_file()


def test_a_submission_is_graded_where_a_loop_runs(root: Path) -> None:
    async def handler() -> grader.Graded:
        spare_kernel = SpareKernel(goes_on=True)
        came = grader.grade(answered(root), Options(ID), spare_kernel=spare_kernel)  # while another kernel is started
        spare_kernel.close()
        return came

    assert asyncio.run(handler()).result.score == 100


def test_a_session_that_was_made_without_a_loop_can_be_used_in_one(root: Path) -> None:
    spare_kernel = SpareKernel()
    spare_kernel.start(course.current().handed_out(ID), Options().limits, True)

    async def handler() -> grader.Graded:
        return grader.grade(answered(root), Options(ID), spare_kernel=spare_kernel)

    assert asyncio.run(handler()).result.score == 100


def a_broken_file(root: Path, patched: pytest.MonkeyPatch) -> None:
    (root / "submitted" / "ash" / ID / "tiny.ipynb").write_bytes(answered(root)[:900])


def no_kernel(root: Path, patched: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> None:
        raise KernelFailed("the confined kernel could not be started: no memory")

    patched.setattr(session.Session, "_start", fail)


def no_suite(root: Path, patched: pytest.MonkeyPatch) -> None:
    (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").unlink()


def a_reference_that_does_not_run(root: Path, patched: pytest.MonkeyPatch) -> None:
    source = root / "solutions" / ID / "tiny.py"
    source.write_text(
        source.read_text().replace("import numpy as np", "import numpy as np\nimport nothing_of_that_name")
    )


def an_edited_source(root: Path, patched: pytest.MonkeyPatch) -> None:
    edit_points(root)


FAULTS: dict[Callable[[Path, pytest.MonkeyPatch], None], str] = {
    a_broken_file: "the file is not a complete notebook",
    no_kernel: "the confined kernel could not be started: no memory",
    no_suite: f"there are no hidden tests in {ID}/hidden_tests",
    a_reference_that_does_not_run: "the reference does not run",
    an_edited_source: "is not what solutions/01_tiny/tiny.py says",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_click_that_fails_takes_nothing_away(
    root: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    before = (root / BEFORE).read_bytes()
    with monkeypatch.context() as patched:
        fault(root, patched)
        clicked = click(root, "autograde", ID, "ash")
    assert not clicked["success"]
    assert FAULTS[fault] in clicked["error"] + clicked.get("log", "")
    assert (root / BEFORE).read_bytes() == before
    assert mark(root, "ash") == (True, 100.0)


def test_a_second_click_grades_what_the_suite_says_now(root: Path) -> None:
    assert click(root, "autograde", ID, "ash")["success"]
    first = mark(root, "ash")
    (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").write_text(
        "import numpy as np\nfrom autograder.testing.checks import values\n"
        "from autograder.testing.question import question\n\n\n"
        '@question("double")\ndef test_double(student):\n'
        '    values("double", student.call("double", np.ones(2)), np.full(2, 5.0))\n\n\n'
        '@question("scale_forward")\ndef test_scale(student):\n'
        '    values("double", student.call("double", np.ones(2)), np.full(2, 2.0))\n'
    )
    assert click(root, "autograde", ID, "ash")["success"]
    assert (first[1], mark(root, "ash")[1]) == (100.0, 60.0)


def edit_points(root: Path, points: int = 77) -> None:
    """Edit as formgrader's Create Assignment does: in build/source/, and save after it was built."""
    path = root / "build" / "source" / ID / "tiny.ipynb"
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double_check":
            cell["metadata"]["nbgrader"]["points"] = points
    save(path, notebook)


def edit_text(root: Path) -> None:
    path = root / "build" / "source" / ID / "tiny.ipynb"
    notebook = json.loads(path.read_bytes())
    notebook["cells"][0]["source"] = "# Another title"
    save(path, notebook)


def add_a_cell(root: Path) -> None:
    path = root / "build" / "source" / ID / "tiny.ipynb"
    notebook = json.loads(path.read_bytes())
    notebook["cells"].append({"cell_type": "markdown", "id": "more", "metadata": {}, "source": "One more."})
    save(path, notebook)


def open_and_save(root: Path) -> None:
    """Make only the changes that JupyterLab makes to a notebook that is opened and saved."""
    path = root / "build" / "source" / ID / "tiny.ipynb"
    notebook = json.loads(path.read_bytes())
    notebook["metadata"]["kernelspec"]["name"] = "python3"
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        cell["metadata"].setdefault("editable", True)
    save(path, notebook)


def save(path: Path, notebook: dict[str, Any]) -> None:
    path.write_text(json.dumps(notebook))
    later = time.time() + 1
    os.utime(path, (later, later))


@pytest.mark.parametrize("edit", [edit_points, edit_text, add_a_cell], ids=lambda edit: edit.__name__)
def test_an_edit_of_what_is_built_is_refused_and_harms_nothing(root: Path, edit: Callable[[Path], None]) -> None:
    before = (root / "assignments" / ID / "tiny.ipynb").read_bytes()
    edit(root)
    clicked = click(root, "generate_assignment", ID)
    assert not clicked["success"]
    message = clicked["error"].splitlines()[-1]
    assert "is not what solutions/01_tiny/tiny.py says" in message
    assert f"make the change there, then run `python -m autograder build {ID}`" in message
    assert (root / "assignments" / ID / "tiny.ipynb").read_bytes() == before


def test_what_an_editor_leaves_is_no_edit(root: Path) -> None:
    open_and_save(root)
    assert click(root, "generate_assignment", ID)["success"]
