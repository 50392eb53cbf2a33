"""A student's notebook as a piece of HTML: their text, code and outputs, and nothing that could act.

Three layers, each enough alone against a script: only harmless parts of the notebook are copied (no output or
attachment but text and pictures, no metadata), nbconvert sanitizes what it renders, and the page
around forbids scripts and every address (Content-Security-Policy). No file is read: pictures that a text
cell names by path stay away, for nbconvert would embed any file below the working directory, suites included.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import bleach  # type: ignore[import-untyped]
import nbformat
from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML

from autograder import course
from autograder.reports.plain_text import clean
from autograder.restore.kept_parts import EMPTY, resolved, shown_size

ANCHOR = "cell-id="  # nbconvert's prefix of a cell's id
CELL_LIMIT = 400
SOURCE_LIMIT = 20_000
OUTPUT_LIMIT = 4_000
OUTPUTS_PER_CELL = 20
TEXTS_LIMIT = 200_000  # characters of all cells' texts together, and of all outputs: a page takes seconds to be made
PICTURE_LIMIT = 2_000_000  # characters of base64
PICTURES_LIMIT = 12_000_000  # of all pictures of a notebook
COLOURED_LIMIT = 40_000  # words and signs of code that are coloured: sanitizing 10,000 of them takes two seconds

MUTE = "<Figure"
WORDS = re.compile(r"\w+|[^\w\s]")
_PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
_TAGS = {
    *("a", "abbr", "b", "br", "code", "del", "em", "i", "img", "kbd", "s", "span", "strong", "sub", "sup", "u"),
    *("blockquote", "details", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "summary"),
    *("dd", "dl", "dt", "li", "ol", "ul", "table", "tbody", "td", "th", "thead", "tr"),
}


class _Budget:
    """The characters of pictures, of texts and of outputs that may still be shown."""

    def __init__(self) -> None:
        self.left = PICTURES_LIMIT
        self.texts_left = self.outputs_left = TEXTS_LIMIT

    def text(self, text: str) -> str:
        """A cell's text, as much of it as may still be shown."""
        shown = _with_short_blanks(clean(text, min(SOURCE_LIMIT, self.texts_left)))
        self.texts_left = max(0, self.texts_left - len(shown))
        return shown

    def output(self, text: str) -> nbformat.NotebookNode:
        """A cell's printed output, as much of it as may still be shown."""
        shown = clean(text, min(OUTPUT_LIMIT, self.outputs_left))
        self.outputs_left = max(0, self.outputs_left - len(shown))
        return _node(output_type="stream", name="stdout", text=shown)

    def takes(self, size: int) -> bool:
        """Whether a picture of this size fits; if so it is counted."""
        fits = size <= min(self.left, PICTURE_LIMIT)
        self.left -= size if fits else 0
        return fits


def notebook_html(notebook: nbformat.NotebookNode, questions: Collection[str] = ()) -> Markup:
    """The notebook as HTML, safe to put into a page.

    questions   ids whose check cells get the anchor `cell-id=<id>`
    """
    copy = harmless_copy(notebook, questions)
    try:
        body, _ = _exporter().from_notebook_node(copy)
    except Exception:  # any text of a student's, however odd, must leave the rest of the feedback readable
        return _plain(copy)
    return Markup(body)


def harmless_copy(notebook: nbformat.NotebookNode, questions: Collection[str] = ()) -> nbformat.NotebookNode:
    """A new notebook with the cells' text and the harmless ones of their outputs, all bounded."""
    budget = _Budget()
    cells = [_cell(cell, budget) for cell in notebook.cells[:CELL_LIMIT]]
    if len(notebook.cells) > CELL_LIMIT:
        cells.append(_text_cell(f"[... {len(notebook.cells) - CELL_LIMIT} more cells are not shown]"))
    _name_cells(cells, notebook.cells, questions)
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    return _node(cells=cells, metadata=language, nbformat=4, nbformat_minor=5)


def _exporter() -> Any:
    make: Any = HTMLExporter
    # clean_html is replaced: nbconvert's own (7.17) shows the tags of a heading or paragraph as text
    return make(
        template_name="basic",
        sanitize_html=True,
        embed_images=False,
        exclude_anchor_links=True,
        filters={"clean_html": _sanitized, "highlight_code": _Colours()},
    )


class _Colours:
    """nbconvert's filter for code: coloured as long as COLOURED_LIMIT allows, plain from there on."""

    def __init__(self) -> None:
        make: Any = Highlight2HTML
        self._colour: Any = make(pygments_lexer="ipython3")
        self._left = COLOURED_LIMIT

    def __call__(self, source: str, language: str | None = None, metadata: Any = None) -> Any:
        words = len(WORDS.findall(source))
        if words > self._left:
            return f'<div class="highlight hl-ipython3"><pre>{escape(source)}\n</pre></div>'
        self._left -= words
        return self._colour(source, language=language, metadata=metadata)


def _sanitized(html: Any) -> Markup:
    return Markup(bleach.clean(str(html), tags=_TAGS, attributes=_attribute_kept, protocols=["http", "https", "data"]))


def _attribute_kept(tag: str, name: str, value: str) -> bool:
    """Links lead out or to a place on the page; a picture carries its own data; classes colour code."""
    if tag == "a" and name == "href":
        return value.startswith(("https://", "http://", "#"))
    if tag == "img":
        return name == "alt" or (name == "src" and value.startswith(("data:image/png;", "data:image/jpeg;")))
    return name == "class" and tag in ("span", "div", "pre")


