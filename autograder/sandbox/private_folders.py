"""Private folders: those of a killed grader are told from those in use by a lock, which ends with its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from autograder.sandbox import cgroup

PLACE = Path("/tmp")  # a short path: the kernel's sockets lie in the folder
PREFIX, LOCK = "ag-", ".lock"


def private_folder() -> tuple[Path, IO[bytes]]:
    """A new folder that no other user may enter, and its lock, held until it is closed.

    The lock lies beside the folder, out of reach of the sandbox.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
    draft = folder.with_suffix(".new")
    lock = draft.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    draft.rename(folder.with_suffix(LOCK))  # from now on other graders see it
    return folder, lock


def remove_folder(folder: Path, lock: IO[bytes]) -> None:
    """Delete a private folder and give up its lock; safe to call twice."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:  # folders in folders, a thousand deep
        subprocess.run(["rm", "-rf", str(folder)], check=False)
    folder.with_suffix(LOCK).unlink(missing_ok=True)
    lock.close()


def remove_leftovers() -> None:
    """Delete private folders and groups of graders that are gone, but not other users' and those in use."""
    cgroup.remove_leftovers()
    for path in PLACE.glob(f"{PREFIX}*{LOCK}"):
        with contextlib.suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            with path.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_folder(path.with_suffix(""), lock)
