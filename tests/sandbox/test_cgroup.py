"""The cgroup of a sandbox: its bounds, its counts, and its removal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from tiny_course import until

from autograder.sandbox import Limits, Session, cgroup, walls
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import Student

LIMITS = Limits(memory_bytes=2**30, question_bytes=2**29, processes=20)
SPIN = "while True: pass"


def folder_of(place: Path, offered: str, enabled: str = "") -> Path:
    """A folder that looks like a cgroup's."""
    place.mkdir(parents=True)
    (place / "cgroup.controllers").write_text(offered)
    (place / "cgroup.subtree_control").write_text(enabled)
    (place / "cgroup.procs").write_text("")
    return place


@pytest.fixture
def fresh() -> Iterator[None]:
    """Clear the caches of facts about this machine, before and after."""
    cgroup.parent_group.cache_clear()
    yield
    cgroup.parent_group.cache_clear()


def test_a_sandbox_is_bounded_in_what_its_parent_has_to_give(tmp_path) -> None:
    parent = folder_of(tmp_path / "all", "cpu io memory pids", "cpu memory pids")
    group = cgroup.Group(parent, LIMITS)
    bounds = {path.name: path.read_text() for path in group.folder.iterdir()}
    assert bounds == {
        "cpu.max": "100000 100000", "memory.max": str(3 * 2**29), "memory.swap.max": "0",
        "pids.max": str(20 + cgroup.OUTSIDE),
    }  # fmt: skip
    alone = cgroup.Group(folder_of(tmp_path / "pids", "pids", "pids"), LIMITS)
    assert [path.name for path in alone.folder.iterdir()] == ["pids.max"]


def test_what_a_group_has_used_and_whether_it_lacked_memory_is_read_from_it(tmp_path) -> None:
    group = cgroup.Group(folder_of(tmp_path / "all", "", ""), LIMITS)
    assert (group.used_s(), group.is_out_of_memory()) == (0.0, False)
    (group.folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 2000000\n")
    (group.folder / "memory.events").write_text("low 0\noom 3\noom_kill 1\n")
    assert (group.used_s(), group.is_out_of_memory()) == (2.5, True)


@pytest.mark.parametrize(
    ("own", "parent"), [("/", "."), ("/user.slice/a.scope", "user.slice/a.scope"), ("/b/autograder", "b")]
)
def test_groups_are_made_below_the_graders_own(own, parent, tmp_path, monkeypatch, fresh) -> None:
    place = folder_of(tmp_path / "mount" / parent, "cpu memory pids")
    monkeypatch.setattr(cgroup, "_mounts", lambda: iter([tmp_path / "mount"]))
    monkeypatch.setattr(cgroup, "_own_path", lambda: own)
    assert cgroup.parent_group() == place
    assert (place / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"


def test_where_there_is_no_such_file_system_there_is_no_group(monkeypatch, fresh) -> None:
    monkeypatch.setattr(cgroup, "_mounts", lambda: iter([]))
    assert cgroup.parent_group() is None
    assert cgroup.new_group(LIMITS) is None
    assert "no cgroup: watched from outside" in walls(True)


def test_the_walls_name_what_the_cgroup_bounds(tmp_path, monkeypatch) -> None:
    place = folder_of(tmp_path / "mount", "cpu memory pids", "cpu memory pids")
    monkeypatch.setattr(cgroup, "parent_group", lambda: place)
    assert "cgroup (cpu, memory, pids)" in walls(True)
    assert walls(False) == "resource limits alone"
    cgroup_less = walls(True).replace("cgroup (cpu, memory, pids)", "")
    assert "filter of system calls" in cgroup_less


@pytest.mark.skipif(cgroup.parent_group() is None, reason="needs cgroup v2 and a group to make others in")
def test_all_that_runs_in_a_group_is_counted_and_ended_with_it() -> None:
    group = cgroup.new_group(LIMITS)
    assert group is not None
    code = f"import os\nfor _ in range(3): os.fork()\n{SPIN}"
    process = subprocess.Popen(group.entering([sys.executable, "-c", code]))
    until(lambda: group.used_s() > 0.5)
    pids = [int(pid) for pid in (group.folder / "cgroup.procs").read_text().split()]
    assert len(pids) == 8
    group.remove()
    group.remove()
    process.wait()
    assert not group.folder.exists()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


@pytest.mark.skipif(cgroup.parent_group() is None, reason="needs cgroup v2 and a group to make others in")
def test_a_sandbox_has_a_group_of_its_own_which_it_cannot_see() -> None:
    source = "import os\ndef seen(): return os.path.exists('/sys/fs/cgroup'), open('/proc/self/cgroup').read()"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with Session(notebook, [], Limits()) as session:
        session.run()
        folder = session._group.folder
        assert os.listdir(folder)
        assert session._group.used_s() > 0.1
        with session.connect(FollowThrough({}), 20.0) as connection:
            assert Student(connection).call("seen")[0] is False
    assert not folder.exists()
