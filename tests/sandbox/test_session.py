"""The confined kernel: each limit is exceeded once, a cell's effects cost only that cell, no process is left running.

Kernels are real and started once per group of tests, where they are needed.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

import nbformat
import psutil
import pytest
from fork_server import gone_soon

from autograder.agent import launch
from autograder.errors import CallFailed, CallTimeout, ChildDied, KernelFailed, OutOfMemory, SandboxMissing
from autograder.sandbox import (
    Box,
    Limits,
    Session,
    bubblewrap,
    cell_runner,
    output_limits,
    require_bubblewrap,
    watchdog,
)
from autograder.sandbox import box as box_module
from autograder.sandbox import session as session_module
from autograder.sandbox.box import counts_per_sandbox
from autograder.sandbox.output_limits import bounded
from autograder.sandbox.reference_server import FollowThrough
from autograder.sandbox.watchdog import Watch, descendants, end, sweep
from autograder.testing.student import Student

MIB = 2**20


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


class Ran:
    """A session, and the seconds that its notebook ran."""

    def __init__(self, session: Session) -> None:
        self.session = session
        started = time.monotonic()
        session.run()
        self.seconds = time.monotonic() - started

    def ask(self, name: str, *args, timeout_s: float = 10.0):
        with self.session.connect(FollowThrough({}), timeout_s) as connection:
            return Student(connection).call(name, *args)

    def text(self, place: int) -> str:
        """All outputs of a cell as text."""
        return "".join(str(dict(output)) for output in self.session.notebook.cells[place].outputs)

    def inside(self) -> list[int]:
        return descendants(self.session._process)


# the cells and questions of a notebook that keeps its kernel

LIMITS = Limits(
    memory_bytes=2048 * MIB,
    question_bytes=256 * MIB,
    file_bytes=4 * MIB,
    processes=64,
    files=1_000,
    cell_s=1.0,
    output_chars=1000,
)
CELLS = {
    "definitions": """
import os, resource, signal, subprocess, sys, threading, time
import numpy as np
def whoami(): return os.getpid(), os.getppid()
def modules(): return sorted(sys.modules)
def limit(name): return list(resource.getrlimit(getattr(resource, name)))
def large(n): return float(np.ones(n).sum())
def write(path, n):
    try:
        with open(path, "wb") as file: file.write(bytes(n))
        return os.path.getsize(path)
    finally: os.remove(path)
def fill(folder):
    paths = [f"{folder}/{n}" for n in range(9)]
    try:
        for path in paths:
            with open(path, "wb") as file: file.write(bytes(2**20))
    finally:
        for path in paths: os.path.exists(path) and os.remove(path)
def spin_with_children():
    subprocess.Popen(["sleep", "987"])
    subprocess.Popen(["sleep", "986"], start_new_session=True)
    while True: time.sleep(0.01)
def sleepers():
    names = [open(f"/proc/{pid}/cmdline").read() for pid in os.listdir("/proc") if pid.isdigit()]
    return sum("sleep" in name for name in names)
def leave_a_daemon():
    subprocess.Popen(["sleep", "985"], start_new_session=True)
def kill_the_kernel():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(5)
def bomb():
    while True:
        try: os.fork()
        except OSError: pass
