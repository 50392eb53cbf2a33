"""The parts of an untrusted cell kept beside its text: pasted pictures and plain metadata, all bounded."""

from __future__ import annotations

import base64
import html
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

MAX_DEPTH = 8
MAX_VALUES = 500  # in the metadata of one cell
MAX_CHARACTERS = 10_000  # ... and in all its texts together
MAX_TAGS = 20
MAX_NAME = 300  # characters in the name of a picture
MAX_REFERENCES = 200  # to pictures, in one cell
TAG = re.compile(r"[\w.:-]{1,100}")
PICTURE = re.compile(r"image/[a-z0-9.+-]{1,40}")
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
REFERENCES = [
    re.compile(r"attachment:((?:[^\s()<>\"']|\([^\s()<>\"']*\))+)"),
    re.compile(r"attachment:((?:[^\s()<>]|\([^\s()<>]*\))+)"),
    re.compile(r"<attachment:([^<>\n]+)>"),
]
BY_LABEL = re.compile(r"\][ \t]{0,9}:\s{0,9}<?attachment:")  # a picture named once can be shown many times
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
IN_A_LINK = ":/?#@!$&()*+,;=%"  # characters that mistune, which nbconvert reads Markdown with, leaves as they are
# The format defines the types of these; other metadata is not checked for its type.
TYPES: dict[str, type] = {"collapsed": bool, "scrolled": bool, "name": str, "format": str, "title": str}
NOT_KEPT = {"nbgrader", "autograder", "tags", "execution", "transient", "jupyter"}


def harmless_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """A cell's metadata, with well-formed tags, but without anything that a grader or a page acts on."""
    kept: dict[str, Any] = {}
    left = [MAX_VALUES, MAX_CHARACTERS]
    for key, value in metadata.items():
        if key in NOT_KEPT or not isinstance(value, TYPES.get(key, object)):
            continue
        if _is_plain(key, left) and _is_plain(value, left):
            kept[key] = value
    tags = metadata.get("tags")
    words = [tag for tag in tags if isinstance(tag, str) and TAG.fullmatch(tag)] if isinstance(tags, list) else []
    if words:
        kept["tags"] = list(dict.fromkeys(words))[:MAX_TAGS]
    return kept


def _is_plain(value: Any, left: list[int], depth: int = 0) -> bool:
    """Whether a value is JSON, not too deep, and within the values and characters `left`, which are reduced."""
    left[0] -= 1
    left[1] -= len(value) if isinstance(value, str) else 0
    if min(left) < 0 or depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_is_plain(key, left, depth) and _is_plain(value[key], left, depth + 1) for key in value)
    if isinstance(value, list):
        return all(_is_plain(item, left, depth + 1) for item in value)
    return value is None or isinstance(value, str | int | float | bool)


def pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """The pictures among a cell's attachments, by name and kind, in base64; everything else is left out."""
    kept: dict[str, dict[str, str]] = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        known = dict(_encoded(kinds)) if isinstance(kinds, dict) and len(name) <= MAX_NAME else {}
        if known:
            kept[_sendable(name)] = known
    return kept


def _encoded(kinds: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, data in kinds.items():
        text = "".join(map(str, data)) if isinstance(data, list) else data
        if PICTURE.fullmatch(kind) and isinstance(text, str):
            text = "".join(text.split())
            if text and BASE64.fullmatch(text):
                yield kind, text


def _sendable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def resolved(source: str, attached: Mapping[str, dict[str, str]]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """A cell's pictures, under every name by which its text refers to them, and the references without a picture.

    nbconvert, and so formgrader, does not show a notebook at all if one reference is broken. A reference may spell a
    picture's name differently (`%20` for a blank); an empty picture stands in for a missing one.
    """
    shown, missing, references = dict(attached), [], _references(source)
    for reference in references:
        plain = ESCAPED.sub(r"\1", reference)
        names = [reference, plain, unquote(plain), html.unescape(plain)]
        known = next((attached[name] for name in names if name in attached), EMPTY)
        if known == EMPTY:
            missing.append(reference)
        for name in (reference, plain, quote(html.unescape(plain), safe=IN_A_LINK)):
            shown.setdefault(name, dict(known))
    return shown, [name for name in missing if not any(_is_part(name, other) for other in references)]


def _is_part(name: str, other: str) -> bool:
    """Whether a reference is a prefix of another, cut at a blank or a quote."""
    return len(name) < len(other) and other.startswith(name)


def shown_size(source: str, name: str, kinds: Mapping[str, str]) -> int:
    """The number of characters that a picture takes on a page, where it is repeated each time the text shows it."""
    times = source.count("![") if BY_LABEL.search(source) else source.count(f"attachment:{name}")
    return max(1, times) * sum(map(len, kinds.values()))


def _references(source: str) -> list[str]:
    if "attachment:" not in source:
        return []
    references = dict.fromkeys(match for pattern in REFERENCES for match in pattern.findall(source))
    return [name for name in references if len(name) <= MAX_NAME][:MAX_REFERENCES]


def _empty_picture() -> str:
    """A transparent picture of one point, as PNG in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(5))), chunk(b"IEND", b"")]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


EMPTY = {"image/png": _empty_picture()}
