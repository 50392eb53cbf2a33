"""One core for each sandbox, shared by all processes that a student's code starts."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

SLOTS = 32  # sandboxes on one core, beyond which they are spread at random


class Core:
    """A processor core, shared with as few other sandboxes of this machine as can be, until `release`.

    number  as the system counts; None if cores cannot be chosen

    Sandboxes of all graders see each other by names of Unix sockets, which end with the process that owns them.
    """

    def __init__(self) -> None:
        self._name: socket.socket | None = None
        self.number = self._taken() if hasattr(os, "sched_setaffinity") else None

    def release(self) -> None:
        """Give it up; safe to call twice."""
        if self._name is not None:
            self._name.close()
            self._name = None

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """Confine the processes that this thread starts meanwhile to this core."""
        if self.number is None:
            yield
            return
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.number})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)

    def _taken(self) -> int:
        cores = sorted(os.sched_getaffinity(0))
        for slot in range(SLOTS):
            for core in cores:
                name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                try:
                    name.bind(f"\0autograder-core-{core}-{slot}")
                except OSError:
                    name.close()
                    continue
                self._name = name
                return core
        return cores[os.getpid() % len(cores)]
