"""Grading on a Dask cluster: a real scheduler and two local worker processes, one of them killed half-way."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_course import ID, Ran, answered, hand_in, in_a_process, records_of, tiny_course, until

from autograder.batch.dask_pool import DaskPool, accepted
from autograder.batch.task import Task
from autograder.errors import GraderError
from autograder.grading import provenance
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.result import Result

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
PATIENCE_S = 60.0


@dataclass
class Dask:
    """A scheduler's address and its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask(root: Path, place: Path, workers: int) -> Iterator[Dask]:
    """A scheduler and `workers` workers of one thread, on the course under `root`."""
    environment = {**os.environ, "AUTOGRADER_COURSE": str(root)}
    address_file = place / "scheduler.json"

    def start(*command: str) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        whole = [sys.executable, "-m", "dask", *command, "--scheduler-file", str(address_file)]
        return subprocess.Popen(whole, cwd=place, env=environment, stdout=quiet, stderr=quiet)

    with ExitStack() as stack:
        scheduler = start("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        stack.callback(ended, scheduler)
        until(address_file.is_file)
        flags = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(place)]
        started = []
        for _ in range(workers):
            started.append(start("worker", *flags))
            stack.callback(ended, started[-1])
        yield Dask(json.loads(address_file.read_text())["address"], started)


def ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def hand_in_a_class(root: Path, size: int) -> None:
    """Hand in a class of submissions: every second one wrong in `double`, no two files the same."""
    for number in range(size):
        answers = {"double": f"def double(xs):\n    return {3 if number % 2 else 2} * xs  # number {number}\n"}
        hand_in(root, f"student{number:02}", answered(root, answers))


def marks_of_plain_nbgrader(root: Path) -> dict[str, float]:
    """Marks by student, from `nbgrader autograde` and `nbgrader export` in the course's folder."""
    for command in (["generate_assignment", ID], ["autograde", ID], ["export"]):
        ran = in_a_process(root, sys.executable, "-m", "nbgrader", *command)
        assert ran.status == 0, ran
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", ""])
def test_a_missing_scheduler_is_reported(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.batch.dask_pool.CONNECT_S", 1)
    with pytest.raises(GraderError, match=f"there is no Dask scheduler at {address}"):
        DaskPool(address)


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(GraderError, match=r"--scheduler needs Dask: pip install 'autograder\[cluster\]'"):
        DaskPool("tcp://127.0.0.1:9")


def came(**facts: str) -> Graded:
    """A worker's result."""
    known = {"suite_sha256": "right", "environment": provenance.environment(Options())}
    return Graded(Result(ID, [], **{**known, **facts}), "{}", cacheable=True)


STRANGERS = {
    "another environment": ({"environment": "python 2.7"}, r"another environment \(python 2\.7\) than this machine's"),
    "other tests": ({"suite_sha256": "wrong"}, "a worker has other hidden tests than this machine"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_the_result_of_a_worker_with_other_rules_is_no_mark(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.batch.dask_pool.suite_sha256", lambda id: "right")
    facts, problem = STRANGERS[name]
    task = Task(0, b"bytes", Options())
    assert accepted(task, came()) == came()
    refused = accepted(task, came(**facts))
    assert re.search(problem, refused.result.problem)
    assert (refused.result.assignment, refused.notebook, refused.cacheable) == (ID, "", False)


@pytest.mark.slow
def test_one_of_two_workers_is_killed_and_the_marks_are_those_of_this_machine(tmp_path: Path) -> None:
    root = tiny_course(tmp_path)
    hand_in_a_class(root, 10)
    grade = [sys.executable, "-m", "autograder", "grade", str(root / "submitted")]
    with dask(root, tmp_path, 2) as cluster:
        remote = tmp_path / "remote.json"
        command = [*grade, "--scheduler", cluster.address, "--course", str(tmp_path / "remote"), "--json", str(remote)]
        (tmp_path / "remote").mkdir()
        environment = {**os.environ, "AUTOGRADER_COURSE": str(root)}
        grading = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        kept = tmp_path / "remote" / ".autograder" / "results"
        until(lambda: len(list(kept.glob("*.json"))) >= 2)
        cluster.workers[0].send_signal(signal.SIGKILL)
        out, err = grading.communicate(timeout=PATIENCE_S)
        assert grading.returncode == 0, err
        assert len(list(kept.glob("*.json"))) == 10
        assert cluster.workers[1].poll() is None
    assert "10 graded" in out
    local = tmp_path / "local.json"
    (tmp_path / "local").mkdir()
    ran: Ran = in_a_process(root, *grade, "--jobs", "2", "--course", tmp_path / "local", "--json", local)
    assert ran.status == 0, ran
    assert records_of(remote) == records_of(local)
    assert {record["score"] for record in records_of(local)} == {60, 100}
    alone = tmp_path / "alone.json"
    (tmp_path / "alone").mkdir()
    ran = in_a_process(root, *grade, "--jobs", "1", "--course", tmp_path / "alone", "--json", alone)
    assert records_of(alone) == records_of(local)
    assert marks_of_plain_nbgrader(root) == {
        record["extra_data"]["student"]: record["score"] for record in records_of(local)
    }
