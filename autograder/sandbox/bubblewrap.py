"""The bubblewrap command around one kernel.

Inside: its own user, pid, ipc, mount, network and host-name namespaces, no capabilities; the system and the
Python environment read-only; a working folder and /tmp in memory, both bounded; the handed-out files; and one
private folder shared with the grader for the kernel's sockets. Not inside: the repository, the gradebook, other
submissions, home folders, the network.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from autograder.errors import SandboxMissing
from autograder.sandbox.box import AGENT_FILES, LAUNCHER, Box

WORK = "/home/student"
HOW_TO_INSTALL = (
    "Install it (Debian, Ubuntu: apt-get install bubblewrap; conda: conda install -c conda-forge bubblewrap), or "
    "choose --unconfined, which is stamped on every report."
)
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/mime.types")


@functools.cache
def require_bubblewrap() -> str:
    """The path of a bwrap that works here; raises SandboxMissing saying what to do."""
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
        *_python(),
        *_files(box),
        *_variables(environment),
        "--",
        *inner,
    ]


def _namespaces() -> list[str]:
    flags = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "notebook"]
    return [*flags, "--uid", "1000", "--gid", "1000"]


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


def _python() -> list[str]:
    """The interpreter and its packages; this package, suites and all, is hidden from view."""
    arguments: list[str] = []
    prefixes = [Path(p).resolve() for p in (sys.base_prefix, sys.prefix)]
    for prefix in dict.fromkeys([*prefixes, Path(sys.prefix)]):
        if not prefix.is_relative_to("/usr") or prefix.is_relative_to("/usr/local"):
            arguments += ["--ro-bind", str(prefix), str(prefix)]
    installed = Path(sysconfig.get_paths()["purelib"]) / "autograder"
    return arguments + (["--tmpfs", str(installed)] if installed.is_dir() else [])


def _scratch(box: Box) -> list[str]:
    """/tmp and the working folder, in memory: before anything that may lie below them."""
    size = str(box.limits.file_bytes)
    return ["--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", WORK]


def _files(box: Box) -> list[str]:
    """The private folder, the agent, and what was handed out."""
    arguments = ["--bind", str(box.folder), str(box.folder)]
    arguments += ["--ro-bind", str(LAUNCHER), "/opt/agent/launch.py"]
    for path in AGENT_FILES:
        arguments += ["--ro-bind", str(path), f"/opt/agent/autograder/{path.name}"]
    for path in box.files:
        arguments += ["--ro-bind", str(path.resolve()), f"{WORK}/{path.name}"]
    return [*arguments, "--chdir", WORK]


def _variables(environment: dict[str, str]) -> list[str]:
    arguments = ["--clearenv"]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    return arguments