""",
    "prints": "print('x' * 10**6); print('y' * 10)\nos.write(1, b'z' * 10**5); _ = sys.stderr.write('w' * 10**5)",
    "shows": "from IPython.display import HTML, display\nfor n in range(300): display(HTML(f'<b>{n}</b>'))",
    "returns": "'v' * 10**6",
    "raises": "raise ValueError('u' * 10**6)",
    "shows too much at once": "display(HTML('t' * 3 * 2**20))",
    "and then some": "print('heard again')",
    "too much memory": "np.ones(10**9)",
    "too large a file": "write('/home/student/large', 5 * 2**20)",
    "too long": "later = 1\nwhile True: time.sleep(0.01)",
    "asks": "input('name? ')",
    "goes on": "print('still here')",
}
PLACE = {name: place for place, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def ran():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(session_module, "MESSAGE_BYTES", 2 * MIB)
        session = Session(notebook_of(*CELLS.values()), [], LIMITS)
    with session:
        yield Ran(session)


def test_the_notebook_kept_its_kernel(ran):
    assert ran.session.left_out == {}
    assert ran.text(PLACE["goes on"]).count("still here") == 1


def test_long_prints_of_a_cell_are_cut_with_a_note(ran):
    text = ran.text(PLACE["prints"])
    assert 900 <= text.count("x") <= 1100
    assert "y" * 10 not in text.split("output cut here")[-1]
    assert "[output cut here: a cell may print 1,000 characters]" in text
    assert len(text) < 5000


def test_the_cut_is_made_inside_and_for_every_cell_anew(monkeypatch):
    class Collecting:
        parent_header: ClassVar = {"msg_id": "first"}

        def __init__(self):
            self.written = []

        def write(self, text):
            self.written.append(text)
            return len(text)

    monkeypatch.setattr("ipykernel.iostream.OutStream", Collecting)
    stream = launch.bounded_stream(10)()
    for text in ("12345", "6789012", "more", ""):
        stream.write(text)
    assert "".join(stream.written) == "1234567890\n[output cut here: a cell may print 10 characters]\n"
    stream.parent_header = {"msg_id": "second"}
    stream.write("again")
    assert stream.written[-1] == "again"


def test_long_displays_of_a_cell_are_cut_with_a_note(ran):
    assert len(ran.session.notebook.cells[PLACE["shows"]].outputs) == output_limits.MAX_OUTPUTS + 1
    assert "<b>199</b>" in ran.text(PLACE["shows"])
    assert "[output cut here: a cell may show 200 things" in ran.text(PLACE["shows"])


@pytest.mark.parametrize(("name", "letter"), [("returns", "v"), ("raises", "u")])
def test_long_results_and_errors_of_a_cell_are_cut_with_a_note(ran, name, letter):
    text = ran.text(PLACE[name])
    assert 900 < text.count(letter) < 3000
    assert "output cut here" in text


def test_too_large_an_output_is_dropped_with_a_note_and_the_rest_is_kept(ran):
    assert ran.text(PLACE["shows too much at once"]).count("output lost here") == 1
    assert "heard again" in ran.text(PLACE["and then some"])


def test_a_cell_that_wants_too_much_memory(ran):
    (error,) = ran.session.notebook.cells[PLACE["too much memory"]].outputs
    assert error.ename == "MemoryError"


def test_a_cell_that_writes_too_large_a_file(ran):
    assert ran.session.notebook.cells[PLACE["too large a file"]].outputs[0].ename == "OSError"


def test_a_cell_that_takes_too_long_is_stopped_with_a_note(ran):
    assert ran.session.interrupted == {PLACE["too long"]: ("timeout", "ran for over 1 s and was stopped")}


def test_a_cell_that_asks_for_input_gets_an_error(ran):
    assert ran.session.notebook.cells[PLACE["asks"]].outputs[0].ename == "StdinNotImplementedError"


def test_the_limits_hold_in_a_question(ran):
    assert ran.ask("limit", "RLIMIT_CORE") == [0, 0]
    assert ran.ask("limit", "RLIMIT_NPROC") == [64, 64]
    assert ran.ask("limit", "RLIMIT_FSIZE") == [4 * MIB, 4 * MIB]
    soft, hard = ran.ask("limit", "RLIMIT_AS")
    assert soft == hard <= 2048 * MIB
    assert ran.ask("limit", "RLIMIT_CPU") == [15, 15]


def test_a_question_may_add_only_so_much_memory(ran):
    assert ran.ask("large", 10 * MIB) == 10 * MIB
    with pytest.raises(OutOfMemory, match="Unable to allocate"):
        ran.ask("large", 40 * MIB)


@pytest.mark.parametrize("folder", ["/home/student", "/tmp", "/dev/shm"])
def test_files_are_bounded_one_by_one_and_together(ran, folder):
    assert ran.ask("write", f"{folder}/small", MIB) == MIB
    with pytest.raises(CallFailed, match=r"File too large|No space left on device"):
        ran.ask("write", f"{folder}/large", 5 * MIB)
    with pytest.raises(CallFailed, match="No space left on device"):
        ran.ask("fill", folder)


def test_every_question_is_asked_of_a_fork_of_its_own(ran):
    (first, parent), (second, same) = ran.ask("whoami"), ran.ask("whoami")
    assert parent == same
    assert len({first, second, parent}) == 3


def none_asleep(ran) -> bool:
    """Whether no `sleep` runs in the sandbox, now or soon: a process takes a moment to die."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        if ran.ask("sleepers") == 0:
            return True
    return False


