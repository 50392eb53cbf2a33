"""The files in a folder or a zip of hand-ins: listed without following a link, read one at a time.

Nothing is unpacked onto the disk, so a name in a zip leads nowhere; it only shows whose file it is.
"""

from __future__ import annotations

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from autograder.errors import GraderError, Unreadable
from autograder.restore.limits import MAX_NOTEBOOK_BYTES, refuse_large
from autograder.sandbox.own_files import LINK, NOTEBOOKS, read_regular
from autograder.untrusted_text import one_line

MAX_DEPTH = 8  # folders in folders
MAX_LISTED = 200_000  # files and folders of a class
JUNK = {"__macosx", "thumbs.db", "desktop.ini"}
IN_UTF8 = 0x800
ENCRYPTED = 0x1
UNICODE_PATH = 0x7075  # the field in which WinZip and Info-ZIP keep a name in UTF-8
DAMAGED = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    RuntimeError,  # encrypted, or packed in an unknown way (NotImplementedError)
    KeyError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


@dataclass(frozen=True)
class Zipped:
    """A file in a zip: nothing is unpacked onto the disk."""

    archive: Path
    name: str


@dataclass(frozen=True)
class File:
    """A file that was found.

    parts      the names on the way to it, its own the last
    problem    why it cannot be read, "" if nothing is known against it
    is_folder  whether it is a folder that cannot be looked into
    """

    parts: tuple[str, ...]
    content: Path | Zipped
    problem: str = ""
    is_folder: bool = False

    @property
    def is_notebook(self) -> bool:
        """Whether it is named as one."""
        return is_notebook(self.parts[-1])


@dataclass(frozen=True)
class Tree:
    """All files under one folder or in one zip, without hidden files and the leavings of systems."""

    root: Path
    files: tuple[File, ...]
    folders: frozenset[tuple[str, ...]]

    def unwrapped(self) -> Tree | None:
        """The same without the one folder around everything; None if there is no such folder."""
        tops = {file.parts[0] for file in self.files} | {parts[0] for parts in self.folders}
        if len(tops) != 1 or any(len(file.parts) == 1 for file in self.files):
            return None
        files = tuple(replace(file, parts=file.parts[1:]) for file in self.files)
        return Tree(self.root, files, frozenset(parts[1:] for parts in self.folders if len(parts) > 1))


@dataclass(frozen=True)
class FoundFile:
    """One file and the facts that a layout gives of it.

    student     the name as it was found, not yet made safe
    file        None if a student is named without a file
    name        the file's name as the student gave it
    assignment  None if the layout names none
    timestamp   when it was handed in, "" if the layout does not say
    upload      a number that grows from upload to upload, 0 if there is none
    notes       remarks for a person, one sentence each
    """

    student: str
    file: File | None
    name: str = ""
    assignment: str | None = None
    timestamp: str = ""
    upload: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_notebook(self) -> bool:
        """Whether it is named as one."""
        return self.file is not None and is_notebook(self.name)


def is_notebook(name: str) -> bool:
    """Whether a file's name is that of a notebook, as it is or as browsers change it: `x.ipynb.txt`."""
    return name.lower().endswith(NOTEBOOKS)


def stem(name: str) -> str:
    """A file's name without its ending, and without the ending that a browser has added to a notebook's."""
    ending = next((ending for ending in NOTEBOOKS if name.lower().endswith(ending)), "")
    return name[: -len(ending)] if ending else name.rpartition(".")[0]


def in_folder(root: Path) -> Tree:
    """The files under a folder. A link is listed with its problem and not followed.

    Raises GraderError if there is more than can be listed.
    """
    files: list[File] = []
    folders: set[tuple[str, ...]] = set()

    def unreadable(error: OSError) -> None:
        path = Path(error.filename)
        parts = path.relative_to(root).parts or (path.name,)
        files.append(File(parts, path, f"the folder cannot be read: {error.strerror}", is_folder=True))

    for place, inner, names in os.walk(root, onerror=unreadable):
        folder = Path(place)
        way = folder.relative_to(root).parts
        inner[:] = sorted(name for name in inner if not _is_junk(name)) if len(way) < MAX_DEPTH else []
        for name in inner:
            if (folder / name).is_symlink():
                files.append(File((*way, name), folder / name, "the folder is a link", is_folder=True))
            else:
                folders.add((*way, name))
        for name in sorted(name for name in names if not _is_junk(name)):
            files.append(File((*way, name), folder / name, LINK if (folder / name).is_symlink() else ""))
        _refuse_many(root, len(files) + len(folders))
    return Tree(root, tuple(files), frozenset(folders))


