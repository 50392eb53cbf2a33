"""The datasets: made by the scripts beside them, listed with their checksums, handed out only as listed.

A maker is a file `make_<anything>.py` in datasets/, found by its name, with

    make() -> dict[str, bytes]        # file name -> content, the same bytes at every call

SHA256SUMS holds one line for every file that they make, as `sha256sum -c` reads it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from autograder.atomic_write import write_whole
from autograder.errors import GraderError, TaskError

FOLDER = "datasets"
SUMS = "SHA256SUMS"
MAKERS = "make_*.py"
REMEDY = "run python -m autograder data"

NAME = re.compile(r"[A-Za-z0-9_-]+\.(?!py$|md$)[a-z0-9]+")  # no folder, no script, no README, not SHA256SUMS
LINE = re.compile(rf"(?P<sum>[0-9a-f]{{64}})  (?P<name>{NAME.pattern})")


def make(folder: Path) -> dict[str, str]:
    """Run every maker in `folder`, and update the files and SHA256SUMS.

    Returns name -> "unchanged" or "written". Nothing is written unless all makers ran; each file is replaced
    atomically. Raises TaskError if there is no maker or one does not have the form above, and GraderError if a file
    cannot be written: the old one is kept.
    """
    made = _made(folder)
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(made.items()))
    wanted = {**dict(sorted(made.items())), SUMS: sums.encode()}
    return {name: _bring_up_to_date(folder / name, content) for name, content in wanted.items()}


def check(folder: Path) -> dict[str, str]:
    """Name -> the problem with the file and its remedy, "" if it agrees with SHA256SUMS. No maker is run."""
    try:
        names = sorted(_sums(folder))
    except TaskError as error:
        return {SUMS: str(error)}
    return {name: _problem(folder, name) for name in names}


def content(folder: Path, name: str) -> bytes:
    """The bytes of one dataset. Raises TaskError if it is missing, not listed, or differs from SHA256SUMS."""
    sums = _sums(folder)
    if name not in sums:
        raise TaskError(f"{_place(folder, SUMS)} does not list {name}; it lists {', '.join(sorted(sums))}: {REMEDY}")
    data = _read(folder / name)
    if sha256(data).hexdigest() != sums[name]:
        raise TaskError(f"{_place(folder, name)} is not as {SUMS} has it (altered or cut off): {REMEDY}")
    return data


def _problem(folder: Path, name: str) -> str:
    try:
        content(folder, name)
    except TaskError as error:
        return str(error)
    return ""


def _sums(folder: Path) -> dict[str, str]:
    """Name -> checksum. Raises TaskError for a malformed line, a repeated name, or an empty file."""
    lines = _read(folder / SUMS).decode("utf-8", errors="replace").splitlines()
    if not lines:
        raise TaskError(f"{_place(folder, SUMS)} lists no file: {REMEDY}")
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line)
        if not match or match["name"] in sums:
            problem = "names a file twice" if match else "is not '<sha256>  <file name>'"
            raise TaskError(f"{_place(folder, SUMS)}, line {number} {problem}: {REMEDY}")
        sums[match["name"]] = match["sum"]
    return sums


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise TaskError(f"{_place(path.parent, path.name)} is missing: {REMEDY}") from None
    except OSError as error:
        place = _place(path.parent, path.name)
        raise TaskError(f"{place} cannot be read ({error.strerror or error}): put that right, then {REMEDY}") from None


def _made(folder: Path) -> dict[str, bytes]:
    """The files made by all makers. Raises TaskError."""
    made: dict[str, bytes] = {}
    scripts = sorted(folder.glob(MAKERS))
    if not scripts:
        raise TaskError(f"there is no {_place(folder, MAKERS)}: no dataset to make")
    for script in scripts:
        own = _run(script)
        twice = sorted(own.keys() & made.keys())
        if twice:
            raise TaskError(f"{_place(folder, script.name)} makes {twice[0]}, which another maker makes too")
        made |= own
    return made


def _run(script: Path) -> dict[str, bytes]:
    """The files made by one maker. Raises TaskError."""
    place = _place(script.parent, script.name)
    try:
        made = _carry_out(script)
    except (Exception, SystemExit) as error:
        raise TaskError(f"{place} does not run: {type(error).__name__}: {error}") from error
    if not isinstance(made, Mapping) or not made:
        got = type(made).__name__ if made else "nothing"
        raise TaskError(f"{place}: make() must return a dict, file name -> bytes, got {got}")
    for name, data in made.items():
        if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(data, bytes):
            raise TaskError(f"{place}: make() must map file names to bytes, got {name!r} -> {type(data).__name__}")
    return dict(made)


def _carry_out(script: Path) -> object:
    """The result of a script's make(). It runs as a module, as dataclasses require; no bytecode is written."""
    module = ModuleType(script.stem)
    module.__file__ = str(script)
    before = sys.modules.get(script.stem)
    sys.modules[script.stem] = module
    try:
        exec(compile(script.read_bytes(), str(script), "exec"), vars(module))
        return module.make()
    finally:
        del sys.modules[script.stem]
        if before is not None:
            sys.modules[script.stem] = before


def _bring_up_to_date(path: Path, wanted: bytes) -> str:
    try:
        if path.is_file() and path.read_bytes() == wanted:
            return "unchanged"
        write_whole(path, wanted)
    except OSError as error:
        place = _place(path.parent, path.name)
        raise GraderError(
            f"{place} could not be written ({error.strerror or error}); what was there is untouched"
        ) from None
    return "written"


def _place(folder: Path, name: str) -> str:
    """A file as messages name it."""
    return f"{folder.name}/{name}"
