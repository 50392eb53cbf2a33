"""The bubblewrap command around one kernel.

Inside: its own user, pid, ipc, mount, network and host-name namespaces, no capabilities, no further namespaces, the
system calls of `system_calls` alone; the system and the Python environment read-only; a working folder, /tmp, /dev/shm
and a folder for the kernel's sockets in memory, each bounded; the handed-out files. Nothing else can be written, and
nothing that can be lies on a disk. Not inside: the repository, the gradebook, other submissions, home folders, the
network.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from autograder.errors import SandboxMissing
from autograder.sandbox import visible_packages
from autograder.sandbox.box import AGENT, PACKAGE, Box
from autograder.sandbox.inside import IN_MEMORY

WORK = IN_MEMORY[-1]
SOCKETS_BYTES = 2**20
HOW_TO_INSTALL = (
    "Install it (Debian, Ubuntu: apt-get install bubblewrap; conda: conda install -c conda-forge bubblewrap), or "
    "choose --unconfined, which is stamped on every report."
)
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/mime.types")


@functools.cache
def require_bubblewrap() -> str:
    """The path of a working bwrap; raises SandboxMissing with advice."""
    path = shutil.which("bwrap") or _beside_python()
    if path is None:
        raise SandboxMissing(f"bubblewrap (bwrap) is not installed, so nothing was graded. {HOW_TO_INSTALL}")
    probe = [path, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
    done = subprocess.run(probe, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        why = done.stderr.strip() or f"exit status {done.returncode}"
        raise SandboxMissing(
            f"bubblewrap is installed but may not make namespaces here ({why}), so nothing was graded. Allow "
            "unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, or the container's setting), "
            "or choose --unconfined, which is stamped on every report."
        )
    return path


def _beside_python() -> str | None:
    path = Path(sys.executable).parent / "bwrap"
    return str(path) if path.exists() else None


def command(box: Box, inner: list[str], environment: dict[str, str]) -> list[str]:
    """`inner` wrapped so that it runs confined, with `environment` and nothing else."""
    return [
        require_bubblewrap(),
        *_namespaces(),
        *_system(),
        *_scratch(box),
        *_python(box.secret),
        *_without_packages(box),
        *_files(box),
        *_sealed(),
        *_variables(environment),
        "--",
        *inner,
    ]


def with_filter(wrapped: list[str], handle: int) -> list[str]:
    """The wrapped command with the filter of system calls that the open file `handle` holds."""
    return [wrapped[0], "--seccomp", str(handle), *wrapped[1:]]


def _namespaces() -> list[str]:
    flags = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "notebook"]
    no_more = ["--unshare-user", "--disable-userns"] if can_disable_namespaces() else []
    return [*flags, *no_more, "--uid", "1000", "--gid", "1000"]


@functools.cache
def can_disable_namespaces() -> bool:
    """Whether this bwrap can forbid user namespaces inside, as since 0.8; if not, the filter refuses them."""
    probe = [require_bubblewrap(), "--help"]
    return "--disable-userns" in subprocess.run(probe, capture_output=True, text=True, check=False).stdout


def _system() -> list[str]:
    arguments = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/") / name
        if path.is_symlink():
            arguments += ["--symlink", f"usr/{name}", str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in SYSTEM_FILES:
        arguments += ["--ro-bind-try", name, name]
    return arguments


def _python(secret: Path) -> list[str]:
    """The interpreter and its packages; this package and the course, suites and all, are hidden from view."""
    given = [Path(prefix) for prefix in (sys.base_prefix, sys.prefix)]
    arguments = _hidden_below(Path("/usr"), secret)
    for prefix in sorted({*given, *(path.resolve() for path in given)}):
        if prefix != Path("/usr"):
            arguments += ["--ro-bind", str(prefix), str(prefix), *_hidden_below(prefix, secret)]
    return arguments


def _without_packages(box: Box) -> list[str]:
    """Stubs over the packages that the assignment must not use."""
    arguments = []
    for place in visible_packages.hidden(box.needs) if box.needs is not None else ():
        stub = visible_packages.STUB if place.is_dir() else visible_packages.STUB / "__init__.py"
        arguments += ["--ro-bind", str(stub), str(place)]
    return arguments


def _hidden_below(visible: Path, secret: Path) -> list[str]:
    """Empty folders over the secrets in `visible`; raises SandboxMissing if `visible` itself is one."""
    arguments = []
    hidden = (secret, PACKAGE, Path(sysconfig.get_paths()["purelib"]) / "autograder")
    for real in dict.fromkeys(path.resolve() for path in hidden if path.is_dir()):
        if real == visible.resolve():
            raise SandboxMissing(
                f"the Python environment {visible} and the course are the same folder, so students' code would see the "
                "solutions. Make the environment in a folder of its own, such as .venv."
            )
        if real.is_relative_to(visible.resolve()):
            arguments += ["--tmpfs", str(visible / real.relative_to(visible.resolve()))]
    return arguments


def _scratch(box: Box) -> list[str]:
    """/tmp, /dev/shm and the working folder, in memory: to be mounted before anything that may lie below them."""
    size = str(box.limits.file_bytes)
    return [part for folder in IN_MEMORY for part in ("--size", size, "--tmpfs", folder)]


def _sealed() -> list[str]:
    """Read-only mounts over the gaps of bubblewrap: / and /dev are memory without a bound, and if the grader is root,
    the files of /proc/sys, which are the whole machine's, belong to the student's process."""
    return [part for folder in ("/proc", "/dev", "/") for part in ("--remount-ro", folder)]


def _files(box: Box) -> list[str]:
    """A folder for the kernel's sockets, its settings, the agent, and the handed-out files."""
    arguments = ["--size", str(SOCKETS_BYTES), "--tmpfs", str(box.sockets)]
    for path in sorted(box.folder.rglob("*.json")):
        arguments += ["--ro-bind", str(path), str(path)]
    arguments += ["--ro-bind", str(AGENT), "/opt/agent/autograder/agent"]
    for path in box.files:
        arguments += ["--ro-bind", str(path.resolve()), f"{WORK}/{path.name}"]
    return [*arguments, "--chdir", WORK]


def _variables(environment: dict[str, str]) -> list[str]:
    arguments = ["--clearenv"]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    return arguments
