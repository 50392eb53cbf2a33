"""The packages that a kernel can import: those of the course and of the assignment, and their dependencies."""

from __future__ import annotations

from importlib.metadata import Distribution

import nbformat
import pytest

from autograder import course
from autograder.errors import CallFailed
from autograder.sandbox import Limits, Session, visible_packages
from autograder.sandbox.reference_server import FollowThrough
from autograder.sandbox.visible_packages import HANDED_OUT, closure, hidden
from autograder.testing.student import Student

ABOUT_TORCH = ("06_bidirectional_lstm", "07_torch_translation")
TRY = """
import importlib, pathlib, sys
def load(name): return importlib.import_module(name).__name__
def others():
    folders = pathlib.Path(sys.base_prefix).glob("lib/python3*/site-packages/*")
    return [str(path) for path in folders if sys.base_prefix != sys.prefix and path.name != "__init__.py"]
"""


class Installed(Distribution):
    """A distribution with these requirements and installed paths."""

    def __init__(self, *requires: str, record: str = "") -> None:
        self._requires, self._record = requires, record

    def read_text(self, filename: str) -> str | None:
        return {"RECORD": self._record, "METADATA": "".join(f"Requires-Dist: {one}\n" for one in self._requires)}.get(
            filename
        )

    def locate_file(self, path):
        raise NotImplementedError


@pytest.fixture(scope="module", params=[(), ("torch",)], ids=["numpy alone", "torch too"])
def kernel(request):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(TRY)])
    with Session(notebook, [], Limits(), needs=request.param) as session:
        session.run()
        yield request.param, session


def loaded(session: Session, name: str) -> str:
    with session.connect(FollowThrough({}), 20.0) as connection:
        return Student(connection).call("load", name)


@pytest.mark.parametrize(
    "name", ["numpy", "matplotlib.pyplot", "tqdm.auto", "ipywidgets", "json", "_ctypes", "msgpack"]
)
def test_what_is_handed_out_can_be_imported(kernel, name):
    _, session = kernel
    assert loaded(session, name) == name


@pytest.mark.parametrize("name", ["pytest", "_pytest", "nbgrader", "sqlalchemy", "hypothesis"])
def test_what_is_the_graders_alone_cannot(kernel, name):
    _, session = kernel
    with pytest.raises(CallFailed, match=f"No module named '{name}': this assignment is to be solved without it"):
        loaded(session, name)


@pytest.mark.parametrize("name", ["torch", "torch.nn", "sympy", "networkx", "functorch"])
def test_torch_and_its_own_can_be_imported_where_they_are_needed(kernel, name):
    pytest.importorskip("torch")
    needs, session = kernel
    if needs:
        assert loaded(session, name) == name
    else:
        with pytest.raises(CallFailed, match='ModuleNotFoundError: "No module named'):
            loaded(session, name)


def test_another_interpreters_packages_are_not_there(kernel):
    _, session = kernel
    with session.connect(FollowThrough({}), 20.0) as connection:
        assert Student(connection).call("others") == []


def test_only_the_assignments_on_torch_need_it():
    needs = {id: course.current().needed_packages(id) for id in course.current().assignment_ids()}
    assert {id for id, packages in needs.items() if packages == ("torch",)} == set(ABOUT_TORCH)
    assert {packages for id, packages in needs.items() if id not in ABOUT_TORCH} == {()}


def test_what_a_distribution_depends_on_is_visible_too():
    installed = {
        "a": Installed("b>=1", "c[fast]; python_version > '3'", "test-only; extra == 'test'"),
        "b": Installed(), "c": Installed("d", "e; extra == 'fast'", "f; extra == 'slow'"), "d": Installed("A"),
        "e": Installed(), "f": Installed(), "test-only": Installed(),
    }  # fmt: skip
    assert closure(["a", "unknown"], installed) == {"a", "b", "c", "d", "e"}
    assert closure(["F"], installed) == {"f"}


@pytest.mark.parametrize(
    ("record", "gone"),
    [
        ("torch/__init__.py,sha256=x,1\ntorch-2.dist-info/RECORD,,\n../../bin/run,,\n", {"torch"}),
        ("shared/one.py,,\nalone.py,,\n__pycache__/alone.pyc,,\nalone.pth,,\n", {"alone.py"}),
        ('"with, comma/x.py",,\n', set()),
        ("autograder/__init__.py,,\nautograder/agent/launch.py,,\n", set()),  # hidden otherwise: the agent has its name
        ("", set()),
    ],
)
def test_what_lies_in_the_folder_of_packages_is_hidden_by_its_first_name(record, gone, tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    for name in ("torch", "shared", "autograder"):
        (folder / name).mkdir(parents=True)
    (folder / "alone.py").touch()
    monkeypatch.setattr(visible_packages.sys, "path", [str(tmp_path), str(folder)])
    others = {"numpy": Installed(record="shared/two.py,,\nnumpy/__init__.py,,\n"), "other": Installed(record=record)}
    for name, one in others.items():
        monkeypatch.setattr(one, "_name", name, raising=False)
    monkeypatch.setattr(visible_packages, "distributions", lambda: map(Named, others.values()))
    monkeypatch.setattr(visible_packages, "_other_folders", lambda folders: iter(()))
    visible_packages._hidden.cache_clear()
    assert {path.name for path in hidden(())} == gone
    visible_packages._hidden.cache_clear()


class Named:
    """A distribution with a name."""

    def __init__(self, one: Installed) -> None:
        self.metadata, self.requires, self.read_text = {"Name": one._name}, one.requires, one.read_text


def test_the_packages_of_the_list_are_those_a_student_is_told_to_install():
    assert {"numpy", "matplotlib", "tqdm", "jupyter"} <= set(HANDED_OUT)
    assert "torch" not in HANDED_OUT