def in_zip(path: Path) -> Tree:
    """The files in a zip. Raises GraderError if it cannot be opened, or holds more than can be listed."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        _refuse_many(path, len(entries))
    except DAMAGED as error:
        raise GraderError(f"{path} cannot be opened as a zip: {one_line(str(error))}") from None
    files: dict[tuple[str, ...], File] = {}  # of two entries of one name the last counts, as for every unzip
    folders: set[tuple[str, ...]] = set()
    for entry in entries:
        name = _name(entry).replace("\\", "/")
        parts = tuple(part for part in name.split("/") if part not in ("", ".", ".."))
        if not parts or any(_is_junk(part) for part in parts):
            continue
        inner = parts if name.endswith("/") else parts[:-1]
        folders |= {inner[:depth] for depth in range(1, len(inner) + 1)}
        if not name.endswith("/"):
            files[parts] = File(parts, Zipped(path, entry.filename), _problem(entry))
    return Tree(path, tuple(files.values()), frozenset(folders))


def _refuse_many(place: Path, count: int) -> None:
    if count > MAX_LISTED:
        raise GraderError(f"there are over {MAX_LISTED:,} files in {place}: grade the folders in it one by one")


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK


def _problem(entry: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return LINK
    return "the file is encrypted" if entry.flag_bits & ENCRYPTED else ""


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name. A name without the flag for UTF-8 was read as cp437, but mostly it is UTF-8 all the same."""
    if entry.flag_bits & IN_UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
        return (_unicode_path(entry.extra, raw) or raw).decode("utf-8")
    except UnicodeError:
        return entry.filename


def _unicode_path(extra: bytes, raw: bytes) -> bytes:
    """The name in UTF-8 among an entry's extra fields, if there is one and it is of this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(field) > 5 and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw):
            return field[5:]
    return b""


def read(content: Path | Zipped) -> bytes:
    """The bytes of a file. Raises Unreadable with the reason in one line."""
    if isinstance(content, Zipped):
        return _in_zip(content)
    return read_regular(content, MAX_NOTEBOOK_BYTES, refuse_large)


def size(content: Path | Zipped) -> int:
    """The bytes of a file, not yet read. Raises Unreadable."""
    try:
        if isinstance(content, Path):
            return content.lstat().st_size
        return _archive(content.archive).getinfo(content.name).file_size
    except DAMAGED as error:
        raise Unreadable(f"it cannot be read: {one_line(str(error))}") from None


def _archive(path: Path) -> zipfile.ZipFile:
    """A zip, opened; kept open, since to read its list of contents takes longer than to read a notebook."""
    status = path.stat()
    return _opened(path, status.st_mtime_ns, status.st_size, status.st_ino)


@lru_cache(maxsize=1)
def _opened(path: Path, *version: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def _in_zip(content: Zipped) -> bytes:
    try:
        archive = _archive(content.archive)
        with archive.open(content.name) as file:
            refuse_large(archive.getinfo(content.name).file_size)
            return file.read(MAX_NOTEBOOK_BYTES + 1)
    except DAMAGED as error:
        raise Unreadable(f"the zip is damaged there: {one_line(str(error))}") from None


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence: `a, b and c`."""
    every = [one_line(name) for name in names]
    first = every[:most]
    if len(every) > most:
        return f"{', '.join(first)} and {len(every) - most} more"
    return " and ".join([", ".join(first[:-1]), first[-1]] if len(first) > 1 else first)


def by_place(tree: Tree, depth: int) -> dict[tuple[str, ...], list[File]]:
    """The files by the first names on the way to them, as many as `depth`."""
    places: dict[tuple[str, ...], list[File]] = {}
    for file in tree.files:
        places.setdefault(file.parts[:depth], []).append(file)
    return places
