"""The current course: two in one process, none at all, another one for a while."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import pytest
from every_assignment import REPOSITORY, course_at
from tiny_course import ID, answered, tiny_course

from autograder import course
from autograder.grading.grader import grade
from autograder.grading.options import Options
from autograder.sandbox import Limits, SpareKernel

TRIPLED = '''"""Another course's tests of the same assignment."""

from autograder.testing.checks import equal, values
from autograder.testing.question import question
import numpy as np


@question("double")
def test_double(student):
    values("double(xs)", student.call("double", np.ones(2)), np.full(2, 3.0))


@question("scale_forward")
def test_scale_forward(student):
    equal("Scale", student.has("Scale"), True)
'''
TRIPLES = {"double": "def double(xs):\n    return 3 * xs"}


def test_two_courses_are_graded_in_one_process_in_turn(tmp_path: Path) -> None:
    doubling, tripling = tiny_course(tmp_path / "a"), tiny_course(tmp_path / "b", suite=TRIPLED)
    data = answered(doubling, TRIPLES)
    scores = []
    for root in (doubling, tripling, doubling, tripling):
        with course_at(root):
            result = grade(data, Options(ID, variant=0)).result
            scores.append({question.id: question.score for question in result.questions}["double"])
    assert scores == [0, 40, 0, 40]


def test_their_hashes_differ_and_are_kept_apart(tmp_path: Path) -> None:
    from autograder.grading.provenance import suite_sha256

    roots = tiny_course(tmp_path / "a"), tiny_course(tmp_path / "b", suite=TRIPLED)
    hashes = []
    for root in (*roots, *roots):
        with course_at(root):
            hashes.append(suite_sha256(ID))
    assert hashes[:2] == hashes[2:]
    assert hashes[0] != hashes[1]


def test_another_course_is_worked_on_for_a_while(tmp_path: Path) -> None:
    before = course.current()
    with course.using(course.ScriptCourse(tmp_path)):
        assert course.current().root == tmp_path
    assert course.current() == before


def test_a_thread_inherits_the_course_of_its_starter(tmp_path: Path) -> None:
    with course.using(course.ScriptCourse(tmp_path)), ThreadPoolExecutor(1) as executor:
        assert executor.submit(copy_context().run, course.current).result().root == tmp_path


def test_a_course_is_set_for_the_whole_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", "elsewhere")
    course.work_on(course.ScriptCourse(tmp_path))
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(course.current).result().root == tmp_path


WITHOUT_A_COURSE = """
import pkgutil, importlib, autograder
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    if not module.name.endswith(("__main__", ".in_process", "stub_package", "compile_filter", "dask_pool")):
        importlib.import_module(module.name)
from autograder import course
print(course.current().root)
try:
    course.current().assignment_ids()
except Exception as error:
    print(error)
"""


def test_the_package_is_imported_without_a_course(tmp_path: Path) -> None:
    installed = tmp_path / "site" / "autograder"
    installed.parent.mkdir()
    installed.symlink_to(REPOSITORY / "autograder")
    (tmp_path / "empty").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(installed.parent), "AUTOGRADER_COURSE": str(tmp_path / "empty")}
    command = [sys.executable, "-c", WITHOUT_A_COURSE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path / "empty")
    root, problem = done.stdout.splitlines()
    assert root == str(tmp_path / "empty")
    assert "is no course: it has no folder solutions/" in problem


@pytest.mark.slow
def test_the_wheel_holds_no_solution_no_hidden_test_and_no_known_answer(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    for name in ("autograder", "solutions"):
        shutil.copytree(REPOSITORY / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, sources)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(sources)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"autograder"}
    assert not [name for name in names if "solutions" in name or "hidden_tests" in name or "submissions/" in name]
    assert any(name.endswith(".bpf") for name in names)


def test_a_kernel_started_for_one_course_is_not_taken_for_another(tmp_path: Path) -> None:
    """Even if nothing is handed out, since the kernel would not hide the other course's folder."""
    first, second = tmp_path / "a", tmp_path / "b"
    with closing(SpareKernel()) as spare:
        with course.using(course.ScriptCourse(first)):
            spare.start([], Limits(), True)
        with course.using(course.ScriptCourse(second)), spare.take([], Limits(), True) as session:
            assert session.box.secret == second