def _cell(cell: nbformat.NotebookNode, budget: _Budget) -> nbformat.NotebookNode:
    source = budget.text(_joined(cell.get("source", "")))
    if cell.cell_type == "markdown":
        return _written(source, cell.get("attachments", {}), budget)
    return _node(
        cell_type="code",
        metadata={},
        source=source,
        execution_count=_count(cell),
        outputs=list(_outputs(cell.get("outputs", []), budget)),
    )


def _written(source: str, attached: Mapping[str, Mapping[str, str]], budget: _Budget) -> nbformat.NotebookNode:
    """A text cell with the pictures pasted into it, or the name of one in its place if it is not shown."""
    shown = {name: kinds for name, kinds in _pasted(attached) if budget.takes(shown_size(source, name, kinds))}
    _, missing = resolved(source, shown)
    for name in missing:
        source = source.replace(f"attachment:{name}", f"attachment {name}")
    pictures, _ = resolved(source, shown)
    return _node(cell_type="markdown", metadata={}, source=source, **({"attachments": pictures} if pictures else {}))


def _pasted(attached: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """(name, picture by its kind) of the attachments that are pictures of that kind indeed."""
    for name, kinds in attached.items():
        for mime_type, start in _PICTURES.items():
            encoded = kinds.get(mime_type, "")
            if kinds != EMPTY and _begins(encoded, start):
                yield name, {mime_type: encoded}


def _with_short_blanks(text: str) -> str:
    """A text without hundreds of blanks or blank lines in a row: pygments looks through each from its every place."""
    return re.sub(r"(?:[ \t]*\n){10,}", "\n" * 10, re.sub(r"[ \t]{100,}", " " * 100, text))


def _name_cells(copies: list[Any], cells: list[Any], questions: Collection[str]) -> None:
    """Give every copy a unique id: its question's, the first time, else its number."""
    taken: set[str] = set()
    for number, copy in enumerate(copies):
        anchor = _anchor(cells[number], questions)
        copy["id"] = anchor if anchor and anchor not in taken else f"number-{number}"
        taken.add(anchor)


def _anchor(cell: nbformat.NotebookNode, questions: Collection[str]) -> str:
    """The question whose check cell this is, "" for every other cell."""
    marked = cell.get("metadata", {}).get("nbgrader", {})
    grade_id = str(marked.get("grade_id", ""))
    return course.question_id(grade_id, questions) if marked.get("grade") else ""


def _count(cell: nbformat.NotebookNode) -> int | None:
    count = cell.get("execution_count")
    return count if isinstance(count, int) else None


def _outputs(outputs: list[Any], budget: _Budget) -> Iterator[nbformat.NotebookNode]:
    for output in outputs[:OUTPUTS_PER_CELL]:
        yield _output(output, budget)
    if len(outputs) > OUTPUTS_PER_CELL:
        yield budget.output(f"[... {len(outputs) - OUTPUTS_PER_CELL} more outputs are not shown]")


def _output(output: Any, budget: _Budget) -> nbformat.NotebookNode:
    kind = output.get("output_type")
    if kind == "stream":
        return budget.output(_joined(output.get("text", "")))
    if kind == "error":
        traceback = "\n".join(map(_joined, output.get("traceback") or [output.get("evalue", "")]))
        return budget.output(traceback)
    return _displayed(output.get("data", {}), budget)


def _displayed(data: Any, budget: _Budget) -> nbformat.NotebookNode:
    """A picture if there is one that is of its kind indeed and fits, else the output's plain text.

    The plain text says what is on the picture, unless it is matplotlib's, which says its size.
    """
    words = _joined(data.get("text/plain", ""))
    for mime_type, start in _PICTURES.items():
        encoded = "".join(_joined(data.get(mime_type, "")).split())
        if _begins(encoded, start) and budget.takes(len(encoded)):
            described = {} if words.startswith(MUTE) else {mime_type: {"alt": clean(words, OUTPUT_LIMIT)}}
            return _node(output_type="display_data", data={mime_type: encoded}, metadata=described)
    kinds = ", ".join(sorted(map(str, data)))
    return budget.output(words or f"[an output of type {kinds} is not shown]")


def _begins(encoded: str, start: bytes) -> bool:
    """Whether the text is pure base64 of bytes that begin with `start`."""
    if not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", encoded):
        return False
    try:
        return binascii.a2b_base64(encoded).startswith(start)
    except binascii.Error:
        return False


def _text_cell(source: str) -> nbformat.NotebookNode:
    return _node(cell_type="markdown", metadata={}, source=source)


def _node(**fields: Any) -> nbformat.NotebookNode:
    build: Any = nbformat.from_dict
    node: nbformat.NotebookNode = build(fields)
    return node


def _joined(text: Any) -> str:
    """Text as notebooks store it: a string or a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _plain(notebook: nbformat.NotebookNode) -> Markup:
    """Every cell as escaped text, for a notebook that nbconvert cannot render."""
    texts = (
        cell.source + "".join("\n" + o.get("text", "") for o in cell.get("outputs", [])) for cell in notebook.cells
    )
    return Markup("\n").join(Markup("<pre class='cell'>{}</pre>").format(escape(text)) for text in texts)
