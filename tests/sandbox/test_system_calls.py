"""The filter of system calls: its compilation, its refusals, and the calls that students need."""

from __future__ import annotations

import ctypes.util
import errno
import platform

import nbformat
import pytest

from autograder.sandbox import Limits, Session, compile_filter, system_calls
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import Student

CALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def called(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(arg) for arg in args))
    return result, errno.errorcode.get(ctypes.get_errno(), "")
def run(code):
    names = {}
    exec(code, names)
    return names["found"]
"""
NUMBERS = {  # of x86_64
    "ptrace": 101, "syslog": 103, "personality": 135, "pivot_root": 155, "mount": 165, "umount2": 166,
    "swapon": 167, "reboot": 169, "init_module": 175, "quotactl": 179, "io_setup": 206, "kexec_load": 246,
    "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272, "vmsplice": 278, "perf_event_open": 298,
    "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "finit_module": 313, "bpf": 321,
    "memfd_create": 319, "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_tree": 428, "fsopen": 430, "pidfd_getfd": 438, "memfd_secret": 447,
    "shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "msgget": 68, "sched_setaffinity": 203,
    "sched_setattr": 314, "ioprio_set": 251, "clock_settime": 227, "chroot": 161, "modify_ldt": 154,
}  # fmt: skip
UNKNOWN = {"clone3": 435, "set_mempolicy_home_node": 450, "nfsservctl": 180, "no such call": 9999}
NEW_USER, NEW_NET, SIGCHLD = 0x10000000, 0x40000000, 17
WORKS = {
    "processes": (
        "import subprocess; found = subprocess.run(['echo', 'x'], capture_output=True, text=True).stdout", "x\n"
    ),
    "threads": ("from concurrent.futures import ThreadPoolExecutor as P; found = sum(P(4).map(abs, range(9)))", 36),
    "processes_of_a_pool": (
        "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: found = p.map(abs, [-1, 2])", [1, 2]
    ),
    "shared_memory": (
        "from multiprocessing.shared_memory import SharedMemory as S\ns = S(create=True, size=9); s.buf[8] = 7\n"
        "t = S(s.name); found = t.buf[8]; t.close(); s.close(); s.unlink()", 7
    ),
    "numpy": ("import numpy as np; found = round(float(np.linalg.svd(np.eye(50))[1].sum()), 9)", 50.0),
    "files": ("import tempfile\nwith tempfile.TemporaryFile() as f: found = f.write(bytes(9))", 9),
    "allocated_files": (
        "import os, tempfile\nwith tempfile.TemporaryFile() as f:\n"
        "    os.posix_fallocate(f.fileno(), 0, 9); found = os.fstat(f.fileno()).st_size", 9
    ),
    "sockets": (
        "import socket; a, b = socket.socketpair(); a.sendall(b'x'); found = b.recv(1); a.close(); b.close()", b"x"
    ),
    "asyncio": ("import asyncio; found = asyncio.new_event_loop().run_until_complete(asyncio.sleep(0, 3))", 3),
    "timers": (
        "import signal as s; s.setitimer(s.ITIMER_REAL, 900); found = s.setitimer(s.ITIMER_REAL, 0)[0] > 800", True
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def student():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CALL)])
    with Session(notebook, [], Limits()) as session:
        session.run()
        with session.connect(FollowThrough({}), 60.0) as connection:
            yield Student(connection)


def on_x86_64() -> pytest.MarkDecorator:
    return pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86_64")


@on_x86_64()
@pytest.mark.parametrize("name", NUMBERS)
def test_a_call_that_leads_out_is_refused(student, name) -> None:
    assert name in system_calls.REFUSED
    assert student.call("called", NUMBERS[name], 0, 0, 0, 0, 0) == (-1, "EPERM")


@on_x86_64()
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_call_that_is_not_listed_is_answered_as_by_a_kernel_without_it(student, name) -> None:
    assert student.call("called", UNKNOWN[name], 0, 0, 0) == (-1, "ENOSYS")


@on_x86_64()
@pytest.mark.parametrize("flags", [NEW_USER | SIGCHLD, NEW_NET | SIGCHLD, (1 << 40) | NEW_USER | SIGCHLD])
def test_no_process_is_born_into_a_new_namespace(student, flags) -> None:
    assert student.call("called", 56, flags, 0, 0, 0, 0)[0] == -1


@on_x86_64()
@pytest.mark.parametrize("family", [38, 40, 17, 3, 1 << 32 | 40])
def test_sockets_of_other_families_are_refused(student, family) -> None:
    """AF_ALG, AF_VSOCK (which no network namespace confines), AF_PACKET, AF_AX25."""
    assert student.call("called", 41, family, 1, 0) == (-1, "ENOSYS")


@pytest.mark.parametrize(("code", "wanted"), WORKS.values(), ids=WORKS.keys())
def test_what_students_need_goes_on_working(student, code, wanted) -> None:
    assert student.call("run", code) == wanted


@pytest.mark.parametrize("processor", system_calls.PROCESSORS)
def test_the_filters_are_what_the_lists_compile_to(processor) -> None:
    if ctypes.util.find_library("seccomp") is None:
        pytest.skip("libseccomp is not installed")
    assert (system_calls.FILTERS / f"{processor}.bpf").read_bytes() == compile_filter.compiled(processor)


def test_no_call_is_in_two_lists() -> None:
    listed = [*system_calls.ALLOWED, *system_calls.REFUSED, *system_calls.UNSUPPORTED]
    assert len(listed) == len(set(listed))
    assert errno.ENOSYS not in (errno.EPERM, errno.EOPNOTSUPP)


def test_a_processor_without_a_filter_has_none(monkeypatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert system_calls.filter_file() is None
