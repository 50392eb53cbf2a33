"""The submissions found in folders and zips downloaded from learning platforms: students, times and notes.

Every sample is made here, with the file names that the platform itself writes; nothing is graded.
"""

from __future__ import annotations

import contextlib
import glob
import io
import json
import os
import pickle
import shutil
import stat
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.collect import files, timestamps
from autograder.collect.handed_in import HandedIn, find
from autograder.collect.student_ids import MAX_BYTES, distinct, note_of, safe_student
from autograder.errors import GraderError, Unreadable
from autograder.restore import limits

FIRST, SECOND = "01_rnn_lm_sampling", "02_seq2seq"
FIRST_NAME, SECOND_NAME = "rnn_lm_sampling.ipynb", "seq2seq.ipynb"
CAME = "2026-11-18 22:10:05 UTC"
LATER = "2026-11-18 23:00:00 UTC"
Files = Mapping[str, bytes]
Way = Callable[[Path, Files], Path]


def in_folder(place: Path, files: Files) -> Path:
    shutil.rmtree(place / "class", ignore_errors=True)
    for name, data in files.items():
        path = place / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place / "class"


def in_zip(place: Path, files: Files) -> Path:
    with zipfile.ZipFile(place / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place / "class.zip"


def in_wrapped_zip(place: Path, files: Files) -> Path:
    return in_zip(place, {f"what was downloaded/{name}": data for name, data in files.items()})


WAYS = {"folder": in_folder, "zip": in_zip, "zip with a folder around everything": in_wrapped_zip}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def laid_out(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Files], Path]:
    """Lay out files in a folder, in a zip, or in a zip with one folder around everything."""
    way: Way = request.param
    return lambda files: way(tmp_path, files)


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[[Files], Path]:
    return lambda files: in_zip(tmp_path, files)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Files], Path]:
    return lambda files: in_folder(tmp_path, files)


def told(one: HandedIn) -> str:
    """The bytes of a file as text, or the reason why it cannot be read."""
    try:
        return one.read().decode(errors="replace")
    except Unreadable as problem:
        return f"! {problem}"


def summary(handed_in: list[HandedIn]) -> list[tuple[str, str | None, str]]:
    return [(one.student, one.assignment, told(one)) for one in handed_in]


METADATA = b"""---
submission_456:
  :submitters:
  - :name: Ada Lovelace
    :sid: '00123'
    :email: ada@example.org
  :created_at: 2026-11-18 22:10:05.123456789 Z
  :score: 12.5
  :status: processed
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
  :history:
  - :id: 455
    :created_at: 2026-11-17 08:00:00.000000000 Z
submission_457:
  :submitters:
  - :name: Grace Hopper
    :sid:
    :email: grace@example.org
  - :name: Alan Turing
    :sid: null
    :email: ''
  :created_at: 2026-11-18 15:00:00.000000000 -08:00
submission_458:
  :submitters:
  - :name: Emmy Noether
    :sid: '77'
    :email: emmy@example.org
  :created_at: 2026-11-18 22:10:05.000000000 Z
"""

