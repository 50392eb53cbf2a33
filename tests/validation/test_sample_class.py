"""The sample class in the real sandbox: each student gets the right mark and reason, and disturbs nobody else."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
from every_assignment import REPOSITORY
from rich.console import Console
from tiny_course import in_a_process
from typer.testing import CliRunner

from autograder import course
from autograder.cli import commands, demo
from autograder.cli.app import app
from autograder.errors import GraderError
from autograder.gradebook.book import Gradebook
from autograder.gradebook.export import GradedMarksCsv
from autograder.gradebook.read_back import results_in
from autograder.grading.options import Options
from autograder.result import BY_HAND, QuestionResult, Result
from autograder.validation.sample_class import (
    Sample,
    class_file,
    described_assignment,
    differences,
    four_of,
    one_of_every_kind,
    samples,
    short_class,
)

ASSIGNMENT = described_assignment()
WHOLE_CLASS_S = 1500  # wall seconds on a busy machine; half a minute to two on a quiet one
PLAIN = ("juniper", "willow")  # a crash, and a file that is none: each of them takes nbgrader half a minute
READERS = {"birch", "juniper", "larch", "willow"}  # whose pages are made: wrong, crashed, out of memory, not graded
REASONS = {"wrong", "missing", "timeout", "crashed", "memory"}


@dataclass(frozen=True)
class Graded:
    """The class after grading: its folder, the results of `grade`, and the expected ones."""

    place: Path
    results: dict[str, Result]
    expected: dict[str, Sample]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The whole class graded once, two at a time."""
    place = tmp_path_factory.mktemp("class") / "demo"
    expected = one_of_every_kind()
    demo.hand_in(expected, demo.make_room(place))
    results = commands.grade(place / "submitted", Options(), commands.Batch(2))
    return Graded(place, {one.student: one for one in results}, {one.student: one for one in expected})


def exported(place: Path) -> dict[str, dict[str, str]]:
    """The rows of grades.csv, by student."""
    with Gradebook(place).open() as gradebook:
        GradedMarksCsv(to=str(place / "grades.csv")).export(gradebook)
    with (place / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


# The make-up of the class, before anything is graded.


def test_the_class_has_one_of_every_kind() -> None:
    expected = one_of_every_kind()
    assert len(expected) >= 14
    assert len({one.student for one in expected}) == len(expected)
    assert {reason for one in expected for reason in one.lost.values()} == REASONS
    assert sum(one.lost != {} and set(one.lost.values()) == {"wrong"} for one in expected) == 6
    assert sum(one.lost == {} and one.graded for one in expected) == 5
    assert sum(not one.graded for one in expected) == 1


def test_four_of_them_hand_in_every_other_assignment() -> None:
    whole = samples()
    for id in course.current().assignment_ids():
        handed_in = [one for one in whole if one.assignment == id]
        assert len(handed_in) == (len(one_of_every_kind()) if id == ASSIGNMENT else 4)
        assert any(set(one.lost.values()) == {"wrong"} for one in handed_in)
        assert any(len(one.lost) == len(course.current().load(id).questions) for one in handed_in)
        assert {one.student for one in handed_in} <= {one.student for one in one_of_every_kind()}


def test_the_short_class_shows_every_outcome() -> None:
    short = short_class()
    assert tuple(one.student for one in short) == class_file().short
    assert {reason for one in short for reason in one.lost.values()} == REASONS
    assert sum(one.lost == {} and one.graded for one in short) == 2
    assert sum(not one.graded for one in short) == 1
    (reader,) = [one for one in short if one.student == class_file().reader]
    assert set(reader.lost.values()) == {"wrong"}


@pytest.mark.parametrize(
    ("arguments", "sizes", "built"),
    [([], {ASSIGNMENT: 8}, (ASSIGNMENT,)), (["--all"], Counter(one.assignment for one in samples()), ())],
)
def test_the_demo_takes_the_short_class_or_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], sizes: dict[str, int], built: tuple[str, ...]
) -> None:
    handed_in: list[Sample] = []
    build = Mock(return_value=[])
    monkeypatch.setattr(demo.authoring, "build", build)
    monkeypatch.setattr(demo, "hand_in", lambda expected, place: handed_in.extend(expected))
    monkeypatch.setattr(demo.commands, "grade", Mock(side_effect=GraderError("far enough")))
    ran = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path / "demo"), *arguments])
    assert str(ran.exception) == "far enough"
    assert Counter(one.assignment for one in handed_in) == sizes
    assert build.call_args.args == (built,)


def test_every_submission_is_a_file_of_its_own() -> None:
    expected = samples()
    assert len({one.make() for one in expected}) == len(expected)


