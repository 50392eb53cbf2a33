"""Bounds on the outputs of a notebook's cells, whatever they print, display, return or raise."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import nbformat

MAX_OUTPUTS = 200
JSON = re.compile(r"application/(.*\+)?json")  # of other kinds a notebook may have texts alone
PICTURE_IN_HTML = re.compile(r'<img [^<>]*src="data:(image/png|image/jpeg);base64,([A-Za-z0-9+/=]+)">')
MAX_NUMBER = 10**9
PAGE_BYTES = 4 * 2**20  # of one cell, its pictures included
NOTEBOOK_BYTES = 32 * 2**20  # of all cells together
CUT = (
    f"[output cut here: a cell may show {MAX_OUTPUTS} things, {PAGE_BYTES / 2**20:g} MiB in all, and a notebook "
    f"{NOTEBOOK_BYTES / 2**20:g} MiB]\n"
)


def bounded(
    outputs: Sequence[nbformat.NotebookNode], chars: int, most_bytes: float = PAGE_BYTES
) -> list[nbformat.NotebookNode]:
    """The outputs with long texts cut to `chars`, and none after the page is full; truncation is marked.

    most_bytes  a further bound, such as the rest of the notebook's
    """
    kept: list[nbformat.NotebookNode] = []
    left = min(PAGE_BYTES, most_bytes)
    for output in outputs:
        short = _shortened(output, chars)
        left -= size(short)
        if left < 0 or len(kept) == MAX_OUTPUTS:
            return [*kept, nbformat.v4.new_output("stream", name="stderr", text=CUT)]
        kept.append(short)
    return kept


def size(output: nbformat.NotebookNode) -> int:
    """The bytes of an output in a file."""
    return len(json.dumps(output))


def numbered(count: Any) -> int | None:
    """The number of a cell or result: a kernel can send anything in its place."""
    return count if type(count) is int and abs(count) < MAX_NUMBER else None


def _shortened(output: nbformat.NotebookNode, chars: int) -> nbformat.NotebookNode:
    """One output with its texts cut and without foreign parts; a picture is kept as it is."""
    if output.output_type == "stream":
        output.name = "stderr" if output.name == "stderr" else "stdout"
        output.text = _cut(_text(output.text), chars)
    elif output.output_type == "error":
        output.ename, output.evalue = _text(output.ename)[:chars], _cut(_text(output.evalue), chars)
        lines = output.traceback if isinstance(output.traceback, list) else [output.traceback]
        output.traceback = [_cut("\n".join(map(_text, lines)), chars)]
    else:
        output.data = nbformat.from_dict(_data(output.data, chars) or {"text/plain": _cut_note(chars)})
        output.metadata = nbformat.from_dict({})
        if "execution_count" in output:
            output.execution_count = numbered(output.execution_count)
    return output


def _data(data: Any, chars: int) -> dict[str, Any]:
    """The data of an output by kind: pictures, texts, and JSON of kinds that are JSON.

    HTML that is one picture, as `given.show` displays it, becomes that picture.
    """
    kept = {}
    for kind, value in data.items() if isinstance(data, dict) else ():
        tag = PICTURE_IN_HTML.fullmatch(value) if kind == "text/html" and isinstance(value, str) else None
        kind, value = (tag[1], tag[2]) if tag else (kind, value)
        picture = isinstance(value, str) and kind.startswith("image/")
        short = (isinstance(value, str) or JSON.fullmatch(kind)) and len(json.dumps(value)) <= chars
        if picture or short:
            kept[kind] = value
        elif kind == "text/plain" and isinstance(value, str):
            kept[kind] = _cut(value, chars)
    return kept


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars + len(_cut_note(chars)) else text[:chars] + _cut_note(chars)


def _cut_note(chars: int) -> str:
    return f"\n[output cut here: a cell may print {chars:,} characters]\n"
