"""Run a hidden suite with pytest, in this process, against the code that the plugin connects to."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from autograder.course.plain_path import plain_path
from autograder.errors import TaskError
from autograder.testing.hidden_inputs import in_variant
from autograder.testing.plugin import SuitePlugin

SUITE = "hidden_tests"  # the name of the folder, and so of the package that pytest makes of it
QUIET = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:warnings", "-p", "no:logging",
    "-p", "no:unraisableexception", "-p", "no:threadexception",  # they collect garbage five times: 0.3 s in all
    "-s", "--assert=plain", "--noconftest", "--import-mode=importlib", "-c", os.devnull,
]  # fmt: skip


def run_suite(path: Path, plugin: SuitePlugin) -> None:
    """Run the tests in the folder `path` and store their outcomes in `plugin.outcomes`.

    Raises TaskError if the suite is broken.
    """
    if not any(path.glob("test_*.py")):
        raise TaskError(f"there are no hidden tests in {path.parent.name}/{path.name}")
    folder = plain_path(path.parent)
    _forget_others(folder / path.name)
    watcher = _CollectionWatcher()
    with _without_other_plugins(), in_variant(plugin.variant):
        status = pytest.main([str(folder / path.name), "--rootdir", str(folder), *QUIET], plugins=[plugin, watcher])
    if watcher.interrupted:
        raise KeyboardInterrupt
    if watcher.broken or status not in (
        pytest.ExitCode.OK,
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        raise TaskError(f"the hidden tests of {path.parent.name} do not run: {watcher.broken or status!r}")


def forget_suites(root: Path) -> None:
    """Unload the hidden tests of the course at `root`, so that the next run reads them again."""
    for name, module in _loaded_suites():
        if any(Path(place).is_relative_to(root) for place in _places(module)):
            del sys.modules[name]


def _forget_others(folder: Path) -> None:
    """Unload the suites of other assignments: pytest would reuse a loaded module for any other of the same name."""
    for name, module in _loaded_suites():
        if not all(Path(place).is_relative_to(folder) for place in _places(module)):
            del sys.modules[name]


def _loaded_suites() -> list[tuple[str, ModuleType]]:
    return [(name, module) for name, module in sys.modules.items() if name.partition(".")[0] == SUITE]


def _places(module: ModuleType) -> list[str]:
    """The path of a module, or the paths of a package without a file of its own."""
    file = getattr(module, "__file__", None)
    return [file] if file else [*getattr(module, "__path__", ())]


class _CollectionWatcher:
    """Record the reason why a suite could not be collected or was not run to its end."""

    def __init__(self) -> None:
        self.broken = ""
        self.interrupted = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Called by pytest when it is stopped: by Ctrl-C, or by a suite."""
        self.interrupted = type(excinfo.value) is KeyboardInterrupt  # pytest derives its own from it

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Called by pytest for each thing it collects."""
        if report.failed:
            self.broken = str(report.longrepr)[-1000:]

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self) -> Iterator[None]:
        """Called by pytest when the plugin learns the questions; pytest itself only prints a usage error."""
        try:
            yield
        except pytest.UsageError as error:
            self.broken = str(error)
            raise

    def pytest_internalerror(self, excrepr: object) -> None:
        """Called by pytest when it or a plugin breaks."""
        self.broken = str(excrepr)[-1000:]


@contextlib.contextmanager
def _without_other_plugins() -> Iterator[None]:
    """Ignore installed plugins and options in environment variables, so that they change no mark."""
    names = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ[names[0]] = "1"
    try:
        yield
    finally:
        del os.environ[names[0]]
        os.environ.update(before)
