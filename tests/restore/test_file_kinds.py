"""Files that are not notebooks: one sentence says what each is and what to do; none gets a zero."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from pathlib import Path

import pytest
from tiny_course import Commands, answered, hand_in, tiny_course

from autograder.collect.handed_in import find
from autograder.errors import Unreadable
from autograder.restore.read import read

NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "metadata": {}, "source": ["x = 'ä\\u00e4'\n", "y = 1"], "outputs": []}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False, indent=1,
)  # fmt: skip


def zipped(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


WEB = "the file is a web page, not a notebook: download the raw file, and hand that in"
ARCHIVE = "not a notebook: unpack it, and hand in the .ipynb file that is in it"
CUT_OFF = "the file is not a complete notebook: it ends in the middle, as after an incomplete upload; ask for it again"
NOT_IN_UTF_8 = "the file is not in UTF-8, as notebooks are: save it again in UTF-8"
KINDS = {
    "GitHub's page": (b"\n\n\n\n\n<!DOCTYPE html>\n<html lang='en'><head></head></html>", WEB),
    "a login page": (b"<html>Please log in</html>", WEB),
    "a page with a comment": (b"<!-- saved from url=(0014)about:internet -->\r\n<HTML><HEAD>", WEB),
    "a page with a mark": (b"\xef\xbb\xbf<!doctype html><title>x</title>", WEB),
    "an XHTML page": (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">', WEB),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "the file is a PDF, not a notebook: hand in the .ipynb file that Jupyter saved"),
    "a zip": (zipped(**{"tiny.ipynb": NOTEBOOK}), f"the file is a zip archive, {ARCHIVE}"),
    "an empty zip": (zipped(), f"the file is an empty zip archive, {ARCHIVE}"),
    "gzip": (gzip.compress(NOTEBOOK.encode()), f"the file is an archive (gzip), {ARCHIVE}"),
    "a picture": (b"\xff\xd8\xff\xe0JFIF", "the file is a picture, not a notebook"),
    "an old Word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the file is an Office document, not a notebook"),
    "rich text": (rb"{\rtf1\ansi}", "the file is a text document (RTF), not a notebook"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d", "the file is a pointer of Git LFS"),
    "empty": (b"", "the file is empty"),
    "blanks": (b" \n\t", "the file is empty"),
    "zeros": (bytes(4096), "the file holds nothing but zeros, as after an upload that failed; ask for it again"),
    "latin-1": (NOTEBOOK.encode("latin-1"), NOT_IN_UTF_8),
    "Windows's encoding": (NOTEBOOK.encode("cp1252"), NOT_IN_UTF_8),
    "the Mac's old encoding": (NOTEBOOK.encode("mac-roman"), NOT_IN_UTF_8),
    "a script": (b"import numpy as np\nx = 1\n", "it holds plain text; hand in the .ipynb file that Jupyter saved"),
    "a mail": (b"Dear Sir,\nattached is my homework", "it holds plain text"),
    "a comma missing": (NOTEBOOK.replace("\"x = 'ä\\\\u00e4'\\n\",", '"x"').encode(), "it is damaged in line"),
    "other JSON": (b'{"name": "no notebook"}', "the file is not a notebook: it has no list of cells"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_told_what_it_is_and_what_to_do(name: str) -> None:
    data, message = KINDS[name]
    with pytest.raises(Unreadable, match=r"^the file") as caught:
        read(data)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("cut", range(30, len(NOTEBOOK.encode()) - 1, 7))
def test_a_file_cut_off_anywhere_is_an_incomplete_upload(cut: int) -> None:
    with pytest.raises(Unreadable, match=f"^{CUT_OFF}$"):
        read(NOTEBOOK.encode()[:cut])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_that_tell_themselves_are_read(encoding: str) -> None:
    assert read(NOTEBOOK.encode(encoding)).cells[0].source.startswith("x = 'ä")


@pytest.mark.parametrize("data", [b"<!--" * 2**20, b"<?xml" * 2**20, b" " * 2**22 + b"<", b"{" * 2**20, b"<" * 2**22])
def test_a_file_made_to_take_long_takes_no_time(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable, match=r"^the file"):
        read(data)
    assert time.process_time() - started < 2


# names that browsers and systems give to a notebook


@pytest.mark.parametrize("name", ["tiny.ipynb.txt", "tiny.ipynb.json", "TINY.IPYNB.TXT", "tiny.ipynb.zip"])
@pytest.mark.parametrize("place", ["ada/04_peeky/", "ada/", "ada_1234_56789_"])
def test_a_notebook_under_another_ending_is_found_with_a_note(tmp_path: Path, name: str, place: str) -> None:
    path = tmp_path / "class" / f"{place}{name}"
    path.parent.mkdir(parents=True)
    path.write_text(NOTEBOOK)
    other = path.parent if place.endswith("_") else tmp_path / "class" / place.replace("ada", "bob")
    other.mkdir(exist_ok=True, parents=True)
    (other / "bob_1235_56780_peeky.ipynb").write_text(NOTEBOOK)
    one, _ = find(tmp_path / "class")
    assert one.student in ("ada", "ada_1234")
    assert one.read() == NOTEBOOK.encode()
    assert one.notes == (f"It was handed in as {name}, and read as a notebook.",)


def test_in_a_flat_folder_the_student_has_no_ending(tmp_path: Path) -> None:
    for name in ("ada.ipynb.txt", "bob.ipynb", "eve.v2.ipynb.json"):
        (tmp_path / name).write_text(NOTEBOOK)
    assert [one.student for one in find(tmp_path)] == ["ada", "bob", "eve.v2"]


def test_a_text_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "notes.txt").write_text("x")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "x.ipynb").write_text(NOTEBOOK)
    ada, bob = find(tmp_path)
    assert ada.problem == "there is no notebook among what was handed in (notes.txt)"
    assert bob.notes == ()


@pytest.mark.slow
def test_a_class_with_such_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    root = tiny_course(tmp_path)
    hand_in(root, "ash", answered(root), name="tiny.ipynb.txt")
    hand_in(root, "beech", KINDS["GitHub's page"][0])
    submitted = hand_in(root, "cedar", answered(root)[:2000])
    ran = Commands(root, monkeypatch, capsys)("grade", submitted, "--jobs", "1", "--json", tmp_path / "records.json")
    assert ran.status == 1
    ash, beech, cedar = json.loads((tmp_path / "records.json").read_text())
    assert ash["score"] == 100
    assert ash["output"].startswith("It was handed in as tiny.ipynb.txt, and read as a notebook.")
    assert (beech["extra_data"]["not_graded"], cedar["extra_data"]["not_graded"]) == (WEB, CUT_OFF)
