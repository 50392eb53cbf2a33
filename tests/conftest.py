"""Shared by all tests: one thread per process, no windows, no files outside the temporary folder, slow tests last."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when NumPy is first imported
    os.environ[_name] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
os.environ["AUTOGRADER_SECRET"] = "the same for every run of the tests"

_home = tempfile.TemporaryDirectory(prefix="autograder-tests-")
for _name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
    os.environ[_name] = str(Path(_home.name, _name.lower()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast files before files with a slow test in them; within a file, fast tests first."""
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path in slow_files, str(item.path), bool(item.get_closest_marker("slow"))))


def pytest_sessionfinish() -> None:
    """Remove the temporary folder."""
    _home.cleanup()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent
