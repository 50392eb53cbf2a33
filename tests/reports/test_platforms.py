"""Marks for Canvas, Moodle and JUnit: ids kept from the platform's own file, a mark that is missing stays empty."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.errors import GraderError
from autograder.reports.platforms import canvas
from autograder.reports.platforms.canvas import canvas_table, filled_canvas
from autograder.reports.platforms.junit import junit_xml
from autograder.reports.platforms.marks import Marks, Worth, mark, number_in, written
from autograder.reports.platforms.moodle import filled_moodle, moodle_table
from autograder.reports.platforms.roster import Roster, read_roster
from autograder.result import NOT_GRADED, QuestionResult, Result

ATTENTION, PEEKY = Worth("05_attention", "Attention", 10.0), Worth("04_peeky", "A peeky decoder", 10.0)


def a_result(student: str, *scores: float | None, worth: Worth = ATTENTION, reason: str = "", **more: object) -> Result:
    """A result with questions of 5 points; a score of None has the reason that is given."""
    questions = [
        QuestionResult(f"q{place}", 5.0, score, reason or ("correct" if score == 5 else "wrong"), "off by 1")
        if score is not None
        else QuestionResult(f"q{place}", 5.0, None, reason or NOT_GRADED, fault="the machine")
        for place, score in enumerate(scores)
    ]
    return Result(worth.id, questions, student=student, **more)  # type: ignore[arg-type]


CLASS = [
    a_result("adalovelace_1234", 5, 2.5, name="Ada Lovelace"),
    a_result("alanturing_5678", 5, 5, late_penalty=1.25),
    a_result("emmynoether_91", 5, None),
    a_result("gracehopper_17", problem="it is not a notebook"),
    a_result("rvaughan@uni.edu", 0, 0),
    a_result("=cmd_44", 5, 1),
]


def rows_in(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        (a_result("a", 5, 2.5), "7.5"),
        (a_result("a", 0, 0), "0"),
        (a_result("a", 5, 5, late_penalty=1.25), "8.75"),
        (a_result("a", 1, late_penalty=3.0), "0"),
        (a_result("a", 5 / 3), "1.67"),
        (a_result("a", 5, None), ""),
        (a_result("a", 5, None, reason="skipped"), ""),
        (a_result("a", problem="it is not a notebook"), ""),
        (None, ""),
    ],
)
def test_a_mark_in_two_decimals_or_nothing(result: Result | None, wanted: str) -> None:
    assert written(result, 10.0) == wanted


def test_a_mark_is_scaled_to_the_platforms_maximum() -> None:
    assert written(a_result("a", 5, 2.5), 10.0, 20.0) == "15"
    assert written(a_result("a", 5, 2.5), 10.0, 10.0) == "7.5"
    assert mark(a_result("a", 5, None)) is None


@pytest.mark.parametrize(
    ("student", "number"), [("ada_1234", "1234"), ("77", "77"), ("Ada_L_5", "5"), ("ada", ""), ("ada_1x", "")]
)
def test_the_platforms_number_is_at_the_end_of_an_id(student: str, number: str) -> None:
    assert number_in(student) == number


def test_a_number_that_two_students_have_names_neither() -> None:
    marks = Marks([a_result("ada_7", 5), a_result("alan_7", 4), a_result("emmy_8", 3)])
    assert [marks.student_named([name]) for name in ("7", "ada_7", "8", "EMMY_8", "9", "")] == [
        None, "ada_7", "emmy_8", "emmy_8", None, None,
    ]  # fmt: skip
    assert marks.never_asked == ["alan_7"]


def test_an_id_goes_before_the_number_of_another() -> None:
    assert Marks([a_result("ada_7", 5), a_result("7", 4)]).student_named(["7"]) == "7"


# Canvas


CANVAS = Roster(
    [*canvas.HEADER, "Essay (3)", "Attention (12)", "A peeky decoder", "Final"],
    [
        ["", "", "", "", "", "Manual Posting", "", "", "(read only)"],
        ["    Points Possible", "", "", "", "", "5", "100", "10", "(read only)"],
        ["Lovelace, Ada", "1234", "u1", "ada", "A", "4", "", "3", "4"],
        ["Turing, Alan", "5678", "u2", "alan", "A", "", "12", "", "1"],
        ["Noether, Emmy", "91", "u3", "emmy", "B", "", "66", "", "6"],
        ["Vaughan, Rob", "", "", "RVaughan@uni.edu", "B", "", "", "", ""],
        ["Nobody, Known", "9999", "u9", "nobody", "B", "", "55", "", ""],
    ],
)  # fmt: skip


def canvas_copy() -> Roster:
    return Roster(list(CANVAS.header), [list(row) for row in CANVAS.rows])


def test_canvas_keeps_ids_and_every_mark_that_we_have_nothing_for() -> None:
    marks = Marks([*CLASS, a_result("adalovelace_1234", 5, 4, worth=PEEKY)])
    assert rows_in(filled_canvas(canvas_copy(), marks, [ATTENTION, PEEKY])) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Attention (12)", "A peeky decoder"],
        ["", "", "", "", "", "", ""],
        ["    Points Possible", "", "", "", "", "100", "10"],
        ["Lovelace, Ada", "1234", "u1", "ada", "A", "75", "9"],
        ["Turing, Alan", "5678", "u2", "alan", "A", "87.5", ""],
        ["Noether, Emmy", "91", "u3", "emmy", "B", "66", ""],
        ["Vaughan, Rob", "", "", "RVaughan@uni.edu", "B", "0", ""],
        ["Nobody, Known", "9999", "u9", "nobody", "B", "55", ""],
    ]
    assert marks.never_asked == ["=cmd_44"]  # gracehopper has no mark, so nothing of hers is left out


def test_canvas_columns_by_name() -> None:
    essay = filled_canvas(canvas_copy(), Marks(CLASS), [ATTENTION], "essay")
    assert rows_in(essay)[0][-1] == "Essay (3)"
    assert rows_in(essay)[3][-1] == "3.75"
    with pytest.raises(GraderError, match=r"no column 'Dance'.*--column"):
        filled_canvas(canvas_copy(), Marks(CLASS), [ATTENTION], "Dance")
    twice = canvas_copy()
    twice.header[5] = "Attention (4)"
    with pytest.raises(GraderError, match=r"one of 'Attention \(4\)', 'Attention \(12\)' with --column"):
        filled_canvas(twice, Marks(CLASS), [ATTENTION])
    assert rows_in(filled_canvas(twice, Marks(CLASS), [ATTENTION], "Attention (12)"))[3][-1] == "75"
    with pytest.raises(GraderError, match="not Canvas's"):
        filled_canvas(Roster(["Name", "Mark"], [["a", "1"]]), Marks(CLASS), [ATTENTION])


def test_canvas_without_a_roster() -> None:
    rows = rows_in(canvas_table(Marks(CLASS), [ATTENTION, PEEKY]))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Attention", "A peeky decoder"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "10", "10"]
    assert ["Ada Lovelace", "1234", "", "", "", "7.5", ""] in rows
    assert ["emmynoether_91", "91", "", "", "", "", ""] in rows
    assert ["rvaughan@uni.edu", "", "", "rvaughan@uni.edu", "", "0", ""] in rows
    assert ["'=cmd_44", "44", "", "", "", "6", ""] in rows


# Moodle


WORKSHEET = [
    ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Feedback comments"],
    ["Participant 1234", "Ada Lovelace", "a@x", "Submitted", "", "10.00", ""],
    ["Participant 5678", "Alan Turing", "t@x", "Submitted", "3.00", "20,00", "good"],
    ["Participant 91", "Emmy Noether", "e@x", "Submitted", "6.50", "10.00", ""],
    ["Participant 9999", "Nobody", "n@x", "No submission", "", "10.00", ""],
]


def worksheet() -> Roster:
    return Roster(list(WORKSHEET[0]), [list(row) for row in WORKSHEET[1:]])


def test_moodle_keeps_every_column_and_every_grade_that_we_have_nothing_for() -> None:
    rows = rows_in(filled_moodle(worksheet(), Marks(CLASS), ATTENTION))
    assert [row[4] for row in rows] == ["Grade", "7.5", "17.5", "6.50", ""]
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in WORKSHEET]


def test_moodle_in_another_language() -> None:
    german = worksheet()
    german.header[:6] = ["ID", "Vollständiger Name", "E-Mail", "Status", "Bewertung", "Bestwertung"]
    german.rows[0][0] = "Teilnehmer/in1234"
    with pytest.raises(GraderError, match=r"no column 'Grade'.*'Bewertung'.*--column"):
        filled_moodle(german, Marks(CLASS), ATTENTION)
    assert rows_in(filled_moodle(german, Marks(CLASS), ATTENTION, "Bewertung"))[1][4] == "7.5"
    with pytest.raises(GraderError, match="not Moodle's"):
        filled_moodle(Roster(["Name", "Grade"], [["Ada", "1"]]), Marks(CLASS), ATTENTION)


def test_moodle_without_a_roster() -> None:
    rows = rows_in(moodle_table(Marks(CLASS), ATTENTION))
    assert rows[0] == ["Identifier", "Full name", "Grade", "Maximum Grade"]
    assert ["Participant 1234", "Ada Lovelace", "7.5", "10.00"] in rows
    assert ["Participant 17", "gracehopper", "", "10.00"] in rows
    assert ["rvaughan@uni.edu", "rvaughan@uni.edu", "0", "10.00"] in rows


# the file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_roster_is_written_as_it_was_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Identifier", "Name"]) + "\r\n" + delimiter.join(["Participant 1", "李 雷"]) + "\r\n"
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    assert read_roster(path).as_text() == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a table of students"),
        (b"Student,ID\n", "not a table of students"),
        (b"one\ntwo\n", "not a table of students"),
        ("Vorname,Größe\nAda,1".encode("latin-1"), "not in UTF-8"),
    ],
)
def test_a_file_that_is_no_roster(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(GraderError, match=message):
        read_roster(path)


def test_short_rows_are_filled_and_empty_ones_left_out(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("a,b,c\n1\n\n,,\n1,2,3,4\n")
    assert read_roster(path).rows == [["1", "", ""], ["1", "2", "3"]]


# JUnit


def test_junit_has_a_suite_for_each_submission_and_a_case_for_each_question() -> None:
    root = ElementTree.fromstring(junit_xml([*CLASS, a_result("zoe", None, None, reason="skipped")]))
    suites = {suite.get("name"): suite for suite in root}
    keys = ("tests", "failures", "errors", "skipped")
    counts = {name: [suite.get(key) for key in keys] for name, suite in suites.items()}
    assert counts["05_attention.adalovelace_1234"] == ["2", "1", "0", "0"]
    assert counts["05_attention.emmynoether_91"] == ["2", "0", "1", "0"]
    assert counts["05_attention.gracehopper_17"] == ["1", "0", "1", "0"]
    assert counts["05_attention.zoe"] == ["2", "0", "0", "2"]
    failure = suites["05_attention.adalovelace_1234"].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "2.5 of 5 points, wrong: off by 1"


def test_junit_takes_any_text_that_a_student_can_cause() -> None:
    nasty = "".join(map(chr, [*range(0x20), 0x7F, 0xD800, 0xFFFE, 0x202E, 0x1F600])) + "<&]]>\"'"
    result = a_result("z" + nasty, 2)
    result.questions[0].output = nasty
    failure = ElementTree.fromstring(junit_xml([result])).find("testsuite/testcase/failure")
    assert failure is not None
    assert str(failure.text).endswith("<&]]>\"'")
