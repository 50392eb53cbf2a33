"""The release gate: a sound course passes, and every planted breach is named in a line of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from every_assignment import course_at
from rich.console import Console
from tiny_course import BANK, ID, MISTAKEN_DOUBLE, Commands, tiny_course

from autograder import course, validation
from autograder.authoring.filled_notebook import filled, reference_answers, released
from autograder.course import handout
from autograder.grading.store import Graded
from autograder.result import QuestionResult, Result
from autograder.validation import gate
from autograder.validation.kill_table import kills
from autograder.validation.leaks import leaks
from autograder.validation.trials import Trial, different, lost, trials


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound tiny course, for tests that do not change it."""
    return tiny_course(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def sound(built: Path) -> Iterator[course.Assignment]:
    """The assignment of the sound tiny course."""
    with course_at(built):
        yield course.current().load(ID)


def result(double: float, scale: float, reason: str = "wrong") -> Result:
    """A record of the tiny assignment."""
    scores = {"double": (double, 40), "scale_forward": (scale, 60)}
    return Result(
        ID, [QuestionResult(id, top, got, "correct" if got == top else reason) for id, (got, top) in scores.items()]
    )


def told(feedback: str, double: float = 0) -> Result:
    """A record of the tiny assignment with the given feedback on double."""
    record = result(double, 60)
    record.questions[0].output = feedback
    return record


THRICE, FIRST = "double__thrice (three times)", "double__first (only the first number)"


def named(planned: list[Trial], start: str) -> Trial:
    """The trial whose name begins with `start`, in its first grading."""
    return next(trial for trial in planned if trial.name.startswith(start) and not trial.name.endswith(", again"))


# The verdict on each trial.


@pytest.mark.parametrize(
    ("trial", "came", "breaches"),
    [
        ("the reference", result(40, 60), []),
        ("the reference", result(40, 59), ["the reference gets 59 of 60 on scale_forward: "]),
        ("the untouched", result(0, 0), []),
        ("the untouched", result(0, 4), ["the untouched release gets 4 on scale_forward"]),
        ("double__thrice", result(0, 60), []),
        ("double__thrice", result(39, 60), []),
        ("double__thrice", result(40, 60), ["double__thrice (three times) survives: double gives it full marks"]),
        (
            "double__thrice",
            result(0, 30),
            ["double__thrice (three times) is wrong in double and also loses scale_forward"],
        ),
        ("double__thrice", result(0, 60, "crashed"), [f"{THRICE} loses double for the reason 'crashed', not 'wrong'"]),
        ("double__first", told("3 of 4 entries differ"), []),
        ("double__first", told("no"), [f"{FIRST} is told on double without 'entries differ': no"]),
        ("double__first", told("no", 40), [f"{FIRST} survives: double gives it full marks"]),
        ("adds", result(40, 60), []),
        ("adds", result(0, 60), ["adds (adds the numbers to themselves) gets 0 of 40 on double: "]),
    ],
)
def test_each_trial_has_its_verdict(sound: course.Assignment, trial: str, came: Result, breaches: list[str]) -> None:
    assert named(trials(sound), trial).judge(Graded(came)) == breaches


def test_a_declared_loss_is_allowed(tmp_path: Path) -> None:
    declared = MISTAKEN_DOUBLE.replace('"three times"', '"three times"\nalso = ["scale_forward"]')
    with course_at(tiny_course(tmp_path, {**BANK, "wrong_answer/double.toml": declared})):
        assert named(trials(course.current().load(ID)), "double__thrice").judge(Graded(result(0, 0))) == []


def test_not_graded_is_a_breach_for_every_trial(sound: course.Assignment) -> None:
    broken = result(40, 60)
    broken.questions[0].score, broken.questions[0].reason, broken.questions[0].fault = None, "not graded", "it broke"
    refused = Graded(Result(ID, [], problem="the kernel did not start"))
    for trial in trials(sound):
        if not trial.name.endswith("again"):
            assert trial.judge(Graded(broken))[0] == f"{trial.name}: double was not graded: it broke"
            assert trial.judge(refused)[0] == f"{trial.name} was not graded: the kernel did not start"


def test_the_canary_must_be_heard_and_must_lose(sound: course.Assignment) -> None:
    canary = named(trials(sound), "the canary")
    heard = released(ID)
    heard.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"CANARY-{ID.upper()}\n")]
    assert canary.judge(Graded(result(0, 0), nbformat.writes(heard))) == []
    not_heard = "the canary is not heard: what was run is not the file that was handed in"
    assert canary.judge(Graded(result(0, 0), nbformat.writes(released(ID)))) == [not_heard]
    kept = "the canary keeps double: what was judged is not the file that was handed in"
    assert canary.judge(Graded(result(40, 0), nbformat.writes(heard))) == [kept]


def test_records_are_compared_but_for_the_time() -> None:
    first, second = result(40, 60), result(40, 60)
    second.execution_time = 7.0
    assert different(first, second) == []
    second.questions[0].output = "seen at 0x7f00"
    assert different(first, second) == ["tests"]


