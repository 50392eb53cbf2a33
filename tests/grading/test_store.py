"""Stored results: found only for the same submission, options, environment and rules."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import ID, tiny_course

from autograder import atomic_write
from autograder.errors import GraderError
from autograder.grading import store as store_module
from autograder.grading.options import Options
from autograder.grading.store import Graded, ResultStore
from autograder.result import QuestionResult, Result
from autograder.sandbox import Limits

DATA = b"a notebook"
ASKED = Options(ID)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_course(tmp_path_factory.mktemp("store"))


@pytest.fixture(autouse=True)
def rules(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the tiny course, with "suite" as its suite's hash and "grader" as the grader's."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(built))
    monkeypatch.setattr(store_module, "suite_sha256", lambda id: "suite")
    monkeypatch.setattr(store_module, "grader_sha256", lambda: "grader")


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(tmp_path)


def kept(**facts: object) -> Graded:
    questions = [
        QuestionResult("double", 40.0, 40.0, "correct", "Correct."),
        QuestionResult("scale_forward", 60.0, None, "skipped", "Left out of this grading."),
    ]
    result = Result(ID, questions, "40 of 40 points.", suite_sha256="suite", notes=["a note"])
    return Graded(replace(result, **facts), '{"cells": []}', cacheable=True)  # type: ignore[arg-type]


def test_a_stored_result_is_found_unchanged(store: ResultStore) -> None:
    assert store.find(DATA, ASKED) is None
    store.keep(DATA, ASKED, kept())
    assert store.find(DATA, ASKED) == kept().result
    assert store.notebook(DATA, ASKED) == '{"cells": []}'


OTHERWISE: dict[str, tuple[bytes, Options]] = {
    "other bytes": (b"another notebook", ASKED),
    "no assignment named": (DATA, Options()),
    "some questions": (DATA, Options(ID, frozenset({"double"}))),
    "no training": (DATA, Options(ID, training=False)),
    "no sandbox": (DATA, Options(ID, confined=False)),
    "other limits": (DATA, Options(ID, limits=Limits(restarts=1))),
    "another variant of the hidden inputs": (DATA, Options(ID, variant=1)),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_with_other_options_it_is_not_found(store: ResultStore, name: str) -> None:
    store.keep(DATA, ASKED, kept())
    assert store.find(*OTHERWISE[name]) is None
    assert store.notebook(*OTHERWISE[name]) == ""


CHANGED: dict[str, Callable[..., str]] = {
    "suite_sha256": lambda id: "other",
    "grader_sha256": lambda: "other",
    "environment": lambda options: "other",
}


@pytest.mark.parametrize("name", CHANGED)
def test_under_other_rules_it_is_not_found(store: ResultStore, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(DATA, ASKED, kept())
    monkeypatch.setattr(store_module, name, CHANGED[name])
    assert store.find(DATA, ASKED) is None


def test_it_can_be_ignored(store: ResultStore, tmp_path: Path) -> None:
    store.keep(DATA, ASKED, kept())
    assert ResultStore(tmp_path, reading=False).find(DATA, ASKED) is None


def test_a_result_that_may_vary_is_not_stored(store: ResultStore) -> None:
    store.keep(DATA, ASKED, replace(kept(), cacheable=False))
    assert store.find(DATA, ASKED) is None
    assert not store.folder.exists()


def test_a_refused_file_stays_refused_until_an_assignment_changes(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Graded(Result("", [], problem="the file is empty"), cacheable=True)
    store.keep(DATA, ASKED, refused)
    assert store.find(DATA, ASKED) == refused.result
    assert store.notebook(DATA, ASKED) == ""
    monkeypatch.setattr(store_module, "suite_sha256", lambda id: "other")
    assert store.find(DATA, ASKED) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"result": 1, "suites": ["suite"]}', b"\xff\xfe"])
def test_a_damaged_file_is_ignored(store: ResultStore, content: bytes) -> None:
    store.keep(DATA, ASKED, kept())
    for path in store.folder.iterdir():
        path.write_bytes(content)
    assert store.find(DATA, ASKED) is None


def test_an_assignment_that_is_gone_has_no_results(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    store.keep(DATA, ASKED, kept(assignment="09_nothing"))
    assert store.find(DATA, ASKED) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_disk_is_reported(store: ResultStore, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(store_module, "write_whole", full)
    with pytest.raises(
        GraderError, match=rf"could not be written to .* \({os.strerror(number)}\)\. All that was graded"
    ):
        store.keep(DATA, ASKED, kept())


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    atomic_write.write_whole(path, b"before")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write.write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
