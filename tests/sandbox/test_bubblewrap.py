"""A notebook in the sandbox reaches nothing of the grader, other students, the network or the system.

One confined kernel; every probe runs in a fork of it. A probe assigns what it found to `found`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder import course
from autograder.sandbox import Box, Limits, Session, bubblewrap, require_bubblewrap
from autograder.sandbox.box import PACKAGE
from autograder.sandbox.reference_server import FollowThrough
from autograder.sandbox.watchdog import descendants
from autograder.testing.student import Student

CANARY = "canary-4f1c"
PROBE = """
import os
at_first = sorted(os.listdir("."))
def probe(code, *args):
    names = {"args": args}
    exec(code, names)
    return names["found"]
"""


class Inside:
    """The sandbox, and the surroundings of the grader."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __call__(self, code: str, *args: object, timeout_s: float = 20.0) -> object:
        with self.session.connect(FollowThrough({}), timeout_s) as connection:
            return Student(connection).call("probe", textwrap.dedent(code), *args)


LOADED = ["arrays", "kept_names", "server", "stand_in", "tensors", "thread_pools", "wire"]  # of the agent, inside


@pytest.fixture(scope="module")
def inside(tmp_path_factory) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("handed_out")
    (folder / "given.py").write_text("number = 7\n")
    (folder / "data").mkdir()
    (folder / "data" / "words.txt").write_text("word\n")
    (folder / "secret.txt").write_text(CANARY)
    files = [folder / "given.py", folder / "data"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROBE)])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AUTOGRADER_TEST_SECRET", CANARY)
        session = Session(notebook, files, Limits())
    with session:
        session.run()
        yield Inside(session)


# files


def test_the_working_folder_holds_what_was_handed_out_and_nothing_else(inside):
    assert inside("import __main__; found = __main__.at_first") == ["data", "given.py"]
    assert inside("import given; found = given.number") == 7
    assert inside("found = open('data/words.txt').read()") == "word\n"
    assert inside("import os; found = os.getcwd(), os.path.expanduser('~')") == ("/home/student", "/home/student")


HIDDEN = ["solutions", "assignments", "autograder", "datasets", "tests", "build", "submitted", "gradebook.db", ".git"]


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_of_the_repository_is_there(inside, name):
    assert inside("import os; found = os.path.lexists(args[0])", str(course.current().root / name)) is False


def test_the_repository_holds_at_most_the_way_to_the_environment(inside):
    within = {Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix)}
    expected = {
        path.relative_to(course.current().root).parts[0]
        for path in within
        if path.is_relative_to(course.current().root)
    }
    listing = inside(
        "import os; found = os.listdir(args[0]) if os.path.isdir(args[0]) else []", str(course.current().root)
    )
    assert set(listing) == expected


def test_home_folders_hold_at_most_the_way_to_the_environment(inside):
    home = Path.home()
    within = [Path(p) for p in (sys.prefix, sys.base_prefix, *map(os.path.realpath, (sys.prefix, sys.base_prefix)))]
    expected = {path.relative_to(home).parts[0] for path in within if path.is_relative_to(home)}
    listing = inside("import os; found = os.listdir(args[0]) if os.path.isdir(args[0]) else []", str(home))
    assert set(listing) <= expected
    assert inside("import os; found = os.listdir('/home')") == ["student"] or Path("/home") in home.parents


def test_only_the_folders_of_the_system_are_there(inside):
    known = {"bin", "dev", "etc", "home", "lib", "lib32", "lib64", "opt", "proc", "sbin", "tmp", "usr"}
    known |= {Path(prefix).resolve().parts[1] for prefix in (sys.prefix, sys.base_prefix)}
    assert set(inside("import os; found = os.listdir('/')")) <= known
    etc = inside("import os; found = os.listdir('/etc')")
    assert not {"passwd", "shadow", "hosts", "ssh", "hostname"} & set(etc)


