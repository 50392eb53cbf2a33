"""Running a hidden suite with pytest, in this process, against whatever the plugin connects to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import TaskError
from autograder.plugin import SuitePlugin

QUIET = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:warnings", "-p", "no:logging",
    "-s", "--assert=plain", "--noconftest", "--import-mode=importlib", "-c", os.devnull,
]  # fmt: skip


def run_suite(path: Path, plugin: SuitePlugin) -> None:
    """Run the tests of `path`; what came of them is in `plugin.outcomes`. Raises TaskError if the suite itself is broken."""
    if not path.exists():
        raise TaskError(f"there is no hidden suite {path.name}")
    watcher = _CollectionWatcher()
    with _no_other_plugins():
        status = pytest.main([str(path), "--rootdir", str(path.parent), *QUIET], plugins=[plugin, watcher])
    if watcher.broken or status not in (
        pytest.ExitCode.OK,
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        raise TaskError(f"the hidden suite {path.name} does not run: {watcher.broken or status!r}")


class _CollectionWatcher:
    """Remembers why a suite could not be collected."""

    def __init__(self) -> None:
        self.broken = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Called by pytest for each thing it collects."""
        if report.failed:
            self.broken = str(report.longrepr)[-1000:]

    def pytest_internalerror(self, excrepr: object) -> None:
        """Called by pytest when it or a plugin breaks."""
        self.broken = str(excrepr)[-1000:]


@contextlib.contextmanager
def _no_other_plugins() -> Iterator[None]:
    """Plugins that happen to be installed have no say in a mark."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
