"""The installed packages that a kernel does not see: an assignment for NumPy is graded without torch.

Visible are the packages that the course names, those that the assignment needs besides, all their dependencies, and
files of no installed distribution. Everything is read from the metadata of the grader's own environment.
"""

from __future__ import annotations

import functools
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

# Packages that a student has, and that the kernel and the agent need.
HANDED_OUT = ("numpy", "matplotlib", "tqdm", "jupyter", "jupyterlab", "notebook", "ipywidgets", "ipykernel", "msgpack")
INSTALLERS = ("pip", "setuptools")
OWN = Path(__file__).resolve().parents[1].name  # hidden with the course: a stub over it would hide the agent too
STUB = Path(__file__).resolve().parent / "stub_package"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?")
EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)")
FIRST_PART = re.compile(r'^"?([^/,"\n]+)', re.MULTILINE)  # of each path in a RECORD
NOT_IMPORTED = re.compile(r".*(?:\.dist-info|\.egg-info|\.pth|-stubs)|\.\..*|__.*")


def hidden(needs: Iterable[str]) -> tuple[Path, ...]:
    """Files and folders to hide from an assignment that needs these distributions beside the usual ones."""
    return _hidden(frozenset(map(_normal, needs)))


@functools.cache
def _hidden(needs: frozenset[str]) -> tuple[Path, ...]:
    installed = {_normal(package.metadata["Name"]): package for package in distributions()}
    seen = closure([*HANDED_OUT, *INSTALLERS, *needs], installed)
    kept = {name for id in seen for name in _top_level(installed[id])}
    gone = {name for id in installed.keys() - seen for name in _top_level(installed[id])} - kept - {OWN}
    folders = [Path(folder) for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]
    places = [folder / name for folder in folders for name in sorted(gone)]
    return tuple([*(place for place in places if place.exists()), *_other_folders(folders)])


def closure(names: Iterable[str], installed: dict[str, Distribution]) -> set[str]:
    """The installed ones of these distributions and of all that they depend on, by normalized name."""
    seen: set[tuple[str, str]] = set()  # a distribution and an extra of it, "" for itself
    waiting = [(_normal(name), "") for name in names]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen or name not in installed:
            continue
        seen.add((name, extra))
        waiting += _required(installed[name], extra)
    return {name for name, _ in seen}


def _required(package: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    """The requirements of a distribution for one of its extras, "" for itself; other markers are ignored."""
    for line in package.requires or ():
        text, _, marker = line.partition(";")
        for_extra = EXTRA.search(marker)
        required = REQUIREMENT.match(text.strip())
        if required is None or (_normal(for_extra[1]) if for_extra else "") != extra:
            continue
        extras = [part.strip() for part in (required["extras"] or "").split(",") if part.strip()]
        yield from ((_normal(required["name"]), _normal(part)) for part in ("", *extras))


def _top_level(package: Distribution) -> set[str]:
    """The importable names that a distribution has put into a folder of packages."""
    names = FIRST_PART.findall(package.read_text("RECORD") or "")
    return {name for name in names if not NOT_IMPORTED.fullmatch(name)}


def _other_folders(folders: list[Path]) -> Iterator[Path]:
    """Folders of packages that are not this interpreter's, but visible to the kernel."""
    schemes = [sysconfig.get_paths(vars={"base": base, "platbase": base}) for base in {sys.prefix, sys.base_prefix}]
    places = {Path(paths[kind]) for paths in schemes for kind in ("purelib", "platlib")}
    for pattern in (
        "lib/python3*/dist-packages",
        "local/lib/python3*/dist-packages",
        "local/lib/python3*/site-packages",
    ):
        places |= set(Path("/usr").glob(pattern))
    own = {folder.resolve() for folder in folders}
    yield from sorted(place for place in places if place.is_dir() and place.resolve() not in own)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
