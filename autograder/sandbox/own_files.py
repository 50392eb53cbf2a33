"""Files that a student handed in beside the notebook: small Python and data files, placed in the kernel's folder.

Handed-out files (given.py, data/) are never replaced. A file that is not used is named with the reason.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
import sysconfig
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath

from autograder.errors import Unreadable
from autograder.untrusted_text import one_line

MAX_FILES = 60
MAX_LOOKED_AT = 500
MAX_FILE_BYTES = 5 * 2**20
MAX_ALL_BYTES = 20 * 2**20
MAX_DEPTH = 4  # folders in folders
MAX_NAMED = 5  # files in one note
NAME_LIMIT = 80  # characters of a file's name in a note
LINK = "the file is a link"
NAME = re.compile(r"\w[\w .,+@()'-]{0,99}")
IGNORED = {"timestamp.txt", "submission_secret.txt", "thumbs.db", "desktop.ini", "__pycache__", "__macosx"}  # no work
NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".ipynb.zip")
NO_DATA = {
    *(".html", ".htm", ".mhtml", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".key", ".pages"),
    *(".zip", ".rar", ".7z", ".tar", ".tgz", ".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc", ".bat", ".sh"),
}
READ_BY_JUPYTER = re.compile(r"(?:ipython|jupyter)\w*config", re.IGNORECASE)
READ_BY_PYTHON = {"sitecustomize", "usercustomize", "autograder", "launch"}
RENAMED = re.compile(r"(?:-\d+|[ _]?\(\d+\))$")  # added by Canvas and browsers to the name of a file that existed


@dataclass(frozen=True)
class OwnFile:
    """One file. `name`: its path relative to the notebook, with slashes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class OwnFiles:
    """The usable files, and notes on the others."""

    files: tuple[OwnFile, ...] = ()
    notes: tuple[str, ...] = ()

    def sha256(self) -> str:
        """A hash of names, contents and notes; "" if there are none."""
        digest = hashlib.sha256()
        for file in sorted(self.files, key=lambda file: file.name):
            digest.update(f"{file.name}\0{len(file.data)}\0".encode() + file.data)
        digest.update("\n".join(self.notes).encode())
        return digest.hexdigest() if self.files or self.notes else ""


NONE = OwnFiles()


@dataclass(frozen=True)
class Candidate:
    """A file that lies beside a notebook.

    name     relative to the notebook's folder, with slashes
    size     returns its size in bytes, before it is read
    read     returns its content; raises Unreadable
    problem  why it cannot be read, "" if nothing is known against it
    """

    name: str
    size: Callable[[], int]
    read: Callable[[], bytes]
    problem: str = ""


def collected(candidates: Iterable[Candidate]) -> OwnFiles:
    """The usable ones of the files, read; of two of one name the last. Notes name the others."""
    files: dict[str, bytes] = {}
    refused: list[str] = []
    notes: list[str] = []
    for number, candidate in enumerate(candidates):
        name = unicodedata.normalize("NFC", candidate.name)
        if _is_ignored(name):
            continue
        place = importable(name)
        try:
            _refuse(place, candidate.problem)
            size = candidate.size()
            if number >= MAX_LOOKED_AT or len(files) >= MAX_FILES:
                raise Unreadable(f"{MAX_FILES} files are the most")
            if size > MAX_FILE_BYTES or size + sum(map(len, files.values())) > MAX_ALL_BYTES:
                limit = MAX_FILE_BYTES if size > MAX_FILE_BYTES else MAX_ALL_BYTES
                raise Unreadable(f"{size / 2**20:.1f} MiB; {limit // 2**20} are the most")
            files[place] = candidate.read()
        except (Unreadable, OSError) as problem:
            refused.append(f"{_shown(name)} ({problem})")
            continue
        if place != name:
            notes.append(f"{_shown(name)} stands beside the notebook as {_shown(place)}.")
    return OwnFiles(tuple(OwnFile(name, data) for name, data in files.items()), (*notes, *_not_used(refused)))


def lying_beside(notebook: Path) -> OwnFiles:
    """The files in the folder of a notebook and below; no link is followed."""
    return collected(_in_folder(notebook.parent))