def test_others_have_their_own_tmp(inside, tmp_path):
    box = Box()
    try:
        mine = Path(tempfile.gettempdir(), f"{CANARY}.txt")
        mine.write_text(CANARY)
        listing = inside("import os; found = os.listdir('/tmp')")
        assert inside.session.box.folder.name in listing
        assert box.folder.name not in listing
        assert mine.name not in listing
        assert inside("import os; found = os.path.exists(args[0])", str(tmp_path)) is False
    finally:
        box.remove()
        mine.unlink()


def test_no_file_that_can_be_read_holds_what_was_not_handed_out(inside):
    code = """
    import os
    found = []
    def look(path):
        try:
            if os.path.isfile(path) and args[0] in open(path, errors="replace").read(10**5): found.append(path)
        except OSError: pass
    for top in ("/home", "/opt", "/tmp", "/etc", "/dev/shm"):
        for folder, inner, names in os.walk(top):
            inner[:] = [name for name in inner if os.path.join(folder, name) not in args[1]]
            for name in names: look(os.path.join(folder, name))
    """
    environment = [sys.prefix, sys.base_prefix]
    assert inside(code, CANARY, environment) == []
    planted = f"open('/tmp/planted', 'w').write({CANARY!r})\n"
    assert inside(planted + textwrap.dedent(code), CANARY, environment) == ["/tmp/planted"]
    inside("import os; found = os.remove('/tmp/planted')")


def test_the_sockets_folder_holds_no_secret(inside):
    names = inside("import os; found = os.listdir(args[0])", str(inside.session.box.folder))
    assert set(names) == {"kernel.json", "limits.json", "matplotlib", "own_files.json", "run"}
    sockets = inside("import os; found = os.listdir(args[0])", str(inside.session.box.sockets))
    assert {name for name in sockets if not name.startswith("k-")} == {"agent.sock"}


WRITE = """
import os
found = []
for path in args[0]:
    for flags in (os.O_WRONLY, os.O_WRONLY | os.O_CREAT, os.O_RDWR | os.O_APPEND):
        try:
            os.close(os.open(path, flags))
            found.append(path)
        except OSError: pass
"""


def test_the_system_and_the_environment_are_read_only(inside):
    site, of_root = sysconfig.get_paths()["purelib"], Path("~root").expanduser()
    paths = ["/x", "/usr/x", "/usr/bin/python3", "/usr/lib/x", "/bin/x", "/etc/x", "/etc/passwd", "/opt/x", "/home/x",
             "/dev/x", f"{of_root}/x", "/lib/x", sys.executable, f"{sys.prefix}/x", f"{sys.prefix}/bin/x",
             f"{site}/x.pth", f"{site}/numpy/__init__.py", f"{site}/sitecustomize.py",
             f"{sys.base_prefix}/lib/x"]  # fmt: skip
    assert inside(WRITE, paths) == []
    own = ["/home/student/x", "/tmp/x", "/dev/shm/x"]
    assert set(inside(WRITE, own)) == set(own)


def test_the_settings_of_the_machines_kernel_are_read_only(inside):
    settings = ["kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/drop_caches", "vm/overcommit_memory"]
    others = ["self/oom_score_adj", "self/uid_map", "1/mem", "kcore", "sysrq-trigger", "irq/default_smp_affinity"]
    paths = [f"/proc/sys/{name}" for name in settings] + [f"/proc/{name}" for name in others]
    assert inside(WRITE, paths) == []


def test_the_agents_files_are_read_only_and_all_there_is_of_the_package(inside):
    files = [f"{name}.py" for name in ("__init__", *LOADED, "launch")]
    places = ["/opt/agent/autograder", "/opt/agent/autograder/agent"]
    listing = inside("import os; found = [os.listdir(place) for place in args[0]]", places)
    assert listing[0] == ["agent"]
    assert sorted({*listing[1]} - {"__pycache__"}) == sorted(files)
    paths = [f"/opt/agent/{name}" for name in ("x.py", "autograder/x.py")]
    paths += [f"/opt/agent/autograder/agent/{name}" for name in (*files, "x.py", "__pycache__/x.pyc")]
    assert inside(WRITE, paths) == []
    code = """
    import os
    found = []
    for what, path in ((os.unlink, "/opt/agent/autograder/agent/wire.py"), (os.rmdir, "/opt/agent/autograder"),
                       (lambda path: os.rename(path, path + "x"), "/opt/agent/autograder/agent/wire.py"),
                       (lambda path: os.chmod(path, 0o777), "/opt/agent/autograder/agent/wire.py"),
                       (lambda path: os.rename(path, path + "x"), "/opt/agent")):
        try:
            what(path)
            found.append(path)
        except OSError: pass
    """
    assert inside(code) == []


