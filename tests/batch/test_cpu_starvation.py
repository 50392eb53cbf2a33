"""A busy machine fails no right answer: waiting for a core counts towards no limit; starved answers are regraded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import nbformat
import psutil
import pytest
from fork_server import serving
from tiny_course import ID, Commands, answered, hand_in, tiny_course, until

from autograder import course
from autograder.batch.grade_class import DIED_TWICE, grade_many
from autograder.batch.pools import Answer, ProcessPool, SerialPool
from autograder.batch.task import Task
from autograder.collect import HandedIn
from autograder.errors import CallTimeout
from autograder.grading.grader import grade, grade_patiently
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.result import Result
from autograder.sandbox import Limits, Session, cpu_wait
from autograder.sandbox.connection import open_fork
from autograder.sandbox.cpu_wait import LATE_S, MAX_STARTED, PATIENCE, CpuAccount, is_starved, wall_s
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import Student

SPIN = "import time\nwhile True: pass"
NOTEBOOK = """
import time
def sleep(seconds): time.sleep(seconds)
def spin():
    while True: pass
"""


@contextmanager
def busy(processes: int) -> Iterator[list[int]]:
    """The ids of running processes, each of which needs a core of its own."""
    command = [sys.executable, "-c", SPIN]  # each in its own session: Linux divides the cores among sessions
    running = [subprocess.Popen(command, start_new_session=True) for _ in range(processes)]
    try:
        until(lambda: all(psutil.Process(one.pid).cpu_times().user > 0.02 for one in running))
        yield [one.pid for one in running]
    finally:
        for one in running:
            one.kill()
        for one in running:
            one.wait()


# waiting times


def test_sharing_a_core_counts_as_waiting_and_sleeping_does_not() -> None:
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        sleeping = CpuAccount(lambda: [sleeper.pid]).stopwatch()
        with busy(2 * (psutil.cpu_count() or 1) + 1) as pids:
            others = CpuAccount(lambda: pids[:1]).stopwatch()
            until(lambda: others.waited_s() > 0.2)
            assert sleeping.waited_s() < 0.1
    finally:
        sleeper.kill()
        sleeper.wait()
    assert others.waited_s() == 0.0  # the process has ended


class Account:
    """A fake sandbox: the seconds that its questioned thread ran and waited, and those that its other threads ran."""

    pids = staticmethod(lambda: [1])
    stopped_s = staticmethod(lambda: 0.0)
    started = staticmethod(lambda: 0)
    ran = waited = others = 0.0

    def used_s(self) -> float:
        return self.ran + self.others

    def threads(self, pids: Iterable[int]) -> dict[tuple[int, int], tuple[float, float]]:
        return {(1, 1): (self.ran, self.waited)}


@pytest.mark.parametrize(
    ("ran", "waited", "others", "expected"),
    [
        (2.0, 8.0, 0.0, 8.0),  # other programs use the core
        (2.0, 8.0, 8.0, 0.0),  # a hog: its own processes use it
        (2.0, 8.0, 3.0, 5.0),  # they use part of it
        (0.0, 1.0, 9.0, 0.0),  # they ran while it slept
        (5.0, 0.0, 0.0, 0.0),
    ],
)
def test_waiting_for_ones_own_processes_does_not_count(ran, waited, others, expected, monkeypatch) -> None:
    account = Account()
    account.ran, account.waited, account.others = 1.0, 1.0, 1.0
    monkeypatch.setattr(cpu_wait, "threads_of", account.threads)
    watching = cpu_wait.Stopwatch(account, account.pids)
    account.ran, account.waited, account.others = 1.0 + ran, 1.0 + waited, 1.0 + others
    assert watching.waited_s() == pytest.approx(expected)


def test_waiting_does_not_count_in_a_sandbox_that_starts_very_many_processes() -> None:
    account = CpuAccount(lambda: [os.getpid()])
    account.started = lambda: 0  # type: ignore[method-assign]
    watching = account.stopwatch()
    account.started = lambda: MAX_STARTED + 1  # type: ignore[method-assign]
    watching._threads = {thread: (ran, waited - 9.0) for thread, (ran, waited) in watching._threads.items()}
    assert watching.waited_s() == 0.0
    account.started = lambda: MAX_STARTED  # type: ignore[method-assign]
    assert watching.waited_s() > 8.0


def test_pauses_of_the_grader_itself_count_as_waiting() -> None:
    account = CpuAccount(list)
    watching = account.stopwatch()
    for late_s in (0.5, LATE_S / 2, 1.0):
        account.note_late(late_s)
    assert watching.waited_s() == pytest.approx(1.5)
    assert account.stopwatch().waited_s() == 0.0


def test_processes_that_have_ended_count_from_the_last_look() -> None:
    account = CpuAccount(lambda: [pid for pid in pids if psutil.pid_exists(pid)])
    with busy(1) as pids:
        until(lambda: account.used_s() > 0.3)
        account.look()
        used_s = account.used_s()
    account.look()
    assert account.used_s() >= used_s


def test_waiting_extends_a_limit_up_to_a_bound() -> None:
    assert wall_s(10.0, 0.0) == 10.0
    assert wall_s(10.0, 5.0) == 15.0
    assert wall_s(10.0, 500.0) == 10.0 * PATIENCE
    assert not is_starved(10.0, 10.0 * (PATIENCE - 1))
    assert is_starved(10.0, 10.0 * (PATIENCE - 1) + 0.1)


# one question


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The socket of a process that has run the notebook."""
    with serving(NOTEBOOK) as (path, _):
        yield path