def test_after_a_timeout_nothing_of_the_question_is_left(ran):
    with pytest.raises(CallTimeout, match=r"no answer within 0\.5 s"):
        ran.ask("spin_with_children", timeout_s=0.5)
    assert none_asleep(ran)


def test_what_a_question_leaves_behind_is_gone_before_the_next(ran):
    ran.ask("leave_a_daemon")
    assert none_asleep(ran)


def test_torch_is_not_loaded_unless_the_notebook_does(ran):
    names = ran.ask("modules")
    assert "numpy" in names
    assert "torch" not in names


@pytest.fixture(scope="module")
def brief():
    """A notebook that takes little time to run again."""
    with Session(notebook_of(CELLS["definitions"]), [], LIMITS) as session:
        yield Ran(session)


@pytest.mark.slow
def test_a_question_that_makes_processes_without_end_costs_itself(brief):
    with pytest.raises((ChildDied, CallTimeout), match=r"."):
        brief.ask("bomb", timeout_s=5.0)
    assert brief.ask("large", 1) == 1.0
    assert len(brief.inside()) < 10


def test_when_a_question_kills_the_kernel_the_next_one_is_answered_all_the_same(brief):
    before = brief.session._process.pid
    with pytest.raises(ChildDied, match="the process ended during the call"):
        brief.ask("kill_the_kernel")
    assert brief.ask("large", 2) == 2.0
    assert brief.session._process.pid != before


def test_questions_that_kill_the_kernel_again_and_again_are_given_up():
    with Session(notebook_of(CELLS["definitions"]), [], Limits(notebook_s=0.3)) as session:
        ran = Ran(session)
        for _ in range(2):
            with pytest.raises(ChildDied, match="the process ended during the call"):
                ran.ask("kill_the_kernel")
        with pytest.raises(ChildDied, match="was ended, or did not answer, again and again"):
            ran.ask("large", 1)


def test_at_the_end_nothing_is_left():
    before = set(threading.enumerate())
    with Session(notebook_of("import subprocess; p = subprocess.Popen(['sleep', '984'])"), [], Limits()) as session:
        session.run()
        with session.connect(FollowThrough({}), 5.0):
            pids = [session._process.pid, *descendants(session._process)]
            folder = session.box.folder
            assert len(pids) >= 4
            assert folder.exists()
    assert gone_soon(pids)
    assert not folder.exists()
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "autograder-watch"]


# cells that do not keep the kernel

BREAKING = {
    "exit": ("import os; os._exit(0)", "crashed", "ended the kernel"),
    "deaf": (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(0.1)",
        "timeout",
        "ran for over 1 s and could not be stopped",
    ),
    "bomb": (
        "import os, time\ntry:\n    while os.fork(): pass\n    time.sleep(983)\nexcept OSError:\n    os._exit(1)",
        "crashed",
        "had more than 64 processes and threads at a time",
    ),
    "filler": (
        "import time\nfor n in range(1500): open(f'/tmp/{n}', 'wb')\ntime.sleep(0.9)",
        "crashed",
        "made more than 1,000 files",
    ),
    "forged": (
        "k = get_ipython().kernel; k.session.send(k.iopub_socket, 'error', {}, parent=k.get_parent())",
        "crashed",
        "cut the kernel off (KeyError)",
    ),
    "unsigned": (
        "get_ipython().kernel.session.key = b'other'; print(1)",
        "crashed",
        "cut the kernel off (ValueError)",
    ),
}