def outcome(student: str, **reasons: str) -> Result:
    """A record with these outcomes."""
    return Result(ASSIGNMENT, [QuestionResult(id, 1, 1, reason) for id, reason in reasons.items()], student=student)


def test_a_difference_is_noticed() -> None:
    expected = [
        Sample("ash", "wrong", bytes, ASSIGNMENT, {"softmax": "wrong"}, frozenset({"generate"})),
        Sample("elm", "cut", bytes, ASSIGNMENT, graded=False),
    ]
    cut = Result(ASSIGNMENT, [], student="elm", problem="cut off")
    assert differences(expected, [outcome("ash", softmax="wrong", generate="wrong", rnnlm="correct"), cut]) == []
    assert differences(expected, [outcome("ash", softmax="correct", rnnlm="correct"), cut]) == [
        "ash (wrong): softmax is correct, should be wrong"
    ]
    assert differences(
        expected, [outcome("ash", softmax="timeout", rnnlm="crashed"), outcome("elm", softmax="wrong")]
    ) == [
        "ash (wrong): softmax is timeout, should be wrong",
        "ash (wrong): rnnlm is crashed, should be correct",
        "elm (cut): graded: True, should be False ",
    ]
    assert differences(expected, [cut, outcome("yew")]) == [
        "yew is not of the sample class",
        "ash (wrong) is not among the results",
    ]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(GraderError, match="is not empty and was not made by a demonstration"):
        demo.make_room(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_of_ours_is_made_afresh(tmp_path: Path) -> None:
    place = demo.make_room(tmp_path / "demo")
    (place / "gradebook.db").write_text("old")
    assert [path.name for path in demo.make_room(place).iterdir()] == [demo.MARKER]


# The results.


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_everybody_gets_the_mark_and_the_reason_they_should(graded: Graded) -> None:
    assert differences(graded.expected.values(), list(graded.results.values())) == []


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
@pytest.mark.parametrize("id", [id for id in course.current().assignment_ids() if id != ASSIGNMENT])
def test_students_of_another_assignment_get_the_mark_and_the_reason_they_should(id: str, tmp_path: Path) -> None:
    """All four without training, then the training of the right answers alone: four trainings would take minutes."""
    expected, known = four_of(id), course.current().load(id)
    demo.hand_in(expected, tmp_path)
    results = commands.grade(tmp_path / "submitted", Options(training=False), commands.Batch(2))
    assert differences(expected, [without_skipped(result) for result in results]) == []
    training = frozenset(question.id for question in known.questions if question.is_training)
    points = sum(question.points for question in known.questions if question.id not in training)
    assert sorted((one.student, one.max_score) for one in results) == [
        (student, points) for student in ("alder", "ash", "beech", "birch")
    ]
    right_answers = tmp_path / "submitted" / "alder" / id / f"{known.name}.ipynb"
    (right,) = commands.grade(right_answers, Options(id, training), commands.Batch(1))
    assert {(one.id, one.reason) for one in right.questions if one.counted} == {(id, "correct") for id in training}


def without_skipped(result: Result) -> Result:
    """The record without the questions that were left out."""
    return replace(result, questions=[question for question in result.questions if question.counted])


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_marks(graded: Graded) -> None:
    scores = {student: (result.score, result.max_score) for student, result in graded.results.items()}
    assert scores["alder"] == scores["elm"] == scores["yew"] == (100, 100)
    assert scores["beech"] == (0, 100)
    assert scores["willow"] == (0, 0)
    for student, sample in graded.expected.items():
        if sample.lost and student != "beech":
            assert 60 < scores[student][0] < 100


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_repairs_and_failures_are_noted(graded: Graded) -> None:
    outputs = {student: result.output for student, result in graded.results.items()}
    assert "The cell softmax was there 2 times: the last one counts." in outputs["yew"]
    assert outputs["willow"].startswith("Not graded: the file is not a complete notebook")
    feedback = {q.id: q.output for q in graded.results["larch"].questions}
    assert "memory" in feedback["time_lstm_state"]


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_the_patched_comparison_changes_nothing(graded: Graded) -> None:
    """The same wrong softmax gets the same marks for the same reasons, with and without np.allclose replaced."""
    honest, patched = graded.results["birch"], graded.results["maple"]  # their hidden inputs may differ
    marks = [[(q.id, q.score, q.reason) for q in result.questions] for result in (honest, patched)]
    assert marks[0] == marks[1]


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_the_gradebook_has_the_same_marks(graded: Graded) -> None:
    rows = exported(graded.place)
    assert rows.keys() == graded.results.keys()
    for student, result in graded.results.items():
        if result.graded:
            assert rows[student]["status"] == "graded"
            assert float(rows[student]["score"]) == pytest.approx(result.score, abs=0.005)
        else:
            assert (rows[student]["status"], rows[student]["score"], rows[student]["raw_score"]) == (
                "not graded",
                "",
                "",
            )


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_the_results_can_be_read_back(graded: Graded) -> None:
    read_back = {result.student: result for result in results_in(graded.place)}
    assert read_back.keys() == graded.results.keys()
    for student, result in graded.results.items():
        back = read_back[student]
        assert back.problem == result.problem
        assert back.submission_sha256 == result.submission_sha256
        assert [(q.id, q.reason, q.max_score) for q in back.questions] == [
            (q.id, q.reason, q.max_score) for q in result.questions
        ]
        assert back.score == pytest.approx(result.score, abs=1e-3)


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_a_mark_by_hand_takes_precedence(graded: Graded) -> None:
    with Gradebook(graded.place).open() as gradebook:
        grade = gradebook.find_grade("softmax_check", "rnn_lm_sampling", ASSIGNMENT, "birch")
        automatic, grade.manual_score = grade.auto_score, 3.5
        gradebook.db.commit()
    (birch,) = [result for result in results_in(graded.place) if result.student == "birch"]
    softmax = birch.questions[0]
    assert (softmax.id, softmax.score, softmax.reason) == ("softmax", 3.5, BY_HAND)
    assert softmax.output == graded.results["birch"].questions[0].output
    assert birch.score == pytest.approx(graded.results["birch"].score - automatic + 3.5, abs=1e-3)
    with Gradebook(graded.place).open() as gradebook:
        gradebook.find_grade("softmax_check", "rnn_lm_sampling", ASSIGNMENT, "birch").manual_score = None
        gradebook.db.commit()


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_everybody_gets_feedback_and_the_instructor_a_report(graded: Graded) -> None:
    (report,) = demo.write_reports(graded.place, list(graded.results.values()), Console(file=io.StringIO()), READERS)
    page = report.read_text(encoding="utf-8")
    assert all(student in page for student in graded.results)
    pages = {student: _feedback(graded.place, student) for student in READERS}
    assert "the file is not a complete notebook" in pages["willow"]
    assert "this is not a mark of 0" in pages["willow"]
    for student, text in pages.items():
        assert "reference." not in text, student
        assert "def test_" not in text, student


def _feedback(place: Path, student: str) -> str:
    return (place / "feedback" / student / ASSIGNMENT / "rnn_lm_sampling.html").read_text(encoding="utf-8")


# The same with nbgrader's own commands.


@pytest.fixture(scope="module")
def plain(graded: Graded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """grades.csv of `nbgrader autograde` and `nbgrader export`, for some of the class."""
    place = tmp_path_factory.mktemp("plain")
    (place / "nbgrader_config.py").write_text(
        "from pathlib import Path\n\nfrom autograder import course\n"
        "from autograder.authoring.nbgrader_settings import settings\n\n"
        "get_config().merge(settings(Path.cwd()))\n"
        "get_config().CourseDirectory.source_directory = str(course.current().root / 'build' / 'source')\n"
        "get_config().CourseDirectory.release_directory = 'release'\n"
    )
    for student in PLAIN:
        folder = place / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / "rnn_lm_sampling.ipynb").write_bytes(graded.expected[student].make())
    for command in (["generate_assignment", ASSIGNMENT], ["autograde", ASSIGNMENT], ["export"]):
        ran = in_a_process(REPOSITORY, "nbgrader", *command, cwd=place)
        assert ran.status == 0 or command[0] == "autograde", ran
    with (place / "grades.csv").open(newline="", encoding="utf-8") as file:
        yield {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_plain_nbgrader_gives_the_same_marks(graded: Graded, plain: dict[str, dict[str, str]]) -> None:
    ours = exported(graded.place)
    for student in PLAIN:
        same = ("score", "raw_score", "max_score", "status")
        assert [plain[student][key] for key in same] == [ours[student][key] for key in same], student


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
def test_the_graded_notebook_has_the_feedback_in_its_check_cells(graded: Graded) -> None:
    path = graded.place / "autograded" / "birch" / ASSIGNMENT / "rnn_lm_sampling.ipynb"
    notebook = nbformat.read(path, as_version=4)
    checks = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert checks["softmax_check"].outputs[0].text.startswith("softmax: wrong\n")
    assert checks["lstm_forward"].outputs[0].text.startswith("lstm_forward: correct\n")
