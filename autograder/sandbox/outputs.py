"""What one cell may leave on the page: bounded, whatever it prints, displays, returns or raises."""

from __future__ import annotations

import json
from collections.abc import Sequence

import nbformat

MAX_OUTPUTS = 200
PAGE_BYTES = 4 * 2**20  # of one cell, its pictures included


def bounded(outputs: Sequence[nbformat.NotebookNode], chars: int) -> list[nbformat.NotebookNode]:
    """The outputs with long texts cut to `chars`, and none after the page is full; what is cut is said."""
    kept: list[nbformat.NotebookNode] = []
    left = PAGE_BYTES
    for output in outputs:
        short = _shortened(output, chars)
        left -= len(json.dumps(short))
        if left < 0 or len(kept) == MAX_OUTPUTS:
            said = f"[output cut here: a cell may show {MAX_OUTPUTS} things, {PAGE_BYTES / 2**20:g} MiB in all]\n"
            return [*kept, nbformat.v4.new_output("stream", name="stderr", text=said)]
        kept.append(short)
    return kept


def _shortened(output: nbformat.NotebookNode, chars: int) -> nbformat.NotebookNode:
    """One output, its texts cut; a picture is kept as it is."""
    if output.output_type == "stream":
        output.text = _cut(output.text, chars)
    elif output.output_type == "error":
        output.ename, output.evalue = output.ename[:chars], _cut(output.evalue, chars)
        output.traceback = [_cut("\n".join(output.traceback), chars)]
    else:
        data = {kind: value for kind, value in output.data.items() if kind.startswith("image/")}
        data |= {kind: _cut(value, chars) for kind, value in output.data.items() if kind == "text/plain"}
        data |= {kind: value for kind, value in output.data.items() if len(json.dumps(value)) <= chars}
        output.data = nbformat.from_dict(data or {"text/plain": _said(chars)})
        output.metadata = nbformat.from_dict({})
    return output


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars + len(_said(chars)) else text[:chars] + _said(chars)


def _said(chars: int) -> str:
    return f"\n[output cut here: a cell may print {chars:,} characters]\n"