@pytest.mark.slow
def test_a_cell_that_breaks_the_kernel_costs_only_itself():
    sources = [source for source, *_ in BREAKING.values()]
    between = [source for n, cell in enumerate(sources) for source in (cell, f"def f{n}(): return {n}")]
    with Session(notebook_of(*between), [], LIMITS) as session:
        ran = Ran(session)
        assert [ran.ask(f"f{n}") for n in range(len(sources))] == list(range(len(sources)))
        left_out = session.left_out
        pids = ran.inside()
    assert sorted(left_out) == [2 * n for n in range(len(sources))]
    for n, (name, (_, reason, event)) in enumerate(BREAKING.items()):
        if name == "bomb" and os.getuid() != 0:  # stopped by its resource limit, so that it ends the kernel itself
            assert left_out[2 * n][0] == "crashed"
        else:
            assert left_out[2 * n] == (reason, f"{event}, so the notebook was run without it")
    assert gone_soon(pids)


def test_a_notebook_that_always_breaks_its_kernel_is_given_up():
    with Session(notebook_of("import os; os._exit(0)"), [], Limits(restarts=0)) as session:
        with pytest.raises(ChildDied, match="the notebook ended its kernel 1 times"):
            session.run()
        folder = session.box.folder
    assert not folder.exists()


def test_a_notebook_that_does_not_let_itself_be_asked_is_the_students_mistake():
    with Session(
        notebook_of("import autograder.agent.server\nautograder.agent.server.serve = None"), [], Limits()
    ) as session:
        started = time.monotonic()
        with pytest.raises(ChildDied, match="did not let itself be asked anything"):
            session.run()
        assert time.monotonic() - started < 20.0


def test_cells_that_come_too_late_are_left_out():
    sources = ["import time; time.sleep(0.3)", "late = 1", "text"]
    notebook = notebook_of(*sources)
    notebook.cells[2].cell_type = "raw"
    with Session(notebook, [], Limits(notebook_s=0.2)) as session:
        session.run()
        assert session.left_out == {1: ("timeout", "was not run: the notebook had used up its 0.2 s")}


def test_unconfined_the_same_split_without_the_walls(tmp_path):
    (tmp_path / "given.py").write_text("number = 7\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.txt").write_text("x")
    code = f"{CELLS['definitions']}\nfrom given import number\ndef seen(): return number, open('data/x.txt').read()"
    daemon = "daemon = subprocess.Popen(['sleep', '982'])\ndef child(): return daemon.pid"
    nproc = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    with Session(
        notebook_of(code, daemon), [tmp_path / "given.py", tmp_path / "data"], LIMITS, confined=False
    ) as session:
        ran = Ran(session)
        assert ran.ask("seen") == (7, "x")
        assert ran.ask("limit", "RLIMIT_NPROC")[1] == nproc
        assert ran.ask("limit", "RLIMIT_FSIZE")[1] == 4 * MIB
        with pytest.raises(OutOfMemory, match="Unable to allocate"):
            ran.ask("large", 10**9)
        pids = [session._process.pid, ran.ask("child")]
        folder = session.box.folder
    assert gone_soon(pids)
    assert not folder.exists()


def test_unconfined_too_nothing_is_left():
    code = "import subprocess; print(subprocess.Popen(['sleep', '979']).pid)"
    with Session(notebook_of(code), [], LIMITS, confined=False) as session:
        session.run()
        (output,) = session.notebook.cells[0].outputs
    assert gone_soon([int(output.text)])


# starting


@pytest.fixture
def no_bubblewrap(monkeypatch):
    require_bubblewrap.cache_clear()
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bubblewrap, "_beside_python", lambda: None)
    yield
    require_bubblewrap.cache_clear()


def folders() -> set[str]:
    return {path.name for path in Path("/tmp").glob("ag-*")}


def test_without_bubblewrap_nothing_starts_and_the_message_says_how_to_install_it(no_bubblewrap, monkeypatch):
    made = []
    monkeypatch.setattr(Box, "__post_init__", lambda box, old=Box.__post_init__: (old(box), made.append(box.folder))[0])
    with pytest.raises(SandboxMissing, match="apt-get install bubblewrap"):
        Session(notebook_of("1"), [], Limits())
    assert [folder.exists() for folder in made] == [False]