def test_what_was_handed_out_is_read_only(inside):
    assert inside(WRITE, ["/home/student/given.py", "/home/student/data/words.txt", "/home/student/data/x"]) == []


def test_no_more_rights_in_namespaces_of_ones_own(inside):
    code = """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    NEWUSER, NEWNS, REMOUNT, BIND, REC = 0x10000000, 0x00020000, 32, 4096, 16384
    libc.unshare(NEWUSER | NEWNS)
    found = []
    for name in (b"/", b"/usr", b"/proc", b"/dev", b"/opt/agent/autograder/agent/wire.py", args[0].encode()):
        if libc.mount(b"none", name, None, REMOUNT | BIND, None) == 0: found.append(name.decode())
        if libc.umount2(name, 2) == 0: found.append(name.decode())
    for path in ("/proc/sys/kernel/core_pattern", "/usr/x", "/opt/agent/autograder/agent/wire.py"):
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
            found.append(path)
        except OSError: pass
    """
    assert inside(code, sys.prefix) == []


def test_there_are_no_capabilities_and_no_way_to_get_any(inside):
    status = dict(
        line.split(":\t") for line in inside("found = open('/proc/self/status').read()").splitlines() if ":\t" in line
    )
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert inside("import os; found = os.getuid(), os.getgid()") == (1000, 1000)


# the package


def test_the_suites_and_all_the_rest_of_the_package_cannot_be_imported(inside):
    code = """
    import importlib, importlib.util
    found = []
    for name in args[0]:
        try:
            importlib.import_module("autograder." + name)
            found.append(name)
        except ImportError: pass
    """
    rooms = [path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_") and path.suffix in ("", ".py")]
    assert {"testing", "grading", "course", "restore"} <= set(rooms)
    assert inside(code, rooms) == ["agent"]


def test_no_folder_of_sys_path_holds_more_of_it(inside):
    code = """
    import os, sys
    found = [os.path.join(place, name) for place in sys.path if os.path.isdir(place)
             for name in os.listdir(place) if name == "autograder" and os.listdir(os.path.join(place, name))]
    """
    assert inside(code) == ["/opt/agent/autograder"]


def test_nothing_of_the_graders_is_in_memory_or_in_the_frames(inside):
    code = """
    import gc, sys
    frame, files = sys._getframe(), set()
    while frame:
        files.add(frame.f_code.co_filename)
        frame = frame.f_back
    found = sorted(name for name in sys.modules if name.startswith("autograder")), sorted(files)
    """
    modules, files = inside(code)
    loaded = [f"autograder.agent.{name}" for name in LOADED]
    assert modules == ["autograder", "autograder.agent", *loaded, "autograder_output"]
    assert not [name for name in files if str(course.current().root / "autograder") in name or "hidden_tests" in name]


# the grader's variables, files and processes


def test_the_graders_variables_are_not_there(inside):
    names = inside("import os; found = sorted(os.environ)")
    allowed = {
        "PATH", "HOME", "PWD", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED", "IPYTHONDIR", "MPLCONFIGDIR", "MPLBACKEND", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS",
        "MKL_NUM_THREADS", "OPENBLAS_CORETYPE", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "PYDEVD_DISABLE_FILE_VALIDATION",
    }  # fmt: skip
    of_ipython = {"CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "TERM", "PAGER", "GIT_PAGER", "PYDEVD_USE_FRAME_EVAL"}
    assert set(names) <= allowed | of_ipython
    code = """
    import os
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try: found += open(f"/proc/{pid}/environ", errors="replace").read().split(chr(0))
        except OSError: pass
    """
    assert not [entry for entry in inside(code) if CANARY in entry or "AUTOGRADER" in entry]


def test_no_file_of_the_graders_is_open(inside):
    code = """
    import os
    places = [f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd")]
    found = [os.readlink(place) for place in places if os.path.lexists(place)]
    """
    folder = str(inside.session.box.folder)
    allowed = ("pipe:", "socket:", "anon_inode:", "/dev/null", "/proc/", "/dev/pts", folder, "/newroot")
    assert not [name for name in inside(code) if not name.startswith(allowed)]


def test_only_the_sandboxs_own_processes_are_there(inside):
    other = subprocess.Popen(["sleep", "977"])
    try:
        code = """
        import os
        pids = filter(str.isdigit, os.listdir("/proc"))
        found = {pid: open(f"/proc/{pid}/cmdline").read().split(chr(0))[:2] for pid in pids}
        """
        seen = {pid: command for pid, command in inside(code).items() if command != [""]}  # except one that is ending
        assert len(seen) == 3  # bubblewrap's own, the kernel, this fork
        assert not [command for command in seen.values() if command[:2] == ["sleep", "977"]]
        assert seen["1"][0].endswith("bwrap")
        code = """
        import os
        found = []
        for pid in args[0]:
            try:
                os.kill(pid, 0)
                found.append(pid)
            except (ProcessLookupError, PermissionError): pass
        """
        strangers = [
            pid for pid in (other.pid, os.getpid(), os.getppid(), inside.session._process.pid) if str(pid) not in seen
        ]
        assert other.pid in strangers
        assert inside(code, strangers) == []
    finally:
        other.kill()
        other.wait()


def test_nothing_it_starts_outlives_it_or_gets_out(inside):
    code = """
    import os, subprocess, time
    for _ in range(50):
        subprocess.Popen(["sleep", "976"], start_new_session=True)
    found = len(os.listdir("/proc"))
    """
    assert inside(code) > 50
    deadline = time.monotonic() + 5.0
    while len(descendants(inside.session._process)) > 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "976"]]
    assert inside("found = 1") == 1