def test_a_rounded_mark_is_lost_all_the_same() -> None:
    assert lost(result(39.9999, 60)) == {"double"}


def test_the_kill_table_counts(sound: course.Assignment) -> None:
    planned = trials(sound)
    came = {
        "double__thrice": result(0, 60),
        "double__first": result(40, 60),
        "scale": result(0, 0),
        "adds": result(0, 60),
    }
    graded = {
        place: Graded(next((one for start, one in came.items() if trial.name.startswith(start)), result(40, 60)))
        for place, trial in enumerate(planned)
    }
    table = kills(sound, planned, graded)
    counts = [(row.question, row.wrong, row.killed, row.survived, row.more) for row in [*table.rows, table.total]]
    assert counts == [("double", 2, 1, 1, 0), ("scale_forward", 1, 1, 0, 1), ("all", 3, 2, 1, 1)]
    assert (table.right, table.right_in_full) == (1, 0)


# Secrets that a release must not hold.


def test_a_sound_release_holds_no_secret(sound: course.Assignment) -> None:
    assert leaks(sound) == []


def into_the_notebook(line: str) -> Callable[[course.Assignment], None]:
    def plant(assignment: course.Assignment) -> None:
        notebook = json.loads(assignment.notebook.read_text())
        notebook["cells"][0]["source"].append(f"\n{line}\n")
        assignment.notebook.write_text(json.dumps(notebook))

    return plant


def into_given(text: str) -> Callable[[course.Assignment], None]:
    def plant(assignment: course.Assignment) -> None:
        path = assignment.release / "given.py"
        path.write_text(f"{path.read_text()}\n\n{text}\n")

    return plant


