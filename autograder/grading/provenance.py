"""The provenance of a mark: the suite, the grader, the environment. Where they are the same, so is the mark.

Nothing is imported to find out which modules a suite uses: their import lines are read.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder import course
from autograder.grading.options import Options
from autograder.result import UNCONFINED

PACKAGE = Path(__file__).resolve().parents[1]
FROM = re.compile(r"^[ \t]*from[ \t]+(autograder[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)", re.MULTILINE)
IMPORT = re.compile(r"^[ \t]*import[ \t]+(autograder[\w.]*)", re.MULTILINE)
SHOWN = ("numpy", "torch", "autograder")


def suite_sha256(id: str) -> str:
    """A hash of all that decides the marks of assignment `id` of the current course, and of no other: its hidden tests
    with every module that they import from this package, the reference's source and what given.py is made of, the
    release."""
    return _suite_sha256(course.current(), id)


def forget_files() -> None:
    """Read the files of the course again at the next `suite_sha256`."""
    _suite_sha256.cache_clear()


@lru_cache(maxsize=16)
def _suite_sha256(chosen_course: course.Course, id: str) -> str:
    files = chosen_course.deciding_files(id)
    return _sha256([*files, *modules_of(path for path in files if path.suffix == ".py")])


@lru_cache(maxsize=1)
def grader_sha256() -> str:
    """A hash of the grader itself: the modules that run and judge a submission."""
    return _sha256(modules_of([PACKAGE / "grading" / "grader.py", PACKAGE / "agent" / "launch.py"]))


def environment(options: Options) -> str:
    """The environment in which a submission is run, in one line."""
    packages = [f"{name} {number}" for name in SHOWN if (number := _version(name))]
    return ", ".join([f"python {platform.python_version()}", *packages, "confined" if options.confined else UNCONFINED])


def modules_of(first: Iterable[Path]) -> list[Path]:
    """These files and all modules of this package that they import, directly or not, sorted."""
    waiting, modules = list(first), set[Path]()
    while waiting:
        path = waiting.pop()
        if path not in modules:
            modules.add(path)
            waiting += imported_by(path.read_text(encoding="utf-8"))
    return sorted(modules)


def imported_by(source: str) -> Iterator[Path]:
    """The modules of this package that a source text imports."""
    for module, names in FROM.findall(source):
        yield from _files(module)
        for name in re.findall(r"\w+", re.sub(r"#[^\n]*", "", names)):
            yield from _files(f"{module}.{name}")
    for module in IMPORT.findall(source):
        yield from _files(module)


def _files(module: str) -> Iterator[Path]:
    """The file of a module, or of a package; none if it is no module but a name in one."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())


def _sha256(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for path in files if path.is_file()}):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=16)
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
