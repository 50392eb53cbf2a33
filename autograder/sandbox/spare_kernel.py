"""A spare kernel, started before it is needed: it gets ready while another submission is judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.box import Limits, Packages
from autograder.sandbox.own_files import OwnFile
from autograder.sandbox.session import Session


class SpareKernel:
    """At most one kernel that has been started and has run nothing yet.

    goes_on  whether another submission follows: `prepare` does nothing otherwise
    """

    def __init__(self, goes_on: bool = False) -> None:
        self.goes_on = goes_on
        self._session: Session | None = None

    def start(self, files: Sequence[Path | OwnFile], limits: Limits, confined: bool, needs: Packages = None) -> None:
        """Start a kernel. Raises SandboxMissing, KernelFailed."""
        self.close()
        self._session = Session(None, list(files), limits, confined, needs)

    def prepare(self, files: Sequence[Path | OwnFile], limits: Limits, confined: bool, needs: Packages = None) -> None:
        """Start a kernel if another submission follows. Raises SandboxMissing, KernelFailed."""
        if self.goes_on:
            self.start(files, limits, confined, needs)

    def take(self, files: Sequence[Path | OwnFile], limits: Limits, confined: bool, needs: Packages = None) -> Session:
        """The spare kernel, if it was started with these arguments, else a new one; the caller closes it.

        Raises SandboxMissing, KernelFailed.
        """
        spare, self._session = self._session, None
        if spare is not None and spare.is_of(files, limits, confined, needs):
            return spare
        if spare is not None:
            spare.close()
        return Session(None, list(files), limits, confined, needs)

    def close(self) -> None:
        """Kill the spare kernel, if there is one; safe to call twice."""
        spare, self._session = self._session, None
        if spare is not None:
            spare.close()