def asked(path, name: str, *args: float, limit_s: float, waited: float, call_s: float | None = None) -> float:
    """The seconds counted for one request to a fork that is reported to have waited for a core."""
    connection = open_fork(path, FollowThrough({}), limit_s, 2**28, lambda: waited)
    with closing(connection):
        Student(connection).call(name, *args, timeout_s=call_s)
    return connection.used_s


def test_seconds_of_waiting_do_not_count(served) -> None:
    with pytest.raises(CallTimeout, match=r"no answer within 0\.8 s") as caught:
        asked(served, "sleep", 1.0, limit_s=0.8, waited=0.0)
    assert not caught.value.starved
    assert asked(served, "sleep", 1.0, limit_s=0.8, waited=1.5) < 0.8


def test_seconds_of_waiting_do_not_count_for_one_call(served) -> None:
    with pytest.raises(CallTimeout, match=r"no answer within 0\.4 s"):
        asked(served, "sleep", 0.6, limit_s=20.0, waited=0.1, call_s=0.4)
    asked(served, "sleep", 0.6, limit_s=20.0, waited=0.8, call_s=0.4)


def test_sleeping_counts(served) -> None:
    with pytest.raises(CallTimeout, match=r"no answer within 0\.2 s") as caught:
        asked(served, "sleep", 9.0, limit_s=0.2, waited=0.0)
    assert not caught.value.starved


def test_patience_ends_and_the_timeout_is_marked_as_starved(served) -> None:
    started = time.monotonic()
    with pytest.raises(CallTimeout, match=r"no answer within 0\.2 s") as caught:
        asked(served, "spin", limit_s=0.2, waited=1e6)
    assert caught.value.starved
    assert 0.2 * PATIENCE <= time.monotonic() - started < 5.0


def test_the_answers_of_one_connection_share_its_time(served) -> None:
    connection = open_fork(served, FollowThrough({}), 3.0, 2**28, lambda: 0.0)
    with closing(connection):
        student = Student(connection)
        student.call("sleep", 1.0)
        with pytest.raises(CallTimeout, match="no answer within 3 s"):
            student.call("sleep", 2.1)


# one notebook


@pytest.mark.parametrize(("waited", "starved"), [(0.0, False), (1e6, True)])
def test_a_cell_that_was_stopped_having_waited_for_a_core_is_starved(waited, starved, monkeypatch) -> None:
    monkeypatch.setattr(cpu_wait.Stopwatch, "waited_s", lambda self: waited)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("while True: pass")])
    started = time.monotonic()
    with Session(notebook, [], Limits(cell_s=0.5)) as session:
        session.run()
        assert session.interrupted
        assert session.starved == starved
    assert (time.monotonic() - started > 0.5 * PATIENCE) == starved


def test_a_cell_that_waited_is_not_stopped_before_its_seconds_are_over(monkeypatch) -> None:
    monkeypatch.setattr(cpu_wait.Stopwatch, "waited_s", lambda self: 2.0)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import time; time.sleep(1.2)")])
    with Session(notebook, [], Limits(cell_s=0.5)) as session:
        session.run()
        assert (session.interrupted, session.starved) == ({}, False)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("fairness"))


SUITE = """
from autograder.testing.checks import equal
from autograder.testing.question import question

@question("double", timeout_s=3)
def test_double(student): equal("double", student.call("double", 2), 4)

@question("scale_forward")
def test_scale(student): equal("double", student.call("double", 1), 2)
"""
SLOW = """
import time
def double(xs):
    until = time.process_time() + 1.8
    while time.process_time() < until: pass
    return 2 * xs
"""