def usable(own: OwnFiles, handed_out: Sequence[Path]) -> tuple[list[OwnFile], list[str]]:
    """The files to place beside the handed-out ones, and notes on all.

    A file with the name of a handed-out one, or in a handed-out folder, is not used; if it differs, a note says so.
    """
    known = {path.name.casefold(): path for path in handed_out}
    files, refused = [], []
    for file in own.files:
        top, _, rest = file.name.partition("/")
        original = known.get(top.casefold())
        if original is None:
            files.append(file)
        elif not _is_same(original / rest if rest else original, file.data):
            refused.append(f"{_shown(file.name)} (what was handed out under that name is)")
    names = _listed([_shown(file.name) for file in files])
    used = [f"Handed in beside the notebook and used: {names}."] if files else []
    return files, [*own.notes, *used, *_not_used(refused)]


def read_regular(path: Path, most: int, refuse: Callable[[int], None] = lambda size: None) -> bytes:
    """At most `most` + 1 bytes of an ordinary file. Raises Unreadable.

    Follows no link, even one put there since, and reads no pipe, which might never end. `refuse` is called with the
    size first.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(LINK if error.errno == errno.ELOOP else f"the file cannot be read: {error.strerror}") from None
    with os.fdopen(handle, "rb", closefd=True) as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("the file is not an ordinary file")
        refuse(status.st_size)
        return file.read(most + 1)


def importable(name: str) -> str:
    """The name under which a file can be imported, if a system has changed it: `my helpers-1.py` -> `my_helpers.py`.

    Moodle writes a blank for an underscore, Canvas and browsers number a file with the name of an earlier one.
    """
    path = PurePosixPath(name)
    stem = RENAMED.sub("", path.stem).strip().replace(" ", "_")
    if path.suffix != ".py" or path.stem.isidentifier() or not stem.isidentifier():
        return name
    return str(path.with_name(f"{stem}.py"))


def _in_folder(folder: Path) -> Iterator[Candidate]:
    for place, inner, names in os.walk(folder):
        way = Path(place).relative_to(folder).parts
        inner[:] = sorted(name for name in inner if not name.startswith(".")) if len(way) < MAX_DEPTH else []
        for name in sorted(names):
            path = Path(place) / name
            yield Candidate(
                "/".join((*way, name)),
                lambda path=path: path.lstat().st_size,  # type: ignore[misc]
                lambda path=path: read_regular(path, MAX_FILE_BYTES),  # type: ignore[misc]
                LINK if path.is_symlink() else "",
            )


def _is_ignored(name: str) -> bool:
    """Whether a file is not a student's work, or is a notebook (the one that is graded is chosen elsewhere)."""
    parts = name.casefold().split("/")
    hidden = any(part.startswith(".") or part in IGNORED for part in parts)
    return not name or hidden or parts[-1].endswith(NOTEBOOKS)


def _refuse(name: str, problem: str) -> None:
    """Raise Unreadable for a file that must not be placed in the kernel's folder."""
    parts = name.split("/")
    if problem:
        raise Unreadable(problem)
    if len(parts) > MAX_DEPTH or not all(NAME.fullmatch(part) for part in parts):
        raise Unreadable("its name is not one that can be used")
    suffix = PurePosixPath(parts[-1]).suffix.casefold()
    if suffix in NO_DATA:
        raise Unreadable("neither Python nor data")
    first = parts[0].partition(".")[0]
    if READ_BY_JUPYTER.fullmatch(first):
        raise Unreadable("Jupyter reads its settings from a file of that name")
    if suffix == ".py" and (first in READ_BY_PYTHON or _is_known_module(first)):
        raise Unreadable("Python or a package needs a module of that name")


def _is_known_module(name: str) -> bool:
    """Whether a module of that name comes with Python or its packages: a file of that name would hide it."""
    paths = sysconfig.get_paths()
    places = [paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    return name in sys.stdlib_module_names or PathFinder.find_spec(name, places) is not None


def _is_same(original: Path, data: bytes) -> bool:
    try:
        return original.is_file() and original.stat().st_size == len(data) and original.read_bytes() == data
    except OSError:
        return False


def _not_used(refused: Sequence[str]) -> list[str]:
    return [f"Handed in beside the notebook and not used: {_listed(refused)}."] if refused else []


def _listed(words: Sequence[str]) -> str:
    more = [f"{len(words) - MAX_NAMED} more"] if len(words) > MAX_NAMED else []
    return ", ".join([*words[:MAX_NAMED], *more])


def _shown(name: str) -> str:
    return one_line(name, NAME_LIMIT)
