"""requirements.txt of an assignment: what a student installs to work on it, in the versions with which it is graded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import requires

EVERYWHERE = ("jupyterlab", "matplotlib", "numpy", "tqdm")
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<versions>[^;]*)")
HEAD = "# Installs what the notebook beside this file needs:  python -m pip install -r requirements.txt\n"


def requirements(needs: Iterable[str]) -> str:
    """The text of the file, a line for each package; an exact version becomes the same one or a later minor one."""
    ranges = _ranges()
    return HEAD + "".join(f"{name}{ranges.get(name, '')}\n" for name in sorted({*EVERYWHERE, *needs}))


def _ranges() -> dict[str, str]:
    """The versions of each package that this one asks for, extras included, such as ">=2.0,<3"."""
    ranges = {}
    for line in requires("autograder") or ():
        match = REQUIREMENT.match(line)
        if match and match["versions"].strip():
            ranges[match["name"]] = _relaxed(match["versions"].strip())
    return ranges


def _relaxed(versions: str) -> str:
    exact = re.fullmatch(r"==(\d+)\.(\d+)\.[\w.+]+", versions)
    return f"~={exact[1]}.{exact[2]}" if exact else ",".join(sorted(versions.split(","), reverse=True))
