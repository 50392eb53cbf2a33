"""Student ids made from the names that systems write: ids name folders, which nbgrader also reads as globs."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

from autograder.untrusted_text import one_line

KEPT = " -_.@+',"
MAX_BYTES = 120  # a folder's name may have 255, and notebooks add to it


def safe_student(name: str) -> str:
    """A student id that can name a folder on every system and as a glob matches nothing but itself.

    Letters of any script, digits, space and `-_.@+',` stay, all else becomes `_`: slashes, control characters, signs of
    shells and globs, marks that turn the direction of writing, dots and dashes at the beginning.
    """
    name = unicodedata.normalize("NFC", name).strip()
    safe = "".join(character if _is_kept(character) else "_" for character in name)
    safe = _underlined(safe, len(safe) - len(safe.lstrip(".-")), 0)
    safe = _underlined(safe, 0, len(safe) - len(safe.rstrip(".")))
    if len(safe.encode()) > MAX_BYTES:
        safe = _marked(safe, name)
    return safe or "_"


def distinct(names: Iterable[str]) -> dict[str, str]:
    """An id for each name, no two the same, nor the same except for capitals, which some disks do not tell apart.

    If several would be the same, one keeps it if that is its very name; the others end in a mark of their own.
    """
    every = sorted(set(names), key=lambda name: (safe_student(name) != name, name))
    safe = {name: safe_student(name) for name in every}
    shared: dict[str, list[str]] = {}
    for name, id in safe.items():
        shared.setdefault(_folded(id), []).append(name)
    ids: dict[str, str] = {}
    for same in shared.values():
        keeps = same[0] if len(same) == 1 or safe[same[0]] == same[0] else None
        ids |= {name: safe[name] if name == keeps else _marked(safe[name], name) for name in same}
    return ids


def note_of(name: str, id: str) -> tuple[str, ...]:
    """A note on a name that was changed; none if only its encoding was."""
    return () if unicodedata.normalize("NFC", name) == id else (f"The name '{one_line(name)}' was made {id}.",)


def _is_kept(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character in KEPT


def _underlined(text: str, first: int, last: int) -> str:
    return "_" * first + text[first : len(text) - last] + "_" * last


def _marked(id: str, name: str) -> str:
    """An id, shortened if it must be, that ends in some digits of the whole name's hash."""
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{id.encode()[: MAX_BYTES - 9].decode(errors='ignore')}_{mark}"


def _folded(id: str) -> str:
    return unicodedata.normalize("NFC", id.casefold())