SECRET_TEST = (
    '    xs = np.array([0.5, -3.0, 7.0])\n    values("double(xs)", student.call("double", xs), reference.double(xs))\n'
)
LEAKS = {
    "an answer's line": (into_the_notebook("doubled = 2 * xs"), "an answer's line is in the release: doubled=2*xs"),
    "hidden test in the notebook": (
        into_the_notebook(SECRET_TEST),
        "holds text of solutions/01_tiny/hidden_tests/test_tiny.py",
    ),
    "hidden test in given.py": (
        into_given(f"def shown(student, reference):\n{SECRET_TEST}"),
        "given.py holds text of solutions/01_tiny/hidden_tests/",
    ),
    "name of a hidden test": (
        into_the_notebook("see test_scale_forward"),
        "the name of a hidden test of solutions/01_tiny/hidden_tests",
    ),
    "wrong answer": (
        into_the_notebook("doubled = xs.copy()\ndoubled[0] *= 2"),
        "holds text of solutions/01_tiny/submissions/wrong_answer/double.toml",
    ),
    "wrong answer, mistake and base together": (
        into_the_notebook("def forward(self, xs):\n    (weight,) = self.params\n    return double(xs)\n"),
        "holds text of solutions/01_tiny/submissions/wrong_answer/scale_forward.toml:3: (weight,)=self.params return",
    ),
    "answer in given.py": (into_given("class Scale:\n    pass"), "given.py defines Scale, which students are to write"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found(tmp_path: Path, name: str) -> None:
    plant, message = LEAKS[name]
    with course_at(tiny_course(tmp_path)):
        plant(course.current().load(ID))
        problems = leaks(course.current().load(ID))
    assert any(message in line for line in problems), problems


def test_answers_of_earlier_assignments_are_handed_out_and_no_secret() -> None:
    solutions = course.current().root / "solutions"
    assert handout.earlier_answers(solutions, "01_rnn_lm_sampling") == ""
    earlier = handout.earlier_answers(solutions, "02_seq2seq")
    assert "class TimeLSTM:" in earlier
    given = (course.current().load("02_seq2seq").release / "given.py").read_text().splitlines()
    assert set(earlier.splitlines()) <= set(given)


def test_the_course_leaks_nothing() -> None:
    for id in course.current().assignment_ids():
        assert leaks(course.current().load(id)) == []


# The whole gate.


@pytest.mark.slow
def test_a_sound_course_passes(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(built, monkeypatch, capsys)("validate")
    assert ran.status == 0, ran
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["double", "2", "2", "0", "0", "0", "0"] in rows
    assert ["scale_forward", "1", "1", "0", "0", "0", "0"] in rows
    assert ["all", "3", "3", "0", "0", "0", "0"] in rows
    assert "unusual right answers with full marks: 1 of 1" in ran.out
    assert [row for row in rows if len(row) == 5 and row[0].isdigit()] == [[v, "3", "3", "1", "1"] for v in "0123"]
    assert "\x1b" not in ran.out


PLANTED_BANK = {
    "accepted/halves.py": '"""keeps all: it does not"""\n\ndef double(xs):\n    return xs / 2\n',
    "wrong_answer/double.toml": """
[[mistake]]
name = "both"
says = "and the other one"
text = '''
def double(xs):
    return xs

class Scale:
    def __init__(self, w):
        self.params, self.grads = [w], [w]

    def forward(self, xs):
        return xs
'''

[[mistake]]
name = "crashes"
says = "it does not"
reason = "crashed"
old = '2 * xs'
new = '1 * xs'

[[mistake]]
name = "right"
says = "nothing is wrong with it"
old = '2 * xs'
new = 'xs + xs'
""",
}


@pytest.mark.slow
def test_breaches_of_the_bank_and_the_build_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_course(tmp_path, PLANTED_BANK)
    with (root / "assignments" / ID / "given.py").open("a") as file:
        file.write("\n")
    ran = Commands(root, monkeypatch, capsys)("validate", ID)
    assert ran.status == 1
    breaches = [line.removeprefix(f"BREACH {ID}: ") for line in ran.out.splitlines() if line.startswith("BREACH")]
    first, second, third, fourth, fifth, sixth = breaches
    assert (
        first
        == f"assignments/{ID}/given.py is not what solutions/ builds: run python -m autograder build (would change)"
    )
    assert second == "no wrong answer in the bank for scale_forward"
    assert third == "double__both (and the other one) is wrong in double and also loses scale_forward"
    assert fourth == "double__crashes (it does not) loses double for the reason 'wrong', not 'crashed'"
    assert fifth == "double__right (nothing is wrong with it) survives: double gives it full marks"
    assert sixth.startswith("halves (it does not) gets 0 of 40 on double: double(xs)")
    lines = ran.out.splitlines()
    table = next(place for place, line in enumerate(lines) if "wrong answers, and what becomes of them" in line)
    assert [place for place, line in enumerate(lines) if line.startswith("BREACH")] == list(range(6))
    assert table > 5, "what is unexpected comes before the table"
    assert lines[-1] == "6 unexpected, listed above each table."


@pytest.mark.slow
def test_a_malformed_bank_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = MISTAKEN_DOUBLE.replace("old = '2 * xs'", "old = '4 * xs'")
    ran = Commands(tiny_course(tmp_path, {**BANK, "wrong_answer/double.toml": broken}), monkeypatch, capsys)(
        "validate", ID
    )
    assert (ran.status, ran.err) == (1, "")
    place = "solutions/01_tiny/submissions/wrong_answer/double.toml:3"
    assert ran.out.splitlines() == [
        f"BREACH {ID}: {place}: thrice: old is not in the base, it must be there once: 4 * xs",
        "1 unexpected, listed above each table.",
    ]


CARELESS_SUITE = '''
import itertools
import os

from autograder.testing.checks import equal, values
from autograder.errors import CheckFailed
from autograder.testing.question import question


@question("double", points=1)
def test_double(student, reference):
    """Gives its points to anybody."""
    equal("nothing", 1, 1)


@question("scale_forward", points=1)
def test_scale_forward(student, reference):
    """Says something else every time."""
    equal("nothing", 1, 1)
    raise CheckFailed("always", os.urandom(8).hex(), "never")
'''


@pytest.mark.slow
def test_breaches_of_the_suite_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(tiny_course(tmp_path, suite=CARELESS_SUITE), monkeypatch, capsys)("validate")
    assert ran.status == 1
    for planted in (
        "the reference gets 0 of 60 on scale_forward: always",
        "the untouched release gets 40 on double",
        "the canary keeps double: what was judged is not the file that was handed in",
        "double__thrice (three times) survives: double gives it full marks",
        "the reference, graded twice: tests came out differently",
    ):
        assert f"BREACH {ID}: {planted}" in ran.out


@pytest.mark.slow
def test_a_grader_that_grades_the_reference_is_caught(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another autograder once marked its own solution instead of the submissions, so everyone passed."""
    graded = Graded(result(40, 60), nbformat.writes(filled_at(built)))
    monkeypatch.setattr(gate, "grade_many", lambda work, pool: [(place, graded) for place in range(len(work))])
    console = Console(file=io.StringIO(), width=200)
    with course_at(built):
        assert not validation.validate([ID], console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert f"BREACH {ID}: the canary is not heard" in printed
    assert f"BREACH {ID}: the canary keeps scale_forward" in printed
    assert f"BREACH {ID}: the untouched release gets 40 on double" in printed


def filled_at(root: Path) -> object:
    with course_at(root):
        return filled(ID)


def test_the_bank_is_graded_without_training(sound: course.Assignment) -> None:
    """Reference and stub are graded with training, the bank without, so that the gate takes minutes."""
    planned = trials(sound)
    assert named(planned, "the reference").training
    assert named(planned, "the untouched").training
    assert not any(trial.training for trial in planned if trial.submission is not None)


# Filling in.


def test_filled_has_the_reference_and_what_replaces_it(sound: course.Assignment) -> None:
    notebook = filled(ID, {"double": "def double(xs):\n    return 'mine'"})
    sources = {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert sources["double"] == "def double(xs):\n    return 'mine'"
    assert sources["Scale"] == reference_answers(ID)["Scale"]
    assert "return double(xs) * weight" in sources["Scale"]
    assert "SOLUTION" not in sources["Scale"]


def test_an_answer_to_no_cell_is_refused(sound: course.Assignment) -> None:
    with pytest.raises(Exception, match="01_tiny has no solution cell triple"):
        filled(ID, {"triple": "pass"})
