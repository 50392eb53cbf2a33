"""A confined kernel's own folders, in memory and bounded, as the grader reaches them: through /proc.

Nothing that the student's process can write to lies on the grader's disk. The folder with the kernel's sockets is
reached through a link in the private folder, which leads to it once the kernel runs; a handle keeps it, so that the way
cannot lead to another process's folder after this one has ended.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

IN_MEMORY = ("/tmp", "/dev/shm", "/home/student")


class Inside:
    """The folders inside one sandbox, accessible from `reach` to `close`."""

    def __init__(self) -> None:
        self._folders: list[int] = []

    def reach(self, link: Path, pids: Iterable[int]) -> bool:
        """Make `link` lead to the folder of that path inside, seen by one of the processes. Returns whether it does."""
        for pid in pids:
            with contextlib.suppress(OSError):
                self._open(f"/proc/{pid}/root", link)
                link.symlink_to(f"/proc/{os.getpid()}/fd/{self._folders[0]}")
                return True
            self.close()
        return False

    def _open(self, root: str, link: Path) -> None:
        for place in (str(link), *IN_MEMORY):
            self._folders.append(os.open(root + place, os.O_PATH | os.O_DIRECTORY))

    def files(self) -> int:
        """The number of files and folders in memory."""
        counts = [os.fstatvfs(folder) for folder in list(self._folders)]
        return sum(count.f_files - count.f_ffree for count in counts)

    def close(self) -> None:
        """Give up the handles; safe to call twice."""
        folders, self._folders = self._folders, []
        for handle in folders:
            os.close(handle)
