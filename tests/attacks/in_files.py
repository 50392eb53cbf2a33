"""Attacks in a file, its name or its archive, not in a notebook: the files handed in and the expected messages.

Each function puts something into an empty folder and returns the path to grade. Its docstring's first line describes
the attempt; `said` is the required message about the attacker's submission ("" if it is graded).
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tiny_course import ID

MAX_MIB = 50  # limit of a notebook
Made = Callable[[Path, bytes], Path]
FILES: list[Made] = []


def made(function: Made) -> Made:
    """Register a function as an attack."""
    FILES.append(function)
    return function


def refusal(attack: Made) -> str:
    """The required message about the submission, "" if it is graded."""
    return "".join(re.findall(r"^    said: (.+)$", attack.__doc__ or "", re.MULTILINE))


def _zip(path: Path, **entries: bytes) -> Path:
    """A zip of these entries; their names may have any characters."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


@made
def link_to_the_reference(place: Path, honest: bytes) -> Path:
    """Hands in a link to one of the grader's files instead of a notebook.

    said: the file is a link
    """
    folder = place / "submitted" / "attacker" / ID
    folder.mkdir(parents=True)
    (place / "secret.ipynb").write_bytes(honest)
    (folder / "tiny.ipynb").symlink_to(place / "secret.ipynb")
    return place / "submitted"


@made
def link_to_a_folder(place: Path, honest: bytes) -> Path:
    """Hands in a folder that is a link to a neighbour's work.

    said: is a link
    """
    neighbour = place / "submitted" / "neighbour" / ID
    neighbour.mkdir(parents=True)
    (neighbour / "tiny.ipynb").write_bytes(honest)
    (place / "submitted" / "attacker").mkdir()
    (place / "submitted" / "attacker" / ID).symlink_to(neighbour)
    return place / "submitted"


@made
def zip_with_names_that_lead_outside(place: Path, honest: bytes) -> Path:
    """Hands in a zip whose entries have the names ../../planted.ipynb and /tmp/planted.ipynb."""
    return _zip(place / "class.zip", **{"../../planted.ipynb": honest, "/tmp/planted.ipynb": honest})


@made
def zip_with_a_link(place: Path, honest: bytes) -> Path:
    """Hands in a zip with an entry marked as a link to the neighbour's work.

    said: is a link
    """
    with zipfile.ZipFile(place / "class.zip", "w") as archive:
        entry = zipfile.ZipInfo("attacker.ipynb")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "neighbour.ipynb")
        archive.writestr("neighbour.ipynb", honest)
    return place / "class.zip"


@made
def zip_bomb(place: Path, honest: bytes) -> Path:
    """Hands in a zip of a megabyte that unpacks to a gigabyte.

    said: the file has 1024 MiB; a notebook may have 50
    """
    with zipfile.ZipFile(place / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("attacker.ipynb", "w", force_zip64=True) as entry:
            for _ in range(64):
                entry.write(bytes(2**24))
        archive.writestr("neighbour.ipynb", honest)
    return place / "class.zip"


@made
def zip_that_lies_about_its_size(place: Path, honest: bytes) -> Path:
    """Hands in a zip with an entry of a hundred megabytes that claims to have a thousand bytes.

    said: the zip is damaged there
    """
    path = _zip(place / "class.zip", **{"attacker.ipynb": b" " * (100 * 2**20), "neighbour.ipynb": honest})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + offset
        data[start : start + 4] = struct.pack("<I", 1000)
    path.write_bytes(data)
    return path


@made
def zip_in_a_zip(place: Path, honest: bytes) -> Path:
    """Hands in a zip of zips, each of which holds the next.

    said: there is no notebook
    """
    inner = b"planted"
    for _ in range(50):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("attacker/submission.zip", inner)
        inner = file.getvalue()
    (place / "class.zip").write_bytes(inner)
    return place / "class.zip"


@made
def notebook_of_a_gigabyte(place: Path, honest: bytes) -> Path:
    """Hands in a notebook of a gigabyte.

    said: the file has 1024 MiB; a notebook may have 50
    """
    folder = place / "submitted" / "attacker" / ID
    folder.mkdir(parents=True)
    with open(folder / "tiny.ipynb", "wb") as file:
        file.truncate(2**30)
    return place / "submitted"


@made
def deep_json(place: Path, honest: bytes) -> Path:
    """Hands in lists in lists, a hundred thousand deep.

    said: the file is not a complete notebook
    """
    (place / "attacker.ipynb").write_bytes(b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    return place


@made
def deep_metadata_json(place: Path, honest: bytes) -> Path:
    """Hands in a notebook whose metadata are lists in lists, nine hundred deep."""
    deep = json.loads("[" * 900 + "]" * 900)
    (place / "attacker.ipynb").write_text(json.dumps(json.loads(honest) | {"metadata": {"deep": deep}}))
    return place


@made
def lists_without_end(place: Path, honest: bytes) -> Path:
    """Hands in fifty megabytes of empty lists, which would take gigabytes when read.

    said: the file holds more than 2,000,000 lists and objects
    """
    (place / "attacker.ipynb").write_bytes(b'{"cells": [], "nbformat": 4, "x": [' + b"[]," * (16 * 2**20) + b"0]}")
    return place


SHADOWING = [
    "numpy.py", "json.py", "sitecustomize.py", "ipykernel.py", "autograder.py", "ipython_config.py", "given.py",
    "launch.py", "numpy/__init__.py", "autograder/agent.py",
]  # fmt: skip


@made
def files_that_shadow_modules(place: Path, honest: bytes) -> Path:
    """Hands in files beside the notebook named like NumPy, the kernel, its settings and the grader's agent."""
    folder = place / "submitted" / "attacker" / ID
    for name in SHADOWING:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("import os\nos._exit(0)\n")
    (folder / "tiny.ipynb").write_bytes(honest)
    return place / "submitted"


@made
def links_beside_the_notebook(place: Path, honest: bytes) -> Path:
    """Hands in links beside the notebook to the grader's files and to the root folder."""
    folder = place / "submitted" / "attacker" / ID
    folder.mkdir(parents=True)
    (folder / "tiny.ipynb").write_bytes(honest)
    (folder / "passwords.csv").symlink_to("/etc/passwd")
    (folder / "everything").symlink_to("/")
    os.mkfifo(folder / "pipe.csv")
    return place / "submitted"


@made
def pipe_instead_of_a_file(place: Path, honest: bytes) -> Path:
    """Hands in a named pipe, from which nothing ever comes.

    said: the file is not an ordinary file
    """
    folder = place / "submitted" / "attacker" / ID
    folder.mkdir(parents=True)
    os.mkfifo(folder / "tiny.ipynb")
    return place / "submitted"


NAMES = [
    "$(touch planted)", "a;touch planted", "anna[1]", "*", "-rf", "äöü-学生", "a\nb", "\x1b[2Jred", "<b>bold</b>",
    "{assignment_id}", "x" * 200, "C:\\planted",
]  # fmt: skip


@made
def odd_names(place: Path, honest: bytes) -> Path:
    """Uses file names with shell, glob and control characters, markup, templates, and letters of many scripts."""
    with zipfile.ZipFile(place / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(f"{name}.ipynb", json.dumps(json.loads(honest) | {"metadata": {"number": number}}))
    return place / "class.zip"
