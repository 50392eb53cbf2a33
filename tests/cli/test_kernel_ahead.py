"""A kernel started early is the right one, or none."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from tiny_course import ID, tiny_course

from autograder import course
from autograder.cli import kernel_ahead
from autograder.grading.options import Options
from autograder.sandbox import Limits, SpareKernel
from autograder.sandbox.watchdog import end


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("early"))


@pytest.fixture(autouse=True)
def chosen_course(root, monkeypatch):
    """Make the tiny course the current one."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))


@pytest.fixture
def notebook():
    """The released notebook of the tiny course."""
    return course.current().root / "assignments" / ID / f"{course.name_of(ID)}.ipynb"


def test_the_release_is_recognised_by_its_ids(notebook):
    assert kernel_ahead.likely_assignment(notebook) == ID


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', '{"cells": []}'])
def test_anything_else_is_not_recognised(tmp_path, content):
    path = tmp_path / "odd.ipynb"
    path.write_text(content)
    assert kernel_ahead.likely_assignment(path) is None
    assert kernel_ahead.likely_assignment(tmp_path / "absent.ipynb") is None
    assert kernel_ahead.likely_assignment(tmp_path) is None


def test_ids_that_are_lost_are_not_guessed(notebook, tmp_path):
    content = json.loads(notebook.read_text())
    for cell in content["cells"]:
        cell["metadata"].pop("nbgrader", None)
    path = tmp_path / "lost.ipynb"
    path.write_text(json.dumps(content))
    assert kernel_ahead.likely_assignment(path) is None


def test_no_kernel_is_started_for_another_assignment(notebook, monkeypatch):
    monkeypatch.setattr(SpareKernel, "start", lambda *kind: pytest.fail("a kernel was started"))
    with kernel_ahead.kernel(notebook, Options(assignment="02_other")):
        pass


def test_the_kernel_has_the_handed_out_files_and_is_gone_when_nobody_took_it(notebook):
    kind = course.current().handed_out(ID), Limits(), True
    with kernel_ahead.kernel(notebook, Options()) as spare_kernel:
        with spare_kernel.take(*kind) as session:
            assert session.files == course.current().handed_out(ID)
        spare_kernel.start(*kind)
        folder = spare_kernel._session.box.folder
        assert folder.exists()
    assert not folder.exists()


def test_a_kernel_of_another_kind_or_that_has_ended_is_not_taken(notebook):
    files = course.current().handed_out(ID)
    with closing(SpareKernel()) as spare_kernel:
        for limits, ended in ((Limits(restarts=1), False), (Limits(), True)):
            spare_kernel.start(files, limits, True)
            started = spare_kernel._session
            if ended:
                end(started._process)
                started._process.wait()
            with spare_kernel.take(files, Limits(), True) as session:
                assert session is not started
                assert not started.box.folder.exists()
                assert session.limits == Limits()


def test_the_next_kernel_is_started_only_if_there_is_a_next(notebook):
    kind = course.current().handed_out(ID), Limits(), True
    for goes_on in (False, True):
        with closing(SpareKernel(goes_on)) as spare_kernel:
            spare_kernel.prepare(*kind)
            assert (spare_kernel._session is not None) == goes_on