# the network


CONNECT = """
import socket
found = []
for family, address in args[0]:
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(1.0)
    try:
        s.connect(address)
        found.append(address)
    except OSError: pass
    s.close()
"""


def plain(address):
    """A socket's address in a form that can be sent."""
    return address.decode() if isinstance(address, bytes) else address


def test_no_socket_of_the_machine_can_be_reached(inside, tmp_path):
    with contextlib.ExitStack() as stack:
        listening: list[tuple[int, object]] = []
        path = tempfile.mktemp(prefix="outside-", dir="/tmp")
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_INET6, ("::1", 0)), (socket.AF_UNIX, "\\0autograder-test"),
            (socket.AF_UNIX, path),
        ):  # fmt: skip
            server = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            with contextlib.suppress(OSError):  # a machine without IPv6
                server.bind(address.replace("\\0", "\0") if isinstance(address, str) else address)
                server.listen()
                listening.append((int(family), server.getsockname()))
        assert len(listening) >= 3
        for family, address in listening:  # they are reachable from outside
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.connect(address)
        sent = [(family, plain(address)) for family, address in listening]
        assert inside(CONNECT, sent) == []
        os.unlink(path)


def test_there_is_no_way_out(inside):
    assert inside(CONNECT, [(int(socket.AF_INET), ("192.0.2.1", 80))]) == []  # an unused address
    devices = inside("found = [line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line]")
    assert devices == ["lo"]
    assert inside("found = open('/proc/net/route').read().count(chr(10))") <= 1


def test_the_same_socket_probe_finds_what_can_be_reached(inside):
    code = f"""
    import socket
    server = socket.socket(socket.AF_UNIX)
    server.bind("\\0mine")
    server.listen()
    args = ([(int(socket.AF_UNIX), "\\0mine")],)
    {textwrap.indent(CONNECT, "    ").strip()}
    """
    assert inside(code) == ["\0mine"]


# an environment in the repository, and the package in the environment