@pytest.mark.slow
def test_a_slow_right_answer_is_right_on_a_busy_machine(tmp_path, monkeypatch) -> None:
    """An answer of 1.8 CPU seconds (limit 3) takes over 4 wall seconds, as four other processes want the cores."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tiny_course(tmp_path, suite=SUITE)))
    data = answered(course.current().root, {"double": SLOW})
    with busy(2 * (psutil.cpu_count() or 1)):
        started = time.monotonic()
        graded = grade(data, Options(ID, frozenset({"double"})))
    assert time.monotonic() - started > 3.0
    assert [question.reason for question in graded.result.questions] == ["correct", "skipped"]


def test_an_answer_that_starves_twice_is_not_graded_and_is_no_lower_mark(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(cpu_wait.Stopwatch, "waited_s", lambda self: 1e6)
    suite = SUITE.replace("timeout_s=3", "timeout_s=0.2")
    root = tiny_course(tmp_path / "course", suite=suite)
    command, path = Commands(root, monkeypatch, capsys), tmp_path / "endless.ipynb"
    path.write_bytes(answered(root, {"double": "def double(x):\n    while x != 1: pass\n    return 2"}))
    ran = command("grade", path, "--json", tmp_path / "record.json")
    assert ran.status == 1
    record = json.loads((tmp_path / "record.json").read_text())
    double, scale = record["tests"]
    assert "score" not in double
    assert "score" not in record  # no total, and so no zero
    assert scale["score"] == scale["max_score"]
    assert "too busy to give it a core: grade it again" in json.dumps(record["extra_data"]["not_graded"])


# a class


class Scripted:
    """A pool that returns scripted results for each submission, one after the other."""

    max_workers = 2

    def __init__(self, script: dict[bytes, list[Graded | None]]) -> None:
        self.script = script
        self.batches: list[list[bytes]] = []
        self.closed = 0

    def run(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        given = list(tasks)
        self.batches.append([task.data for task in given])
        for task in given:
            yield task, self.script[task.data].pop(0)

    def close(self) -> None:
        self.closed += 1


def came(score: str, starved: bool = False) -> Graded:
    return Graded(Result(ID, [], output=score), starved=starved)


def test_starved_submissions_and_dead_graders_are_repeated_at_the_end_one_at_a_time() -> None:
    script: dict[bytes, list[Graded | None]] = {
        b"a": [came("a")], b"b": [came("b", starved=True), came("b again")], b"c": [None, came("c again")],
        b"d": [came("d")], b"e": [None, None], b"f": [came("f", True), came("f still", True)],
    }  # fmt: skip
    pool = Scripted(script)
    work = [(HandedIn(name.decode(), name), Options()) for name in script]
    waited_for: list[str] = []
    results = list(grade_many(work, pool, waited_for.append))
    assert waited_for == ["b", "c", "e", "f"]
    assert pool.batches == [[b"a", b"b", b"c", b"d", b"e", b"f"], [b"b"], [b"c"], [b"e"], [b"f"]]
    assert [place for place, _ in results] == [0, 3, 1, 2, 4, 5]
    outputs = {place: kept.result.output for place, kept in results}
    assert {place: outputs[place] for place in (0, 1, 2, 3, 5)} == dict(
        zip((0, 1, 2, 3, 5), ("a", "b again", "c again", "d", "f still"), strict=True)
    )
    assert dict(results)[4].result.problem == DIED_TWICE
    assert pool.closed == 1


def test_one_notebook_that_starved_is_graded_twice(root, monkeypatch) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    counted = iter([True, False])
    seen = []

    def starving(self: Session) -> bool:
        seen.append(next(counted, False))
        return seen[-1]

    monkeypatch.setattr(Session, "starved", property(starving, lambda self, value: None), raising=False)
    assert not grade_patiently(answered(root), Options(ID)).starved
    assert seen == [True, False]


def is_worker(process: psutil.Process) -> bool:
    """Whether the process belongs to the pool, as a child of the fork server."""
    try:
        parent = process.parent()
        return parent is not None and all("forkserver" in " ".join(one.cmdline()) for one in (process, parent))
    except psutil.NoSuchProcess:  # a process of a sandbox that ended since it was listed, or whose end nobody has read
        return False


@pytest.mark.slow
def test_a_process_of_the_pool_that_dies_costs_nobody_a_mark(root, monkeypatch) -> None:
    """The grader itself is killed at its first submission; others grade the rest, then that one is graded alone."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    for number in range(5):
        hand_in(root, f"s{number}", answered(root))
    work = [(HandedIn(f"s{n}", answered(root)), Options(ID)) for n in range(5)]
    pool = ProcessPool(2)
    killed = []

    def first(tasks: Iterable[Task]) -> Iterator[Answer]:
        for task, kept in ProcessPool.run(pool, tasks):
            if not killed:
                killed.extend(one.pid for one in psutil.Process().children(recursive=True) if is_worker(one))
                psutil.Process(killed[-1]).kill()
            yield task, kept

    monkeypatch.setattr(pool, "run", first)
    results = dict(grade_many(work, pool))
    assert killed
    assert [results[place].result.score for place in range(5)] == [100] * 5


def test_in_this_process_tasks_are_carried_out_in_their_order(root, monkeypatch) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    with closing(SerialPool()) as pool:
        tasks = [Task(place, answered(root), Options(ID), more=place == 0) for place in range(2)]
        assert [task.place for task, _ in pool.run(tasks)] == [0, 1]
