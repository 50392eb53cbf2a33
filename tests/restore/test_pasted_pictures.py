"""Pictures pasted into text cells are kept, shown, and never break a page; other metadata that is kept of a cell."""

from __future__ import annotations

import base64
import json
import time

import nbformat
import pytest
from nbconvert import HTMLExporter
from tiny_course import ID, edited, tiny_course

from autograder.authoring.filled_notebook import as_bytes, filled
from autograder.reports.notebook_html import PICTURE_LIMIT, notebook_html
from autograder.restore import kept_parts, submission
from autograder.restore.kept_parts import EMPTY, harmless_metadata, pictures, resolved
from autograder.restore.read import read
from autograder.restore.submission import Submission, restore

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(200))).decode()
GIF = base64.b64encode(b"GIF89a" + bytes(50)).decode()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(autouse=True)
def in_course(root, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))


def with_text(source: str, attachments: object = None, kind: str = "markdown") -> bytes:
    """A right answer with one more cell at its end."""

    def add(notebook):
        cell = {"cell_type": kind, "metadata": {}, "source": source, "id": "added"}
        notebook.cells.append(nbformat.from_dict(cell | ({"attachments": attachments} if attachments else {})))

    return edited(as_bytes(filled(ID)), add)


def restored(data: bytes) -> Submission:
    return restore(read(data), ID)


def as_formgrader_shows(notebook) -> str:
    """nbconvert's page, made as formgrader's is; it raises for a reference to a missing attachment."""
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    return page


