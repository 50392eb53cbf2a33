"""One confined kernel's private folder, the files it may see, and its limits."""

from __future__ import annotations

import json
import platform
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder import course
from autograder.sandbox.own_files import OwnFile
from autograder.sandbox.private_folders import private_folder, remove_folder

PACKAGE = Path(__file__).resolve().parent.parent
AGENT = PACKAGE / "agent"  # the only part of this package that the student's process sees
Packages = tuple[str, ...] | None


@dataclass(frozen=True)
class Limits:
    """The limits of one student's process.

    memory_bytes    address space of the kernel, and so of the notebook's cells
    question_bytes  address space that one question may add to that of the notebook
    processes       processes and threads at a time (`watchdog` sees to it where the kernel's own limit does not hold)
    open_files      files and sockets that all of them have open at a time
    file_bytes      size of one file; also of everything in the working folder, and in /tmp
    files           files and folders in memory: in the working folder, /tmp and /dev/shm together
    cell_s          wall seconds of one cell
    notebook_s      wall seconds of all cells together
    output_chars    characters that one cell may print; truncation is marked in the output
    restarts        number of times that the notebook is run again without a cell that ended the kernel
    """

    memory_bytes: int = 4 * 2**30
    question_bytes: int = 3 * 2**29
    processes: int = 64
    open_files: int = 4_000
    file_bytes: int = 64 * 2**20
    files: int = 10_000
    cell_s: float = 30.0
    notebook_s: float = 240.0
    output_chars: int = 20_000
    restarts: int = 6


def counts_per_sandbox(release: str = "") -> bool:
    """Whether this kernel counts processes per user namespace, as Linux does since 5.14, and not per user alone."""
    version = re.match(r"(\d+)\.(\d+)", release or platform.release())
    return version is not None and (int(version[1]), int(version[2])) >= (5, 14)


@dataclass
class Box:
    """A private folder (short, for Unix socket paths) and the contents of the confined kernel's file system.

    placed    files in the kernel's working folder: paths are read-only, a student's own files are writable
    confined  whether bubblewrap is used; without it only the limits hold
    needs     packages to be visible beside the usual ones; None for all that are installed
    secret    the folder of the course, which is hidden
    """

    placed: Sequence[Path | OwnFile] = ()
    limits: Limits = field(default_factory=Limits)
    confined: bool = True
    needs: Packages = None
    secret: Path = field(default_factory=lambda: course.current().root)

    def __post_init__(self) -> None:
        self.folder, self._lock = private_folder()
        self.files = [path for path in self.placed if isinstance(path, Path)]
        own = {file.name: b64encode(file.data).decode() for file in self.placed if isinstance(file, OwnFile)}
        (self.folder / "own_files.json").write_text(json.dumps(own))
        limits = asdict(self.limits)
        if not (self.confined and counts_per_sandbox()):  # else a desktop's hundreds of processes would count too
            del limits["processes"]
        (self.folder / "limits.json").write_text(json.dumps(limits))
        self.sockets = self.folder / "run"  # inside in memory; outside a link to it, once the kernel runs
        self.socket = self.sockets / "agent.sock"
        self.agent = self.folder / "agent"
        self.work = self.folder / "work"
        if not self.confined:
            self._copy_in()

    def _copy_in(self) -> None:
        """Copy the agent and the handed-out files: without bubblewrap there are no mounts."""
        self.sockets.mkdir()
        shutil.copytree(AGENT, self.agent / "autograder" / "agent", ignore=shutil.ignore_patterns("__pycache__"))
        self.work.mkdir()
        for path in self.files:
            shutil.copytree(path, self.work / path.name) if path.is_dir() else shutil.copy(path, self.work)

    def kernel_command(self, connection_file: str) -> list[str]:
        """The command that sets the limits and becomes the kernel, as seen from inside."""
        agent = str(self.agent) if not self.confined else "/opt/agent"
        return [
            sys.executable,
            f"{agent}/autograder/agent/launch.py",
            str(self.folder / "limits.json"),
            connection_file,
        ]  # own_files.json beside it

    def remove(self) -> None:
        """Delete the private folder."""
        remove_folder(self.folder, self._lock)
