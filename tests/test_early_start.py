"""A kernel started early is the right one, or none."""

from __future__ import annotations

import json

import pytest
from tiny_course import ID, tiny_course

from autograder import course, early_start
from autograder.options import Options


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("early"))


@pytest.fixture(autouse=True)
def here(root, monkeypatch):
    """The tiny course as the course."""
    monkeypatch.setattr(course, "ROOT", root)


@pytest.fixture
def notebook():
    """The tiny course's release."""
    return course.ROOT / "assignments" / ID / f"{course.name_of(ID)}.ipynb"


def test_the_release_is_recognised_by_its_ids(notebook):
    assert early_start.likely_assignment(notebook) == ID


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', '{"cells": []}'])
def test_anything_else_is_not(tmp_path, content):
    path = tmp_path / "odd.ipynb"
    path.write_text(content)
    assert early_start.likely_assignment(path) is None
    assert early_start.likely_assignment(tmp_path / "absent.ipynb") is None
    assert early_start.likely_assignment(tmp_path) is None


def test_ids_that_are_lost_are_not_guessed(notebook, tmp_path):
    content = json.loads(notebook.read_text())
    for cell in content["cells"]:
        cell["metadata"].pop("nbgrader", None)
    path = tmp_path / "lost.ipynb"
    path.write_text(json.dumps(content))
    assert early_start.likely_assignment(path) is None


def test_no_kernel_is_started_for_another_assignment(notebook):
    with early_start.session(notebook, Options(assignment="02_other")) as started:
        assert started is None


def test_the_kernel_has_the_handed_out_files_and_is_gone_at_the_end(notebook):
    with early_start.session(notebook, Options()) as started:
        assert started is not None
        assert started.files == course.handed_out(ID)
        folder = started.box.folder
        assert folder.exists()
    assert not folder.exists()