NAMES = {
    "as JupyterLab names it": ("image.png", "![image.png](attachment:image.png)"),
    "a name of its own": ("8f3c-1.png", "![a](attachment:8f3c-1.png)"),
    "a blank": ("my sketch.png", "![a](attachment:my%20sketch.png)"),
    "a blank in brackets": ("my sketch.png", "![a](<attachment:my sketch.png>)"),
    "an umlaut": ("Übung.png", "![a](attachment:Übung.png)"),
    "an umlaut, written out": ("Übung.png", "![a](attachment:%C3%9Cbung.png)"),
    "brackets": ("Bild(1).png", "![a](attachment:Bild(1).png)"),
    "escaped underscores": ("my_sketch_2.png", r"![a](attachment:my\_sketch\_2.png)"),
    "an ampersand": ("a&b.png", "![a](attachment:a&amp;b.png)"),
    "a quote": ("O'Brien.png", "![a](attachment:O'Brien.png)"),
    "by a label": ("image.png", "![a][one]\n\n[one]: attachment:image.png"),
    "with a title": ("image.png", '![a](attachment:image.png "a title")'),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_pasted_picture_is_kept_and_shown(name):
    key, text = NAMES[name]
    handed_in = restored(with_text(text, {key: {"image/png": PNG}}))
    assert handed_in.notes == []
    assert handed_in.notebook.cells[-1].source == text
    assert handed_in.notebook.cells[-1].attachments[key] == {"image/png": PNG}
    nbformat.validate(handed_in.notebook)
    for page in (as_formgrader_shows(handed_in.notebook), notebook_html(handed_in.notebook)):
        assert f'src="data:image/png;base64,{PNG}"' in page


MISSING = {
    "no attachments": ("![a](attachment:a.png)", None),
    "another name": ("![a](attachment:a.png)", {"b.png": {"image/png": PNG}}),
    "no picture": ("![a](attachment:a.html)", {"a.html": {"text/html": "<script>alert(1)</script>"}}),
    "not base64": ("![a](attachment:a.png)", {"a.png": {"image/png": '" onload="alert(1)'}}),
    "no kinds": ("![a](attachment:a.png)", {"a.png": {}}),
    "odd kinds": ("![a](attachment:a.png)", {"a.png": {'image/png"><script>': PNG, "image/png": 5}}),
    "a list": ("![a](attachment:a.png)", [{"a.png": {"image/png": PNG}}]),
    "in brackets": ("![a](<attachment:not there.png>)", None),
    "an umlaut": ("![a](attachment:ä.png)", None),
    "by a label": ("![a][b]\n\n[b]: attachment:c.png", None),
    "nested": ("[![a](attachment:a.png)](https://example.org)", None),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_picture_is_noted_and_breaks_no_page(name):
    handed_in = restored(with_text(*MISSING[name]))
    (note,) = handed_in.notes
    assert note.startswith(f"Cell {len(handed_in.notebook.cells)} shows a picture that is not in the file: ")
    page = as_formgrader_shows(handed_in.notebook)
    assert "alert(1)" not in page
    assert "attachment:" not in page
    assert "data:image" not in notebook_html(handed_in.notebook)
    nbformat.validate(handed_in.notebook)


def test_a_restored_picture_stays_unchanged():
    once = restored(with_text("![a](attachment:ä.png) ![b](attachment:b.png)", {"ä.png": {"image/png": PNG}}))
    again = restored(json.dumps(once.notebook).encode())
    assert again.notes == []
    assert again.notebook.cells == once.notebook.cells


@pytest.mark.parametrize("mime_type", ["image/gif", "image/webp", "image/svg+xml"])
def test_other_pictures_are_kept_for_formgrader_and_named_on_our_page(mime_type):
    handed_in = restored(with_text("![a](attachment:a.gif)", {"a.gif": {mime_type: GIF}}))
    assert f"data:{mime_type};base64,{GIF}" in as_formgrader_shows(handed_in.notebook)
    page = notebook_html(handed_in.notebook)
    assert GIF not in page
    assert "attachment a.gif" in page


def test_pictures_in_lines_and_in_raw_cells_are_kept():
    lines = [PNG[:76] + "\n", PNG[76:]]
    assert restored(with_text("x", {"a.png": {"image/png": lines}})).notebook.cells[-1].attachments["a.png"] == {
        "image/png": PNG
    }
    raw = restored(with_text("plain", {"a.png": {"image/png": PNG}}, kind="raw")).notebook.cells[-1]
    assert (raw.cell_type, raw.source, raw.attachments["a.png"]) == ("raw", "plain", {"image/png": PNG})


# bounds


LARGE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(3 * 2**20)).decode()
MANY = {
    "one shown often": "![a](attachment:a.png)" * 500,
    "one shown often by a label": "![][x]" * 3000 + "\n\n[x]: attachment:a.png",
}


@pytest.mark.parametrize("name", MANY)
def test_a_picture_shown_often_does_not_fill_the_memory(name):
    handed_in = restored(with_text(MANY[name], {"a.png": {"image/png": LARGE}}))
    assert handed_in.notes == [
        f"Cell {len(handed_in.notebook.cells)} shows more pictures than a page can hold: 'a.png' is left out."
    ]
    assert len(as_formgrader_shows(handed_in.notebook)) < submission.MAX_SHOWN
    assert len(notebook_html(handed_in.notebook)) < 2_000_000


def test_our_page_shows_no_picture_that_is_too_large():
    page = notebook_html(restored(with_text("![a](attachment:a.png)", {"a.png": {"image/png": LARGE}})).notebook)
    assert len(LARGE) > PICTURE_LIMIT
    assert LARGE not in page
    assert "attachment a.png" in page


def test_thousands_of_references_take_no_time():
    names = [f"{number}.png" for number in range(5000)]
    text = " ".join(f"![a](attachment:{name})" for name in names)
    started = time.process_time()
    shown, missing = resolved(text * 20, {name: {"image/png": PNG} for name in names})
    assert (len(shown), missing) == (5000, [])
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", ["attachment:" * 50_000, "attachment:" + "(" * 90_000, "<attachment:" * 50_000])
def test_a_text_made_to_take_long_takes_no_time(text):
    started = time.process_time()
    resolved(text, {})
    assert time.process_time() - started < 5


# metadata


HARMLESS = {
    "collapsed": True, "scrolled": False, "name": "my cell", "colab": {"base_uri": "https://example.org", "height": 34},
    "slideshow": {"slide_type": "slide"}, "pycharm": {"name": "#%%\n"}, "id": "x1", "deletable": False,
    "vscode": {"languageId": "python"}, "ExecuteTime": {"end_time": "2026-01-01"}, "tags": ["a", "hide-input"],
}  # fmt: skip
deep: list = []
for _ in range(100):
    deep = [deep]
HARMFUL = {
    "nbgrader": {"grade": True, "points": 1000}, "autograder": {"score": 100}, "execution": {"a": 1},
    "transient": {"remove_source": True}, "deep": deep, "long": "x" * 20_000, "many": list(range(5000)),
    "collapsed": "yes", "name": 5, "jupyter": {"source_hidden": True},
}  # fmt: skip


def test_harmless_metadata_are_kept():
    assert harmless_metadata(HARMLESS) == HARMLESS


@pytest.mark.parametrize("key", HARMFUL)
def test_harmful_metadata_are_not_kept(key):
    assert harmless_metadata({key: HARMFUL[key]}) == {}


@pytest.mark.parametrize(
    ("tags", "kept"),
    [(["a", "a", 5, None, "b c", "<script>"], {"tags": ["a"]}), ("skip-execution", {}), ([deep], {}), ([], {}),
     ([f"t{number}" for number in range(1000)], {"tags": [f"t{number}" for number in range(kept_parts.MAX_TAGS)]})],
)  # fmt: skip
def test_tags_are_words(tags, kept):
    assert harmless_metadata({"tags": tags}) == kept


def test_the_students_own_cells_keep_their_metadata_and_are_valid():
    def add(notebook):
        for kind in ("code", "markdown", "raw"):
            cell = {"cell_type": kind, "metadata": HARMLESS | HARMFUL | {"tags": ["a"]}, "source": "1 + 1"}
            notebook.cells.append(
                nbformat.from_dict(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
            )

    notebook = restored(edited(as_bytes(filled(ID)), add)).notebook
    wanted = {key: value for key, value in HARMLESS.items() if key not in HARMFUL}
    assert [cell.metadata for cell in notebook.cells[-3:]] == [wanted | {"tags": ["a"]}] * 3
    nbformat.validate(notebook)


def test_the_python_that_saved_it_is_kept_and_nothing_else_of_the_notebooks_metadata():
    def save(notebook):
        notebook.metadata = nbformat.from_dict({
            "language_info": {"name": "R", "version": "3.12.1", "x": 1}, "autograder": {"score": 1}, "title": "<b>",
        })  # fmt: skip

    metadata = restored(edited(as_bytes(filled(ID)), save)).notebook.metadata
    assert metadata["language_info"] == {"name": "python", "version": "3.12.1"}
    assert set(metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("version", ["<b>", "3.12.1\n", 3.12, None, ["3"], "3", "9" * 1000])
def test_an_invalid_version_is_not_kept(version):
    def save(notebook):
        notebook.metadata["language_info"] = {"name": "python", "version": version}

    assert restored(edited(as_bytes(filled(ID)), save)).notebook.metadata["language_info"] == {"name": "python"}


def test_an_empty_picture_stands_in_and_is_one():
    shown, missing = resolved("![a](attachment:a.png)", {})
    assert (shown, missing) == ({"a.png": EMPTY}, ["a.png"])
    assert pictures({"a.png": dict(EMPTY)}) == {"a.png": EMPTY}