@pytest.fixture
def production(tmp_path, monkeypatch):
    """A repository with its environment inside, as after `make`, and canaries in places that nobody may see."""
    root = tmp_path / "course"
    packages = root / ".venv" / "lib" / "python3.11" / "site-packages"
    for place in ("solutions/01_x/submissions/accepted", "autograder/testing", "submitted/hana", "build/source"):
        (root / place).mkdir(parents=True)
        (root / place / "secret.py").write_text(CANARY)
    (root / "gradebook.db").write_text(CANARY)
    packages.mkdir(parents=True)
    (packages / "numpy.py").write_text("visible")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    monkeypatch.setattr(bubblewrap.sysconfig, "get_paths", lambda: {"purelib": str(packages)})
    return root, packages


def seen_in(root: Path) -> tuple[list[str], str]:
    """The files below `root` as seen from inside, and those that hold the canary."""
    box = Box()
    try:
        script = f"find {root} -type f; echo ---; grep -rl {CANARY} {root}"
        command = bubblewrap.command(box, ["/bin/sh", "-c", script], {"PATH": "/usr/bin:/bin"})
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        files, _, telling = done.stdout.partition("---\n")
        return files.split(), telling
    finally:
        box.remove()


def installed_plainly(packages: Path) -> Path:
    """Install the package with its suites in the environment; return its folder."""
    for place in ("autograder/testing", "autograder/sandbox"):
        (packages / place).mkdir(parents=True)
        (packages / place / "secret.py").write_text(CANARY)
    return packages / "autograder"


def test_a_package_installed_plainly_is_hidden(production, monkeypatch):
    root, packages = production
    monkeypatch.setattr(bubblewrap, "PACKAGE", installed_plainly(packages))
    files, telling = seen_in(root)
    assert telling == ""
    assert files == [str(packages / "numpy.py")]


def test_a_package_installed_editable_beside_the_environment_is_hidden(production, monkeypatch):
    root, packages = production
    (packages / "__editable__.autograder.pth").write_text(str(root))
    monkeypatch.setattr(bubblewrap, "PACKAGE", root / "autograder")
    files, telling = seen_in(root)
    assert telling == ""
    assert sorted(files) == [str(packages / "__editable__.autograder.pth"), str(packages / "numpy.py")]


def test_a_package_installed_plainly_is_hidden_while_another_grades(production, monkeypatch):
    root, packages = production
    installed_plainly(packages)
    monkeypatch.setattr(bubblewrap, "PACKAGE", root / "autograder")
    assert seen_in(root) == ([str(packages / "numpy.py")], "")


def test_a_checkout_inside_an_environment_is_hidden(production, monkeypatch, tmp_path):
    root, _ = production
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(bubblewrap, "PACKAGE", root / "autograder")
    (tmp_path / "visible.txt").write_text("visible")
    files, telling = seen_in(tmp_path)
    assert telling == ""
    assert str(tmp_path / "visible.txt") in files
    assert not [name for name in files if name.startswith(str(root))]


def test_a_package_in_an_environment_reached_by_a_link_is_hidden(production, monkeypatch, tmp_path):
    root, packages = production
    link = tmp_path / "link"
    link.symlink_to(root / ".venv")
    monkeypatch.setattr(sys, "prefix", str(link))
    monkeypatch.setattr(bubblewrap, "PACKAGE", installed_plainly(packages))
    files, telling = seen_in(tmp_path)
    assert telling == ""
    assert any(name.startswith(str(link)) for name in files)


def test_the_probe_for_canaries_finds_one(production, monkeypatch):
    root, packages = production
    installed_plainly(packages)
    monkeypatch.setattr(bubblewrap, "_hidden_below", lambda visible, secret: [])
    assert str(packages / "autograder" / "testing" / "secret.py") in seen_in(root)[1]


def test_bubblewrap_is_given_a_sealed_root_last(monkeypatch):
    box = Box()
    try:
        command = bubblewrap.command(box, ["true"], {"A": "b"})
    finally:
        box.remove()
    assert command[0] == require_bubblewrap()
    assert command[-2:] == ["--", "true"]
    assert {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv"} <= set(command)
    places = [n for n, part in enumerate(command) if part in ("--bind", "--ro-bind", "--tmpfs", "--dev", "--proc")]
    assert max(places) < command.index("--remount-ro")
