"""A machine with more work than cores: a hog hurts no neighbour; right answers are marked right, or not graded."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from batch.test_cpu_starvation import busy
from tiny_course import ID, answered, in_a_process, records_of, tiny_course, until

from autograder import course
from autograder.batch.grade_class import grade_many
from autograder.batch.pools import ProcessPool, SerialPool
from autograder.collect import HandedIn
from autograder.grading import provenance
from autograder.grading.grader import grade_patiently
from autograder.grading.options import Options

pytestmark = pytest.mark.slow
SUITE = """
from autograder.testing.checks import equal
from autograder.testing.question import question

@question("double", timeout_s=3)
def test_double(student): equal("double", student.call("double", 2), 4)

@question("scale_forward", timeout_s=3)
def test_scale(student): equal("double", student.call("double", 1), 2)
"""
SPIN = """
def spin(seconds):
    import time
    until = time.process_time() + seconds
    while time.process_time() < until: pass
"""
RIGHT = {
    "plain": "def double(xs): return 2 * xs",
    "slow": f"{SPIN}\ndef double(xs):\n    spin(1)\n    return 2 * xs",
    "large": "import numpy as np\ndef double(xs):\n    a = np.ones(2 * 10**7)\n    return int(2 * xs * a[-1])",
    "in_threads": (
        f"{SPIN}\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "def double(xs):\n    with ThreadPoolExecutor(3) as pool: list(pool.map(spin, [0.2] * 3))\n    return 2 * xs"
    ),
    "asleep": "import time\ndef double(xs):\n    time.sleep(0.5)\n    return 2 * xs",
    "in_processes": (
        f"{SPIN}\nimport subprocess, sys\n"
        "def double(xs): return int(subprocess.run([sys.executable, '-c', f'print(2 * {xs})'], stdout=-1).stdout)"
    ),
}
HOG = """
import os
def double(xs):
    for _ in range(45):
        if os.fork() == 0:
            while True: pass
    while True: pass
"""
BUSY = 10
SHARE_S = 0.01, 0.09  # seconds running, seconds stopped


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("load"), suite=SUITE)


def records(root: Path, answers: list[str], pool: ProcessPool | SerialPool) -> list[dict[str, object]]:
    work = [(HandedIn(f"s{n}", answered(root, {"double": one})), Options(ID)) for n, one in enumerate(answers)]
    graded = dict(grade_many(work, pool))
    return [{**graded[place].result.to_json(), "execution_time": 0} for place in range(len(answers))]


def test_a_hog_hurts_no_neighbour(root, monkeypatch) -> None:
    """Two at a time: a submission graded beside the hog has the same record as alone."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    provenance.forget_files()  # those of another course with the same name
    right = list(RIGHT.values())[:5]
    alone = records(root, right, SerialPool())
    beside = records(root, [HOG, *right], ProcessPool(2))
    assert beside[1:] == alone
    assert [test["extra_data"]["reason"] for test in beside[0]["tests"]] == ["timeout", "timeout"]
    assert all(record["score"] == 100 for record in alone)


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT.keys())
def test_right_answers_are_right_beside_ten_busy_processes(root, monkeypatch, answer) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    with busy(BUSY):
        result = grade_patiently(answered(root, {"double": answer}), Options(ID)).result
    assert [question.reason for question in result.questions] == ["correct"] * 2


def test_a_wrong_answer_is_wrong_and_an_endless_one_late_beside_ten_busy_processes(root, monkeypatch) -> None:
    """No answer becomes "not graded" by starting processes itself."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    with busy(BUSY):
        wrong = grade_patiently(answered(root, {"double": "def double(xs): return 3 * xs"}), Options(ID)).result
    assert [question.reason for question in wrong.questions] == ["wrong"] * 2
    hog = grade_patiently(answered(root, {"double": HOG}), Options(ID)).result
    assert [question.reason for question in hog.questions] == ["timeout"] * 2


@contextmanager
def a_tenth_of_a_core(process: psutil.Process) -> Iterator[None]:
    """Stop a process and its descendants for nine tenths of the time, as cpulimit does."""
    over = threading.Event()

    def throttle() -> None:
        while not over.wait(SHARE_S[0]):
            stopped = [process]
            with contextlib.suppress(psutil.Error):
                stopped += process.children(recursive=True)
            for one in stopped:
                with contextlib.suppress(psutil.Error):
                    one.suspend()
            over.wait(SHARE_S[1])
            for one in stopped:
                with contextlib.suppress(psutil.Error):
                    one.resume()

    thread = threading.Thread(target=throttle)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.timeout(900)
def test_right_answers_are_right_with_a_tenth_of_a_core(root, tmp_path) -> None:
    submitted = tmp_path / "submitted"
    for name in ("plain", "slow"):
        folder = submitted / name / ID
        folder.mkdir(parents=True)
        (folder / "tiny.ipynb").write_bytes(answered(root, {"double": RIGHT[name]}))
    record = tmp_path / "record.json"
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--json", str(record), "--jobs", "1"]
    env = {**os.environ, "AUTOGRADER_COURSE": str(root), "PYTHONPATH": str(Path(course.__file__).parents[2])}
    quiet = subprocess.DEVNULL
    grader = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=quiet, stderr=quiet)
    with a_tenth_of_a_core(psutil.Process(grader.pid)):
        status = grader.wait(800)
    assert status == 0
    assert [test["extra_data"]["reason"] for one in records_of(record) for test in one["tests"]] == ["correct"] * 4


CGROUP = Path("/sys/fs/cgroup/cpu")


@pytest.mark.skipif(not os.access(CGROUP / "cpu.cfs_quota_us", os.W_OK), reason="needs cgroup v1 and root")
def test_right_answers_are_right_in_a_cgroup_of_a_tenth_of_a_core(root, tmp_path) -> None:
    path, record = tmp_path / "tiny.ipynb", tmp_path / "record.json"
    path.write_bytes(answered(root, {"double": RIGHT["slow"]}))
    group = CGROUP / f"autograder-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text("10000")
        enter = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        grade = [sys.executable, "-m", "autograder", "grade", str(path), "--json", str(record)]
        ran = in_a_process(root, "sh", "-c", enter, "sh", *grade)
        assert ran.status == 0, ran.err
        one = json.loads(record.read_text())
        assert [test["extra_data"]["reason"] for test in one["tests"]] == ["correct"] * 2
    finally:
        until(lambda: (group / "cgroup.procs").read_text() == "")
        group.rmdir()