# The files, and (student, assignment, bytes) of each submission to be found.
LAYOUTS: dict[str, tuple[dict[str, bytes], list[tuple[str, str | None, str]]]] = {
    "nbgrader": (
        {
            f"ada/{FIRST}/{FIRST_NAME}": b"1",
            f"ada/{FIRST}/timestamp.txt": b"2026-11-18 22:10:05 UTC\n",
            f"ada/{SECOND}/{SECOND_NAME}": b"2",
            f"bob/{FIRST}/homework (1).ipynb": b"3",
            "bob/09_nothing/x.ipynb": b"4",
            f"eve/{FIRST}/report.pdf": b"5",
            f"eve/{FIRST}/timestamp.txt": b"2026-11-18 22:10:05 UTC\n",
        },
        [
            ("ada", FIRST, "1"),
            ("ada", SECOND, "2"),
            ("bob", FIRST, "3"),
            ("bob", "09_nothing", "4"),
            ("eve", FIRST, "! there is no notebook among what was handed in (report.pdf)"),
        ],
    ),
    "flat": (
        {"ada.ipynb": b"1", "Bob Smith.IPYNB": b"2", "marks.csv": b""},
        [("Bob Smith", None, "2"), ("ada", None, "1")],
    ),
    "a folder for each student": (
        {"ada/x.ipynb": b"1", "bob/x.ipynb": b"2", "eve/report.pdf": b"3"},
        [
            ("ada", None, "1"),
            ("bob", None, "2"),
            ("eve", None, "! there is no notebook among what was handed in (report.pdf)"),
        ],
    ),
    "Moodle, with folders": (
        {
            "Ada Lovelace_123456_assignsubmission_file_/x.ipynb": b"1",
            "Ada Lovelace_123456_assignsubmission_onlinetext_/onlinetext.html": b"see file",
            "Bob O'Neil_7_assignsubmission_file/part/x.ipynb": b"2",
            "Eve_8_assignsubmission_onlinetext/onlinetext.html": b"3",
        },
        [
            ("Ada Lovelace_123456", None, "1"),
            ("Bob O'Neil_7", None, "2"),
            ("Eve_8", None, "! there is no notebook among what was handed in (onlinetext.html)"),
        ],
    ),
    "Moodle, without folders": (
        {
            "Ada Lovelace_123456_assignsubmission_file_my_x.ipynb": b"1",
            "Ada Lovelace_123456_assignsubmission_onlinetext_onlinetext.html": b"",
            "José García_8_assignsubmission_file_x.ipynb": b"2",
            "Eve_9_assignsubmission_file_report.pdf": b"3",
        },
        [
            ("Ada Lovelace_123456", None, "1"),
            ("Eve_9", None, "! there is no notebook among what was handed in (report.pdf)"),
            ("José García_8", None, "2"),
        ],
    ),
    "Moodle, marked blind": (
        {
            "Participant_123456_assignsubmission_file_/x.ipynb": b"1",
            "Participant_123457_assignsubmission_file_/x.ipynb": b"2",
        },
        [("Participant_123456", None, "1"), ("Participant_123457", None, "2")],
    ),
    "Moodle, groups": (
        {
            "Group A_17_assignsubmission_file/x.ipynb": b"1",
            "Default group_assignsubmission_file/x.ipynb": b"2",
        },
        [("Default group", None, "2"), ("Group A_17", None, "1")],
    ),
    "Canvas": (
        {
            "lovelaceada_1234_56789_x.ipynb": b"1",
            "smith_jrbob_LATE_1235_56790_my_12_x-1.ipynb": b"2",
            "eve_1236_text.html": b"3",
            "noetheremmy_1237_56791_work.zip": b"4",
        },
        [
            ("eve_1236", None, "! there is no notebook among what was handed in (text.html)"),
            ("lovelaceada_1234", None, "1"),
            (
                "noetheremmy_1237",
                None,
                "! there is no notebook among what was handed in (work.zip; a zip in it is not opened)",
            ),
            ("smith_jrbob_1235", None, "2"),
        ],
    ),
    "Canvas, anonymous": (
        {"anon_Ab1c2_56789_x.ipynb": b"1", "LATE_anon_Zz9y8_56790_x.ipynb": b"2"},
        [("anon_Ab1c2", None, "1"), ("anon_Zz9y8", None, "2")],
    ),
    "Gradescope": (
        {
            "submission_metadata.yml": METADATA,
            "submission_456/x.ipynb": b"1",
            "submission_457/inner/x.ipynb": b"2",
            "submission_459/x.ipynb": b"3",
        },
        [
            ("00123", None, "1"),
            ("77", None, "! there is no notebook in the folder"),
            ("Alan Turing", None, "2"),
            ("grace@example.org", None, "2"),
            ("submission_459", None, "3"),
        ],
    ),
    "Blackboard": (
        {
            "Homework_1_a_smith_attempt_2026-01-30-15-00-00_x.ipynb": b"1",
            "Homework_1_a_smith_attempt_2026-01-30-15-00-00.txt": b"Name: A Smith",
            "Homework_1_b_smith_attempt_2026-01-30-16-00-00.txt": b"Name: B Smith",
        },
        [
            ("a_smith", None, "1"),
            ("b_smith", None, "! there is no notebook among what was handed in (the receipt)"),
        ],
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_read_as_a_folder_and_as_a_zip(laid_out: Callable[[Files], Path], name: str) -> None:
    given_files, expected = LAYOUTS[name]
    assert summary(find(laid_out(given_files))) == expected


@pytest.mark.parametrize("name", LAYOUTS)
def test_files_left_by_operating_systems_change_nothing(laid_out: Callable[[Files], Path], name: str) -> None:
    given_files, expected = LAYOUTS[name]
    junk = {f"__MACOSX/{path}": b"junk" for path in given_files}
    junk |= {str(Path(path).parent / ".ipynb_checkpoints" / "old-checkpoint.ipynb"): b"old" for path in given_files}
    junk |= {
        str(Path(path).parent / name): b"" for path in given_files for name in (".DS_Store", "Thumbs.db", "._x.ipynb")
    }
    assert summary(find(laid_out({**given_files, **junk}))) == expected


def test_only_the_wanted_assignment_is_found(folder: Callable[[Files], Path]) -> None:
    place = folder({f"ada/{FIRST}/x.ipynb": b"1", f"ada/{SECOND}/x.ipynb": b"2", "bob.ipynb": b"3"})
    assert summary(find(place, SECOND)) == [("ada", SECOND, "2"), ("bob", None, "3")]


def test_one_notebook_is_the_student_it_is_named_for(tmp_path: Path) -> None:
    (tmp_path / "ada[1].ipynb").write_bytes(b"1")
    (one,) = find(tmp_path / "ada[1].ipynb")
    assert (one.student, told(one)) == ("ada_1_", "1")
    assert one.notes == ("The name 'ada[1]' was made ada_1_.",)


def test_an_empty_folder_of_an_assignment_is_named(tmp_path: Path) -> None:
    (tmp_path / "ada" / FIRST).mkdir(parents=True)
    assert summary(find(tmp_path)) == [("ada", FIRST, "! there is no notebook in the folder")]


def test_an_empty_folder_of_moodles_is_named(folder: Callable[[Files], Path]) -> None:
    place = folder({"Ada_1_assignsubmission_file_/x.ipynb": b"1"})
    (place / "Bob_2_assignsubmission_file_").mkdir()
    assert summary(find(place)) == [("Ada_1", None, "1"), ("Bob_2", None, "! there is no notebook in the folder")]


def test_a_notebook_put_beside_moodles_folders_is_not_lost(folder: Callable[[Files], Path]) -> None:
    place = folder({"Ada_1_assignsubmission_file_/x.ipynb": b"1", "by mail.ipynb": b"2"})
    assert summary(find(place)) == [("Ada_1", None, "1"), ("by mail", None, "2")]


def test_a_few_digits_do_not_make_it_canvas(laid_out: Callable[[Files], Path]) -> None:
    """Otherwise these would count as two files of one student, and one of them would not be graded."""
    handed_in = find(laid_out({"hw_1_1_ada.ipynb": b"1", "hw_1_2_bob.ipynb": b"2"}))
    assert summary(handed_in) == [("hw_1_1_ada", None, "1"), ("hw_1_2_bob", None, "2")]
    handed_in = find(laid_out({"ada_2026_1118_x.ipynb": b"1", "bob.ipynb": b"2"}))
    assert summary(handed_in) == [("ada_2026_1118_x", None, "1"), ("bob", None, "2")]


def test_the_only_folder_of_the_only_student_is_no_wrapper(zipped: Callable[[Files], Path]) -> None:
    assert summary(find(zipped({f"ada/{FIRST}/x.ipynb": b"1"}))) == [("ada", FIRST, "1")]
    assert summary(find(zipped({f"ada/{FIRST_NAME}": b"1"}))) == [("ada", None, "1")]
    assert summary(find(zipped({"class/ada.ipynb": b"1"}))) == [("ada", None, "1")]


def test_the_unknown_assignment_of_the_only_student_is_still_named(tmp_path: Path) -> None:
    path = tmp_path / "submitted" / "ada" / "09_nothing" / "x.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"1")
    assert summary(find(tmp_path / "submitted")) == [("ada", "09_nothing", "1")]


def test_a_zip_in_a_zip_is_refused_by_name(zipped: Callable[[Files], Path]) -> None:
    handed_in = summary(find(zipped({"ada.ipynb": b"1", "bob.zip": b"PK"})))
    why = "! there is no notebook among what was handed in (bob.zip; a zip in it is not opened)"
    assert handed_in == [("ada", None, "1"), ("bob", None, why)]


def test_folders_without_notebooks_are_no_students(folder: Callable[[Files], Path]) -> None:
    assert summary(find(folder({"ada.ipynb": b"1", "pictures/x.png": b"2"}))) == [("ada", None, "1")]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_to_grade_is_reported_with_the_path(tmp_path: Path, way: Way) -> None:
    path = way(tmp_path, {"readme.txt": b"nothing here"})
    with pytest.raises(GraderError, match=f"^there is no notebook to grade in {path}$"):
        find(path)


# Times.

MOMENTS = {
    CAME: CAME,
    "2015-02-02 15:58:23.948203 America/Los_Angeles": "2015-02-02 23:58:23.948203 UTC",
    "2026-11-18 22:10:05.923456 UTC": "2026-11-18 22:10:05.923456 UTC",
    "2026-11-18 22:10:05": CAME,
    "2026-11-19 07:10:05 +0900": CAME,
    "2026-11-18T14:10:05-08:00": CAME,
    "2026-11-18 22:10:05.000000000 Z": CAME,
    "  2026-11-18 22:10:05 GMT\n": CAME,
}


@pytest.mark.parametrize("words", MOMENTS)
def test_a_timestamp_is_read_and_written_in_utc(words: str) -> None:
    time = timestamps.moment(words)
    assert time is not None
    assert time.tzinfo is UTC
    assert timestamps.stamp(time) == MOMENTS[words]


@pytest.mark.parametrize(
    "words", ["", "yesterday", "2026-13-18 22:10:05", "2026-11-18 22:10:05 Foo/Bar", "18 2026 Nov"]
)
def test_an_invalid_time_is_not_read(folder: Callable[[Files], Path], words: str) -> None:
    """Nor is a time in an unknown zone, which nbgrader takes for UTC."""
    place = folder({f"ada/{FIRST}/x.ipynb": b"1", f"ada/{FIRST}/timestamp.txt": words.encode()})
    (one,) = find(place)
    assert one.timestamp == ""
    assert one.notes == (f"timestamp.txt was not read: it says '{words}', which is no time.",)


def test_a_zone_by_the_name_this_computer_has_for_its_own(monkeypatch: pytest.MonkeyPatch, local_zone: None) -> None:
    assert timestamps.moment("2026-01-30 15:00:00 XYT") == datetime(2026, 1, 30, 6, tzinfo=UTC)


@pytest.fixture
def local_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer nine hours east of Greenwich."""
    monkeypatch.setenv("TZ", "XYT-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_nbgraders_timestamp(laid_out: Callable[[Files], Path]) -> None:
    given_files, _ = LAYOUTS["nbgrader"]
    assert [one.timestamp for one in find(laid_out(given_files))] == [CAME, "", "", "", CAME]


def test_gradescopes_time_is_that_of_the_submission_that_counts(laid_out: Callable[[Files], Path]) -> None:
    given_files, _ = LAYOUTS["Gradescope"]
    times = {one.student: one.timestamp for one in find(laid_out(given_files))}
    assert times["00123"] == "2026-11-18 22:10:05.123456 UTC"
    assert times["grace@example.org"] == times["Alan Turing"] == LATER
    assert times["submission_459"] == ""


def test_blackboards_time_is_in_this_computers_zone_with_a_note(
    laid_out: Callable[[Files], Path], local_zone: None
) -> None:
    given_files, _ = LAYOUTS["Blackboard"]
    ada, _ = find(laid_out(given_files))
    assert ada.timestamp == "2026-01-30 06:00:00 UTC"
    assert ada.notes == ("Blackboard names no time zone: 2026-01-30 15:00:00 was read as XYT.",)


@pytest.mark.parametrize("name", ["flat", "a folder for each student", "Moodle, with folders", "Canvas"])
def test_the_time_of_a_file_is_no_time_of_handing_in(laid_out: Callable[[Files], Path], name: str) -> None:
    given_files, _ = LAYOUTS[name]
    assert {one.timestamp for one in find(laid_out(given_files))} == {""}


# Notes.


def test_canvas_marks_it_as_late(laid_out: Callable[[Files], Path]) -> None:
    for name in ("Canvas", "Canvas, anonymous"):
        given_files, _ = LAYOUTS[name]
        late = {one.student for one in find(laid_out(given_files)) if "Canvas marks it as late." in one.notes}
        assert late == ({"smith_jrbob_1235"} if name == "Canvas" else {"anon_Zz9y8"})


def test_each_of_a_group_is_told_of_the_others(laid_out: Callable[[Files], Path]) -> None:
    given_files, _ = LAYOUTS["Gradescope"]
    notes = {one.student: one.notes for one in find(laid_out(given_files))}
    assert notes["grace@example.org"] == ("Handed in together with Alan Turing.",)
    assert notes["Alan Turing"] == ("Handed in together with grace@example.org.",)
    assert notes["00123"] == ()
    assert notes["submission_459"] == ("Gradescope names nobody who handed this in.",)


@pytest.mark.parametrize("data", [b"- a: [", b"", b"just words", b"\xff\xfe\x00"])
def test_gradescopes_metadata_must_be_readable(folder: Callable[[Files], Path], data: bytes) -> None:
    place = folder({"submission_metadata.yml": data, "submission_1/x.ipynb": b"1"})
    with pytest.raises(GraderError, match=r"^submission_metadata\.yml of the Gradescope export cannot be read: .+$"):
        find(place)


def test_metadata_of_another_shape_loses_nobody(folder: Callable[[Files], Path]) -> None:
    metadata = b"submission_1: 7\nsubmission_2:\n  :submitters: nobody\nsubmission_3:\n  :submitters: [5]\n"
    place = folder({"submission_metadata.yml": metadata, **{f"submission_{i}/x.ipynb": b"1" for i in (1, 2, 3)}})
    assert [one.student for one in find(place)] == ["submission_1", "submission_2", "submission_3"]


# Students' names.

SAFE = {
    "Ada Lovelace_123456": "Ada Lovelace_123456",
    "ada@example.org": "ada@example.org",
    "O'Neil, Bob-Jo+1": "O'Neil, Bob-Jo+1",
    "山田太郎_7": "山田太郎_7",
    "Łukasz Żółć": "Łukasz Żółć",
    "अनिता": "अनिता",
    "anna[1]": "anna_1_",
    "a*b?c{d}": "a_b_c_d_",
    "../../etc/passwd": "___.._etc_passwd",
    "..": "__",
    ".hidden": "_hidden",
    "--force": "__force",
    "a\x00b\x1b[31m\n": "a_b__31m",
    "a\u202egnp.exe": "a_gnp.exe",
    '$(rm -rf)`x`;|&<>"': "__rm -rf__x_______",
    "C:\\temp": "C__temp",
    "e\u0301ve": "éve",
    "  ada  ": "ada",
    "ada.": "ada_",
    "": "_",
    "\udcff": "_",
}


@pytest.mark.parametrize("name", SAFE)
def test_a_name_is_made_safe(name: str) -> None:
    assert safe_student(name) == SAFE[name]


@settings(derandomize=True, max_examples=300)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_name_is_a_folder_that_matches_only_itself(name: str) -> None:
    id = safe_student(name)
    assert glob.escape(id) == id
    assert Path(id).name == id
    assert id == safe_student(id) == id.strip() == unicodedata.normalize("NFC", id)
    assert 0 < len(id.encode()) <= MAX_BYTES
    assert id[0] not in "-."


@settings(derandomize=True, max_examples=300)
@given(st.lists(st.text("aA?*_ßé\u0301.", max_size=3), unique=True, max_size=30))
def test_no_two_names_become_one(names: list[str]) -> None:
    ids = distinct(names)
    assert set(ids) == set(names)
    folded = {unicodedata.normalize("NFC", id.casefold()) for id in ids.values()}
    assert len(folded) == len(names)
    assert all(safe_student(id) == id for id in ids.values())


def test_names_too_long_are_told_apart() -> None:
    ids = distinct(["é" * 300 + "a", "é" * 300 + "b"])
    assert len(set(ids.values())) == 2


def test_a_name_already_safe_is_kept_whoever_else_is_there() -> None:
    assert distinct(["anna[1]", "anna_1_", "bob"])["anna_1_"] == "anna_1_"
    both = distinct(["anna[1]", "anna{1}"])
    assert distinct(["anna{1}", "anna[1]"]) == both
    assert all(id.startswith("anna_1__") for id in both.values())


def test_a_changed_name_is_noted_but_not_a_mere_change_of_encoding() -> None:
    assert note_of("a\x1b", "a_") == ("The name 'a\N{REPLACEMENT CHARACTER}' was made a_.",)
    assert note_of("e\u0301", "é") == ()


def test_names_that_differ_only_in_capitals_are_kept_apart(zipped: Callable[[Files], Path]) -> None:
    handed_in = find(zipped({f"ada/{FIRST}/x.ipynb": b"1", f"Ada/{FIRST}/x.ipynb": b"2"}))
    assert len({one.student.casefold() for one in handed_in}) == 2
    assert sorted(told(one) for one in handed_in) == ["1", "2"]
    assert sorted(len(one.notes) for one in handed_in) == [0, 1]


def test_a_name_in_a_zip_leads_nowhere(tmp_path: Path, zipped: Callable[[Files], Path]) -> None:
    path = zipped({"../../eve.ipynb": b"1", "/etc/ada.ipynb": b"2", "..\\bob.ipynb": b"3", "....ipynb": b"4"})
    handed_in = summary(find(path))
    assert sorted(text for _, _, text in handed_in) == ["1", "2", "3"]  # the last is a hidden file
    assert {student for student, _, _ in handed_in} == {"eve", "etc", "bob"}
    assert [p.name for p in tmp_path.iterdir()] == ["class.zip"]


def without_utf8_flag(path: Path, name: str, raw: bytes, extra: bytes = b"") -> Path:
    """A zip as older programs write it: the name in bytes of an unstated encoding."""
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.extra = extra
        archive.writestr(entry, b"1")
    data = path.read_bytes()
    assert data.count(name.encode()) == 2
    path.write_bytes(data.replace(name.encode(), raw))
    return path


def test_names_in_utf8_that_the_zip_does_not_say_are_read_so(tmp_path: Path) -> None:
    raw = "Zoë é.ipynb".encode()
    path = without_utf8_flag(tmp_path / "old.zip", "x" * (len(raw) - 6) + ".ipynb", raw)
    assert summary(find(path)) == [("Zoë é", None, "1")]


def test_the_name_in_an_extra_field_counts_if_it_is_of_this_name(tmp_path: Path) -> None:
    raw = "山田.ipynb".encode("cp932")
    for crc, name in ((zlib.crc32(raw), "山田"), (7, raw[:4].decode("cp437"))):
        body = b"\x01" + crc.to_bytes(4, "little") + "山田.ipynb".encode()
        extra = (0x7075).to_bytes(2, "little") + len(body).to_bytes(2, "little") + body
        path = without_utf8_flag(tmp_path / "old.zip", "xxxx.ipynb", raw, extra)
        assert summary(find(path)) == [(safe_student(name), None, "1")]


def test_a_name_in_another_encoding_is_read_as_it_comes(tmp_path: Path) -> None:
    path = without_utf8_flag(tmp_path / "old.zip", "xxxx.ipynb", "Zoë ".encode("latin-1") + b".ipynb"[:6])
    assert [told(one) for one in find(path)] == ["1"]


# The file to grade.


def notebook(id: str, keep: int | None = None) -> bytes:
    """A released notebook, or its first `keep` cells."""
    root = Path(__file__).resolve().parents[2] / "assignments" / id
    content = json.loads((root / f"{id[3:]}.ipynb").read_bytes())
    content["cells"] = content["cells"][:keep]
    return json.dumps(content).encode()


@pytest.fixture(scope="session")
def whole() -> bytes:
    return notebook(FIRST)


@pytest.fixture(scope="session")
def half() -> bytes:
    return notebook(FIRST, 40)


@pytest.fixture(scope="session")
def other() -> bytes:
    return notebook(SECOND)


def test_the_later_of_two_attempts_is_graded(laid_out: Callable[[Files], Path], whole: bytes, half: bytes) -> None:
    """Even if the earlier one has the right name and more cells."""
    head = "hw_ada_attempt_2026-01-30"
    (one,) = find(laid_out({f"{head}-15-00-00_{FIRST_NAME}": whole, f"{head}-14-00-00_z.ipynb": half}))
    assert one.read() == whole
    (one,) = find(laid_out({f"{head}-15-00-00_{FIRST_NAME}": whole, f"{head}-16-00-00_a.ipynb": half}))
    assert one.read() == half
    time = timestamps.stamp(datetime(2026, 1, 30, 16).astimezone())
    assert one.timestamp == time
    assert one.notes[-1] == (
        f"Two files were handed in: a.ipynb and {FIRST_NAME}. a.ipynb was graded, the later one ({time})."
    )


def test_of_canvas_uploads_the_last_is_graded(laid_out: Callable[[Files], Path], whole: bytes, half: bytes) -> None:
    """The last by upload number, compared as a number, not as text; the file name does not matter."""
    (one,) = find(laid_out({f"ada_7_999_{FIRST_NAME}": whole, "ada_7_1000_rnn_lm_sampling-1.ipynb": half}))
    assert (one.student, one.read()) == ("ada_7", half)
    assert one.notes == (
        f"Two files were handed in: rnn_lm_sampling-1.ipynb and {FIRST_NAME}. "
        "rnn_lm_sampling-1.ipynb was graded, the one uploaded last (its number is 1000).",
    )


def test_then_the_one_named_like_the_assignments_notebook(
    laid_out: Callable[[Files], Path], whole: bytes, half: bytes
) -> None:
    (one,) = find(laid_out({f"ada/{FIRST}/{FIRST_NAME}": half, f"ada/{FIRST}/z.ipynb": whole}))
    assert one.read() == half
    assert one.notes == (
        f"Two files were handed in: {FIRST_NAME} and z.ipynb. "
        f"{FIRST_NAME} was graded, the one named as the assignment's notebook.",
    )


def test_then_the_one_with_most_cells_of_the_release(
    laid_out: Callable[[Files], Path], whole: bytes, half: bytes
) -> None:
    (one,) = find(
        laid_out({f"ada/{FIRST}/{name}.ipynb": data for name, data in {"a": whole, "b": half, "c": half}.items()})
    )
    assert one.read() == whole
    assert one.notes == (
        "3 files were handed in: a.ipynb, b.ipynb and c.ipynb. "
        "a.ipynb was graded, the one with the most cells of the assignment.",
    )


def test_then_the_last_by_name(laid_out: Callable[[Files], Path], whole: bytes) -> None:
    (one,) = find(laid_out({"ada/a.ipynb": whole, "ada/b.ipynb": whole + b" ", "bob/x.ipynb": b""}))[:1]
    assert one.read() == whole + b" "
    assert one.notes == ("Two files were handed in: a.ipynb and b.ipynb. b.ipynb was graded, the last by name.",)


def test_an_unreadable_file_gives_way_with_a_note(laid_out: Callable[[Files], Path], half: bytes) -> None:
    (one,) = find(laid_out({f"ada/{FIRST}/{FIRST_NAME}": b"", f"ada/{FIRST}/a.ipynb": half}))
    assert one.read() == half
    assert one.notes == (
        f"Two files were handed in: a.ipynb and {FIRST_NAME}. a.ipynb was graded. "
        f"{FIRST_NAME} could not be: the file is empty.",
    )


def test_if_none_can_be_read_the_reason_for_one_is_given(laid_out: Callable[[Files], Path]) -> None:
    (one,) = find(laid_out({f"ada/{FIRST}/a.ipynb": b"", f"ada/{FIRST}/{FIRST_NAME}": b"{"}))
    assert one.read() == b"{"
    assert one.assignment == FIRST
    assert one.notes == (
        f"Two files were handed in: a.ipynb and {FIRST_NAME}. "
        f"{FIRST_NAME} was taken, the one named as the assignment's notebook.",
    )


def test_students_with_only_unreadable_files_are_not_lost(laid_out: Callable[[Files], Path]) -> None:
    assert summary(find(laid_out({"ada_7_500_x.ipynb": b"", "ada_7_501_y.ipynb": b"{"}))) == [("ada_7", None, "{")]


def test_notebooks_of_different_assignments_are_both_graded(
    laid_out: Callable[[Files], Path], whole: bytes, other: bytes
) -> None:
    path = laid_out({"ada_7_500_x.ipynb": other, "ada_7_501_y.ipynb": whole, "ada_7_502_z.ipynb": b"{}"})
    handed_in = find(path)
    assert [(one.assignment, one.read()) for one in handed_in] == [(FIRST, whole), (SECOND, other)]
    assert "z.ipynb could not be: the file is not a notebook" in handed_in[0].notes[0]
    (one,) = find(path, SECOND)
    assert one.read() == other


def test_a_notebook_of_another_assignment_in_the_folder_gives_way(
    laid_out: Callable[[Files], Path], half: bytes, other: bytes
) -> None:
    (one,) = find(laid_out({f"ada/{FIRST}/{FIRST_NAME}": other, f"ada/{FIRST}/a.ipynb": half}))
    assert (one.assignment, one.read()) == (FIRST, half)


def test_a_loose_file_and_one_in_the_assignments_folder_are_of_one_student(
    folder: Callable[[Files], Path], whole: bytes, half: bytes
) -> None:
    (one,) = find(folder({f"ada/{FIRST}/{FIRST_NAME}": half, "ada.ipynb": whole}))
    assert (one.assignment, one.read()) == (FIRST, half)
    assert one.notes[0].startswith(f"Two files were handed in: ada.ipynb and {FIRST_NAME}. {FIRST_NAME} was graded")


def test_names_of_files_cannot_steer_the_terminal(folder: Callable[[Files], Path], whole: bytes) -> None:
    (one,) = find(folder({f"ada/{FIRST}/a.ipynb": whole, f"ada/{FIRST}/b\x1b[2J\u202e.ipynb": whole}))
    assert one.notes[0].isprintable()
    (one,) = find(folder({f"bob/{FIRST}/a\x1b[2J.pdf": whole}))
    assert one.problem.isprintable()


# Unreadable files.


def test_a_link_is_refused_by_name(folder: Callable[[Files], Path], tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.ipynb").write_bytes(b"secret")
    place = folder({f"ada/{FIRST}/x.ipynb": b"1"})
    (place / "bob" / FIRST).mkdir(parents=True)
    (place / "bob" / FIRST / "x.ipynb").symlink_to(tmp_path / "secret" / "x.ipynb")
    (place / "cyd").mkdir()
    (place / "cyd" / FIRST).symlink_to(tmp_path / "secret")
    (place / "dan").symlink_to(tmp_path / "secret")
    assert summary(find(place)) == [
        ("ada", FIRST, "1"),
        ("bob", FIRST, "! the file is a link"),
        ("cyd", FIRST, "! the folder is a link"),
        ("dan", None, "! the folder is a link"),
    ]


def test_a_link_beside_a_notebook_is_nobodys_hand_in(folder: Callable[[Files], Path], tmp_path: Path) -> None:
    place = folder({"ada/x.ipynb": b"1", "bob/x.ipynb": b"2"})
    for name in ("ada/notes.txt", "roster.csv"):
        (place / name).symlink_to(tmp_path / "elsewhere")
    assert summary(find(place)) == [("ada", None, "1"), ("bob", None, "2")]


def test_a_folder_that_cannot_be_looked_into_is_named(
    folder: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user running the tests may be able to read any folder, so the refusal is simulated."""
    place = folder({f"ada/{FIRST}/x.ipynb": b"1", f"bob/{FIRST}/x.ipynb": b"2"})
    really = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith(f"bob/{FIRST}"):
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    monkeypatch.setattr(os, "scandir", refused)
    why = "! the folder cannot be read: Permission denied"
    assert summary(find(place)) == [("ada", FIRST, "1"), ("bob", FIRST, why)]


def test_a_linked_timestamp_is_not_read(folder: Callable[[Files], Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(CAME)
    place = folder({f"ada/{FIRST}/x.ipynb": b"1"})
    (place / "ada" / FIRST / "timestamp.txt").symlink_to(tmp_path / "elsewhere")
    (one,) = find(place)
    assert (one.timestamp, one.notes) == ("", ("timestamp.txt was not read: the file is a link.",))


def test_a_link_among_two_gives_way(folder: Callable[[Files], Path], tmp_path: Path, whole: bytes) -> None:
    place = folder({f"ada/{FIRST}/a.ipynb": whole})
    (tmp_path / "elsewhere").write_bytes(whole)
    (place / "ada" / FIRST / FIRST_NAME).symlink_to(tmp_path / "elsewhere")
    (one,) = find(place)
    assert one.read() == whole
    assert one.notes[0].endswith("could not be: the file is a link.")


def test_a_file_that_became_a_link_is_not_followed(folder: Callable[[Files], Path], tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    place = folder({"ada.ipynb": b"1"})
    (one,) = find(place)
    (place / "ada.ipynb").unlink()
    (place / "ada.ipynb").symlink_to(tmp_path / "secret")
    assert told(one) == "! the file is a link"


@pytest.mark.timeout(20)
def test_a_pipe_is_no_file(folder: Callable[[Files], Path]) -> None:
    place = folder({"ada.ipynb": b"1"})
    os.mkfifo(place / "bob.ipynb")
    assert summary(find(place)) == [("ada", None, "1"), ("bob", None, "! the file is not an ordinary file")]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        entry = zipfile.ZipInfo("ada.ipynb")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert summary(find(tmp_path / "class.zip")) == [("ada", None, "! the file is a link")]


def test_a_linked_timestamp_in_a_zip_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        entry = zipfile.ZipInfo(f"ada/{FIRST}/timestamp.txt")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, CAME)
        archive.writestr(f"ada/{FIRST}/x.ipynb", b"1")
    (one,) = find(tmp_path / "class.zip")
    assert (one.timestamp, one.notes) == ("", ("timestamp.txt was not read: the file is a link.",))


def test_a_damaged_or_encrypted_entry_of_a_zip_affects_its_student_alone(tmp_path: Path) -> None:
    text = bytes(range(256)) * 40
    path = in_zip(tmp_path, {"ada.ipynb": text, "bob.ipynb": b"1", "eve.ipynb": b"2"})
    data = bytearray(path.read_bytes())
    body = data.index(b"ada.ipynb") + len("ada.ipynb")
    data[body + 5 : body + 60] = b"\xff" * 55
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = [place for place in range(len(data)) if data[place : place + 4] == signature][2]
        data[start + flags] |= 1
    path.write_bytes(data)
    (ada, bob, eve) = find(path)
    assert told(ada).startswith("! the zip is damaged there: ")
    assert told(bob) == "1"
    assert told(eve) == "! the file is encrypted"


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_truncated_zip_gives_one_message_or_is_read(tmp_path: Path, cut: int) -> None:
    """The directory is at the end, so a truncated zip cannot be opened."""
    path = in_zip(tmp_path, {"ada.ipynb": bytes(range(200)), "bob.ipynb": b"1"})
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(GraderError, match=r"class\.zip cannot be opened as a zip: .+$"):
        find(path)


@settings(derandomize=True, max_examples=200)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_one_changed_byte_of_a_zip_is_reported_or_harmless(place: int, byte: int) -> None:
    """No exception stops the grading of the others."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", bytes(range(200)))
        archive.writestr("bob.ipynb", b"1")
    data = bytearray(buffer.getvalue())
    data[place % len(data)] = byte
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        Path(file.name).write_bytes(data)
        with contextlib.suppress(GraderError):  # any other exception fails the test
            assert 1 <= len([told(one) for one in find(Path(file.name))]) <= 2


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>Please log in</html>"])
def test_a_file_that_is_no_zip_gives_one_message(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "class.ZIP").write_bytes(data)
    with pytest.raises(GraderError, match=r"class\.ZIP cannot be opened as a zip: .+$"):
        find(tmp_path / "class.ZIP")


def test_a_file_too_large_is_not_read_from_a_zip(
    zipped: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_NOTEBOOK_BYTES", 2**20)
    handed_in = summary(find(zipped({"ada.ipynb": bytes(2**20 + 1), "bob.ipynb": b"1"})))
    assert handed_in == [("ada", None, "! the file has 1 MiB; a notebook may have 1"), ("bob", None, "1")]


# Bounds.


def test_five_hundred_are_listed_without_being_read(
    laid_out: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = laid_out({f"Student {i}_{i}_assignsubmission_file_/x.ipynb": bytes(2000) for i in range(500)})
    read: list[object] = []
    monkeypatch.setattr(files, "read", lambda content: read.append(content) or b"")
    handed_in = find(path)
    assert len(handed_in) == 500
    assert read == []
    assert len(pickle.dumps(handed_in)) < 500 * 400
    handed_in[0].read()
    assert len(read) == 1