def test_a_bubblewrap_without_permission_is_reported_too(no_bubblewrap, tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: str(fake))
    with pytest.raises(SandboxMissing, match=r"may not make namespaces here \(setting up uid map"):
        require_bubblewrap()


def test_a_kernel_that_does_not_start_is_the_graders_fault(monkeypatch, tmp_path):
    (tmp_path / "launch.py").write_text("raise SystemExit('no such luck')")
    monkeypatch.setattr(bubblewrap, "AGENT", tmp_path)
    with Session(notebook_of("1"), [], Limits()) as session, pytest.raises(KernelFailed, match="no such luck"):
        session.run()


def test_a_kernel_whose_file_is_missing_is_the_graders_fault(monkeypatch):
    monkeypatch.setattr(bubblewrap, "require_bubblewrap", lambda: "/nowhere/bwrap")
    with pytest.raises(KernelFailed, match=r"the confined kernel (could not be started|ended while starting)"):
        with_kernel(Session.run)


def with_kernel(do) -> None:
    with Session(notebook_of("1"), [], Limits()) as session:
        do(session)


def test_an_environment_that_is_the_course_itself_is_refused(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_COURSE", str(Path(sys.prefix)))
    with pytest.raises(SandboxMissing, match="the course are the same folder"):
        Session(notebook_of("1"), [], Limits())


@pytest.mark.parametrize(
    ("release", "expected"),
    [("6.18.44-x", True), ("5.14.0-427.el9", True), ("5.13.19", False), ("5.4.0-150-generic", False), ("4.18", False)],
)
def test_an_old_kernel_counts_all_of_the_users_processes(release, expected, monkeypatch):
    assert counts_per_sandbox(release) is expected
    monkeypatch.setattr(box_module.platform, "release", lambda: release)
    for confined in (True, False):
        box = Box(confined=confined)
        limits = json.loads((box.folder / "limits.json").read_text())
        box.remove()
        assert ("processes" in limits) == (confined and expected)


def test_limits_are_lowered_and_never_raised(monkeypatch):
    held = {kind: (50, 100) for kind in launch.KINDS.values()} | {resource.RLIMIT_NOFILE: (10, 20)}
    monkeypatch.setattr(launch.resource, "getrlimit", lambda kind: held.get(kind, (-1, -1)))
    monkeypatch.setattr(launch.resource, "setrlimit", lambda kind, bounds: held.__setitem__(kind, bounds))
    launch.set_limits({"memory_bytes": 70, "file_bytes": 200, "cell_s": 3})
    assert held[resource.RLIMIT_AS] == (70, 70)
    assert held[resource.RLIMIT_FSIZE] == (100, 100)
    assert held[resource.RLIMIT_NPROC] == (50, 100)  # not given, so unchanged
    assert held[resource.RLIMIT_NOFILE] == (20, 20)
    assert held[resource.RLIMIT_CORE] == (0, 0)


# the watchdog


@pytest.fixture
def started():
    """Start a process, which is removed with its children after the test."""
    processes = []

    def start(*command: str) -> subprocess.Popen:
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        return processes[-1]

    yield start
    for process in processes:
        end(process)
        process.stdout.close()
        process.wait()


def verdict_of(process: subprocess.Popen, folder: Path, limits: Limits) -> tuple[str, str] | None:
    watching = Watch(process, folder, limits)
    watching.start()
    watching.join(5.0)
    watching.stop()
    return watching.verdict


FAMILY = ("sh", "-c", "sleep 981 & (sleep 981 & sleep 981 & echo ready; wait) & wait")


def test_descendants_are_found_and_can_be_spared(started, tmp_path):
    process = started(*FAMILY)
    process.stdout.readline()
    pids = descendants(process)
    assert sorted(pids) == sorted(child.pid for child in psutil.Process(process.pid).children(recursive=True))
    sweep(process, pids[:1])
    assert gone_soon(pids[1:])
    assert descendants(process)[:1] == pids[:1]
    end(process)
    process.wait()
    assert gone_soon(pids)
    assert descendants(process) == []


def test_very_many_strays_are_the_end_of_all(started):
    process = started("sh", "-c", "for n in $(seq 20); do sleep 975 & done; echo ready; wait")
    process.stdout.readline()
    pids = descendants(process)
    assert len(pids) == 20 > watchdog.MANY
    sweep(process, pids[:2])
    assert process.wait(5.0) == -9
    assert gone_soon(pids)


def test_too_many_processes_are_ended(started, tmp_path):
    process = started(*FAMILY)
    process.stdout.readline()
    pids = descendants(process)
    event = "had more than 2 processes and threads at a time"
    assert verdict_of(process, tmp_path, Limits(processes=2)) == ("crashed", event)
    assert gone_soon(pids)
    assert process.wait() == -9


def test_threads_count_too(started, tmp_path):
    make = "threading.Thread(target=time.sleep, args=(9,)).start()"
    code = f"import threading, time\nfor _ in range(9): {make}\nprint(1, flush=True)"
    process = started("sh", "-c", f'"$0" -c "{code}"; true', sys.executable)
    process.stdout.readline()
    assert verdict_of(process, tmp_path, Limits(processes=8))[0] == "crashed"


def test_too_much_memory_in_all_is_ended(started, tmp_path):
    code = "import time; a = bytearray(60 * 2**20); print(1, flush=True); time.sleep(980)"
    process = started("sh", "-c", f'"$0" -c "{code}" & "$0" -c "{code}" & wait', sys.executable)
    process.stdout.readline(), process.stdout.readline()
    limits = Limits(memory_bytes=80 * MIB, question_bytes=20 * MIB)
    assert verdict_of(process, tmp_path, limits) == ("memory", "used more than 0.098 GiB of memory in all")


def test_memory_that_is_shared_counts_once(started, tmp_path):
    code = (
        "import os, time; a = bytearray(b'x') * (60 * 2**20); [os.fork() for _ in range(2)]; "
        "print(1, flush=True); time.sleep(979)"
    )
    process = started("sh", "-c", f'"$0" -c "{code}"; true', sys.executable)
    for _ in range(4):
        process.stdout.readline()
    inside = descendants(process)
    assert sum(map(watchdog._resident_bytes, inside)) > 200 * MIB
    assert sum(map(watchdog._own_bytes, inside)) < 150 * MIB
    watching = Watch(process, tmp_path, Limits(memory_bytes=150 * MIB, question_bytes=0))
    assert watching._excess() is None


@pytest.mark.parametrize(
    "fill",
    [
        lambda folder: (folder / "one").write_bytes(bytes(3 * MIB)),
        lambda folder: [(folder / f"{n}").write_bytes(bytes(MIB)) for n in range(3)],
        lambda folder: [(folder / f"{n}").touch() for n in range(120)],
        lambda folder: (folder / "/".join("d" * 120)).mkdir(parents=True),
    ],
    ids=["large", "several", "many", "deep"],
)
def test_a_private_folder_that_is_filled_is_the_end(started, tmp_path, fill, monkeypatch):
    monkeypatch.setattr(watchdog, "MAX_FILES", 100)
    (tmp_path / "given").write_bytes(bytes(3 * MIB))  # earlier files do not count
    process = started("sleep", "978")
    watching = Watch(process, tmp_path, Limits(file_bytes=2 * MIB))
    watching.start()
    assert watching._excess() is None
    fill(tmp_path)
    watching.join(5.0)
    assert watching.verdict == ("crashed", "filled the private folder")
    assert process.wait() == -9


def test_a_sandbox_within_its_limits_is_left_alone(started, tmp_path):
    process = started(*FAMILY)
    process.stdout.readline()
    watching = Watch(process, tmp_path, Limits())
    watching.start()
    time.sleep(3 * watchdog.PERIOD_S)
    watching.stop()
    assert watching.verdict is None
    assert process.poll() is None


def test_a_private_folder_can_always_be_removed():
    box = Box()
    place = os.open(box.folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    box.remove()
    assert not box.folder.exists()


# bounds of outputs


def stream(text: str, name: str = "stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(**data: object):
    return nbformat.v4.new_output(
        "display_data", data={kind.replace("_", "/", 1): value for kind, value in data.items()}
    )


def test_a_picture_in_html_is_kept_as_a_picture():
    picture = "iVBORw0KGgo" + "A" * 10_000
    tag = f'<img alt="a curve" width="9" src="data:image/png;base64,{picture}">'
    for html, kept in ((tag, {"image/png": picture}), (f"{tag}<script>", {}), (tag.replace("png", "svg+xml"), {})):
        output = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "a curve"})
        (short,) = bounded([output], 500)
        assert short.data == {**kept, "text/plain": "a curve"}


def test_short_outputs_are_left_as_they_are():
    error = nbformat.v4.new_output("error", ename="E", evalue="c", traceback=["d"])
    before = [stream("a"), shown(text_plain="b", text_html="<b>b</b>"), error]
    kept = bounded([output.copy() for output in before], 100)
    assert [dict(output) for output in kept] == [dict(output) for output in before]


def test_long_texts_are_cut_and_long_html_is_replaced_by_its_text():
    kept = bounded(
        [stream("a" * 900), shown(text_plain="b" * 900, text_html="c" * 900), shown(text_html="d" * 900)], 100
    )
    assert kept[0].text.startswith("a" * 100 + "\n[output cut here")
    assert set(kept[1].data) == {"text/plain"}
    assert kept[1].data["text/plain"].startswith("b" * 100 + "\n[output cut here")
    assert "output cut here" in kept[2].data["text/plain"]
    assert "d" not in kept[2].data["text/plain"].replace("[output cut here", "").replace("characters]", "")[:3]


def test_an_exception_is_cut():
    (kept,) = bounded(
        [nbformat.v4.new_output("error", ename="E" * 900, evalue="v" * 900, traceback=["t" * 900] * 5)], 100
    )
    assert len(kept.ename) == 100
    assert max(len(kept.evalue), len(kept.traceback[0]), len(kept.traceback)) < 200


def test_pictures_are_kept_until_the_page_is_full(monkeypatch):
    monkeypatch.setattr(output_limits, "PAGE_BYTES", 2500)
    kept = bounded([shown(image_png="p" * 1000) for _ in range(5)], 100)
    assert [output.output_type for output in kept] == ["display_data", "display_data", "stream"]
    assert "output cut here" in kept[-1].text


def test_metadata_cannot_be_a_place_to_hide():
    output = shown(text_plain="x")
    output.metadata = nbformat.from_dict({"hidden": "m" * 10**6})
    assert bounded([output], 100)[0].metadata == {}


def test_a_notebooks_outputs_are_bounded_as_a_whole(monkeypatch):
    """Each cell is within its own bound, but all of them together go through the coordinator to the gradebook."""
    monkeypatch.setattr(cell_runner, "NOTEBOOK_BYTES", 3 * 2**20)
    shows = (
        "from IPython.display import Image, display; import os; display(Image(data=os.urandom(2**20), format='png'))"
    )
    with Session(notebook_of(*[shows] * 5, "print('heard')"), [], Limits()) as session:
        session.run()
        cells = session.notebook.cells
    sizes = [sum(map(output_limits.size, cell.outputs)) for cell in cells]
    assert sum(sizes) < 3 * 2**20 + 5_000
    assert [size > 2**20 for size in sizes] == [True, True, False, False, False, False]
    assert "output cut here" in cells[2].outputs[-1].text
    assert cells[5].outputs[0].text == "heard\n"


def test_nothing_is_left_waiting_in_the_loop(caplog):
    forged = BREAKING["forged"][0]  # nbclient gives up half-way
    with Session(notebook_of(forged, "x = 1"), [], Limits()) as session:
        session.run()
        loop = session._loop
    assert loop.is_closed
    del session
    gc.collect()
    assert "Task was destroyed" not in caplog.text
