"""Links to folders whose own paths have characters that other programs interpret as patterns.

nbgrader reads the path of a course as a glob and, where it is absolute, as a regular expression; pytest reads brackets
in a file's path as parameters of a test; SQLAlchemy reads a question mark in it as the beginning of options.
"""

from __future__ import annotations

import re
import tempfile
from functools import lru_cache
from pathlib import Path

from autograder.errors import GraderError

PLAIN = re.compile(r"[\w./~ -]*")


def plain_path(folder: Path) -> Path:
    """The folder's absolute path, or a link to it that lives as long as this process. Raises GraderError if no link
    can be made."""
    folder = folder.absolute()
    return folder if PLAIN.fullmatch(str(folder)) else _links() / _link(folder)


def plain_temporary() -> Path:
    """The system's folder for temporary files; /tmp if its path could be taken for a pattern."""
    usual = Path(tempfile.gettempdir())
    return usual if PLAIN.fullmatch(str(usual)) else Path("/tmp")


@lru_cache(maxsize=1)
def _folder_of_links() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="autograder-links-", dir=plain_temporary())


def _links() -> Path:
    return Path(_folder_of_links().name)


@lru_cache(maxsize=64)
def _link(folder: Path) -> str:
    """The name of a link to a folder, made once."""
    name = f"link{len(list(_links().iterdir()))}"
    try:
        (_links() / name).symlink_to(folder, target_is_directory=True)
    except OSError as error:
        raise GraderError(
            f"the path {folder} holds characters that nbgrader reads as a pattern, and no link to it could be made "
            f"({error.strerror}): move the course to a folder without them"
        ) from None
    return name
