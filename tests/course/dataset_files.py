"""The datasets, their descriptions in README.md, and the loaders as handed out, for tests of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from every_assignment import REPOSITORY

FOLDER = REPOSITORY / "datasets"
COMPONENTS = REPOSITORY / "solutions" / "given"
# How the message of every loader ends, as a regular expression.
TODO = r"Take the assignment's folder again.*run `python -m autograder data` and then `python -m autograder build`\.$"


def module(path: Path) -> ModuleType:
    """A script of the repository, loaded from its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def components(*names: str) -> ModuleType:
    """Components in one namespace, in this order, as in given.py; `__file__` is that of the last."""
    together = ModuleType("given")
    for name in names:
        path = COMPONENTS / name
        together.__file__ = str(path)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(together))
    return together


def told(name: str) -> str:
    """The section of README.md on one file, without its heading."""
    sections = (FOLDER / "README.md").read_text(encoding="utf-8").split("\n## ")
    (section,) = [section for section in sections if section.startswith(f"{name}\n")]
    return section.removeprefix(name).rstrip("\n") + "\n"
