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


# Files that take minutes, the longest first: they begin before other slow ones, lest one process be left alone.
MINUTES = "sample_class attacks damaged_notebooks load reading_limits docs_commands needed_cells one_place gate".split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast files before files with a slow test in them, and of these the longest first; in a file, fast tests first."""
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    places = {f"test_{name}": place for place, name in enumerate(MINUTES)}

    def order(item: pytest.Item) -> tuple[bool, int, str, bool]:
        place = places.get(item.path.stem, len(places))
        return item.path in slow_files, place, str(item.path), bool(item.get_closest_marker("slow"))

    items.sort(key=order)


def pytest_sessionfinish() -> None:
    """Remove the temporary folder."""
    _home.cleanup()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent
