"""One submission from bytes to record: marks, follow-through, faults, questions left out, and the feedback.

The course has one tiny assignment: `double` for 40 points, and `scale_forward`, which builds on it, for 60.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from tiny_course import ID, answered, edited, grade_id, tiny_course

from autograder import course
from autograder.errors import SandboxMissing
from autograder.grading import grader, provenance
from autograder.grading.grader import cell_notes, grade, wanted_questions
from autograder.grading.options import Options
from autograder.grading.questioning import share_passed
from autograder.result import NOT_GRADED
from autograder.sandbox import Limits, bubblewrap, require_bubblewrap
from autograder.testing.plugin import Outcome
from autograder.testing.question import Question

LIMITS = Limits(cell_s=1.0, output_chars=500)
RIGHT_SCALE = """class Scale:
    def __init__(self, w):
        self.params, self.grads = [w], [np.zeros_like(w)]
    def forward(self, xs):
        return double(xs) * self.params[0]
"""
WRONG_SCALE = RIGHT_SCALE.replace("* self.params[0]", "+ self.params[0]")
WRONG_DOUBLE = "def double(xs):\n    return 3 * xs\n"
SUITE = """
import numpy as np
from autograder.testing.checks import equal, values
from autograder.testing.question import question
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("grading"))


@pytest.fixture(autouse=True)
def chosen_course(root, monkeypatch):
    """Make the tiny course the current one, without another course's caches."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    grader.forget_loaded()


@pytest.fixture
def with_suite(tmp_path, monkeypatch):
    """Put another hidden suite in place."""

    def put(text: str) -> None:
        place = tiny_course(tmp_path, suite=SUITE + text)
        monkeypatch.setenv("AUTOGRADER_COURSE", str(place))

    return put


def graded(root: Path, answers=None, data: bytes | None = None, **options):
    given = {"limits": LIMITS, "assignment": ID} | options
    return grade(answered(root, answers) if data is None else data, Options(**given)).result


def marks(result) -> dict[str, tuple[float | None, str]]:
    return {question.id: (question.score, question.reason) for question in result.questions}


def feedback(result, id: str) -> str:
    return next(question.output for question in result.questions if question.id == id)


# marks


def test_the_reference_gets_full_marks_and_the_record_of_the_contract(root):
    data = answered(root)
    result = graded(root, data=data)
    assert marks(result) == {"double": (40, "correct"), "scale_forward": (60, "correct")}
    assert (result.score, result.max_score, result.graded, result.output) == (100, 100, True, "100 of 100 points.")
    record = json.loads(json.dumps(result.to_json()))
    assert {"score", "execution_time", "output", "tests", "extra_data"} == set(record)
    assert record["score"] == 100
    assert [set(entry) for entry in record["tests"]] == [
        {"name", "score", "max_score", "status", "output", "extra_data"}
    ] * 2
    assert re.fullmatch(r"[0-9a-f]{64}", record["extra_data"]["submission_sha256"])
    assert re.fullmatch(r"[0-9a-f]{64}", record["extra_data"]["suite_sha256"])
    assert record["extra_data"]["assignment"] == ID
    assert re.fullmatch(
        r"python [\d.]+, numpy [\d.]+, torch [\w.+]+, autograder [\d.]+, confined", record["extra_data"]["environment"]
    )
    again = graded(root, data=data)
    assert again.to_json() | {"execution_time": 0} == record | {"execution_time": 0}


def test_the_untouched_release_gets_nothing(root):
    result = graded(root, data=(root / "assignments" / ID / "tiny.ipynb").read_bytes())
    assert marks(result) == {"double": (0, "missing"), "scale_forward": (0, "missing")}
    assert result.output == "0 of 100 points."
    assert feedback(result, "double") == "not written yet: double"


def test_one_mistake_costs_its_own_points(root):
    result = graded(root, {"double": WRONG_DOUBLE})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (60, "correct")}


def test_the_other_mistake_costs_its_own_points_too(root):
    result = graded(root, {"Scale": WRONG_SCALE})
    assert marks(result) == {"double": (40, "correct"), "scale_forward": (0, "wrong")}


def test_two_mistakes_cost_both(root):
    result = graded(root, {"double": WRONG_DOUBLE, "Scale": WRONG_SCALE})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (0, "wrong")}


def test_a_compensated_mistake_loses_nothing_by_the_stand_in(root):
    made_up_for = RIGHT_SCALE.replace("double(xs)", "double(xs) * 2 / 3")
    result = graded(root, {"double": WRONG_DOUBLE, "Scale": made_up_for})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (60, "correct")}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('no')", "wrong"),
        ("import os; os._exit(0)", "crashed"),
        ("return np.ones(10**10)", "memory"),
    ],
    ids=["raises", "os._exit", "memory"],
)
def test_whatever_the_first_question_does_the_second_is_graded(root, body, reason):
    result = graded(root, {"double": f"def double(xs):\n    {body}\n"})
    assert marks(result) == {"double": (0, reason), "scale_forward": (60, "correct")}


ASKS = {
    "input on top": ("name = input('Your name? ')\ndef double(xs):\n    return 2 * xs\n", "The cell double asked for"),
    "input inside": ("def double(xs):\n    input('go on?')\n    return 2 * xs\n", "the call asked for"),
    "a debugger on top": (
        "import pdb; pdb.set_trace()\ndef double(xs):\n    return 2 * xs\n",
        "The cell double asked for",
    ),
    "a debugger inside": (
        "def double(xs):\n    import pdb\n    pdb.set_trace()\n    return 2 * xs\n",
        "the call asked for",
    ),
    "a password": (
        "import getpass\nword = getpass.getpass()\ndef double(xs):\n    return 2 * xs\n",
        "The cell double asked",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKS)
def test_an_answer_that_asks_for_input_is_wrong_and_told_so(root, name):
    source, told = ASKS[name]
    result = graded(root, {"double": source})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (60, "correct")}
    assert feedback(result, "double").startswith(told)
    assert "input()" in feedback(result, "double")


def test_an_error_derived_from_the_stubs_is_reported(root):
    source = (
        "class Later(NotImplementedError): pass\ndef double(xs):\n    raise Later('tomorrow')\nraise Later('today')"
    )
    result = graded(root, {"double": source})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (60, "correct")}
    assert feedback(result, "double") == 'The cell double raised Later: "today"\n\nyour code raised Later: "tomorrow"'


def test_a_loop_without_end_costs_its_question(root, with_suite):
    text = (root / "solutions" / ID / "hidden_tests" / "test_tiny.py").read_text()
    with_suite(text.replace("from __future__ import annotations", "").replace("points=1", "points=1, timeout_s=1.0"))
    result = graded(root, {"double": "def double(xs):\n    while True: pass\n"})
    assert marks(result) == {"double": (0, "timeout"), "scale_forward": (60, "correct")}
    assert feedback(result, "double") == "no answer within 1 s"


PARTS = """
@question("double", points=3)
def test_values(student, reference):
    xs = np.array([1.0, -2.0])
    values("double(xs)", student.call("double", xs), reference.double(xs))
@question("double", points=1, hint="What is twice nothing?")
def test_empty(student, reference):
    xs = np.zeros(1)
    values("double of nothing", student.call("double", xs), reference.double(xs))
@question("scale_forward", given=["double"])
def test_scale(student, reference):
    equal("x", 1, 1)
"""


def test_partial_credit_is_by_the_points_of_the_tests(root, with_suite):
    with_suite(PARTS)
    result = graded(root, {"double": "def double(xs):\n    return 2 * xs if xs.any() else xs + 1\n"})
    assert marks(result)["double"] == (30, "wrong")
    assert "double of nothing" in feedback(result, "double")
    assert feedback(result, "double").endswith("Hint: What is twice nothing?")
    assert result.output == "90 of 100 points."


TWO_WEIGHTS = """
@question("double")
def test_double(student, reference):
    values("double(1)", student.call("double", 1.0), reference.double(1.0))
@question("scale_forward", points=1, given=["double"])
def test_positive(student, reference):
    xs, w = np.array([1.0, 2.0]), np.array([1.5])
    values("forward", student.new("Scale", w).call("forward", xs), reference.Scale(w).forward(xs))
@question("scale_forward", points=2, given=["double"])
def test_negative(student, reference):
    xs, w = np.array([1.0, 2.0]), np.array([-1.5])
    values("forward", student.new("Scale", w).call("forward", xs), reference.Scale(w).forward(xs))
"""


def test_with_and_without_stand_ins_the_better_counts(root, with_suite):
    with_suite(TWO_WEIGHTS)
    made_up_for = RIGHT_SCALE.replace("double(xs) * self.params[0]", "double(xs) * 2 / 3 * abs(self.params[0])")
    result = graded(root, {"double": WRONG_DOUBLE, "Scale": made_up_for})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (20, "wrong")}


FAULTY_WITH_STAND_INS = """
@question("double")
def test_double(student, reference):
    values("double(1)", student.call("double", 1.0), reference.double(1.0))
@question("scale_forward", given=["double"])
def test_scale(student, reference):
    y = student.new("Scale", np.ones(1)).call("forward", np.ones(1))
    assert student.call("double", 1.0) != reference.double(1.0), "a test that no right answer passes"
    values("forward", y, reference.Scale(np.ones(1)).forward(np.ones(1)))
"""


def test_a_fault_that_only_the_stand_ins_bring_about_is_no_mark_either(root, with_suite):
    with_suite(FAULTY_WITH_STAND_INS)
    result = graded(root, {"double": WRONG_DOUBLE, "Scale": WRONG_SCALE})
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (None, "not graded")}


# faults of the course


FAULTY = {
    "compares nothing": 'def test_it(student, reference): student.call("double", 1)',
    "asserts": 'def test_it(student, reference): assert reference.double(1) == 3, "the oracle varies"',
    "sends what may not cross": 'def test_it(student, reference): student.call("double", {1})',
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_question_whose_test_is_wrong_is_not_graded(root, with_suite, name):
    with_suite(f'@question("double")\n{FAULTY[name]}\n' + PARTS[PARTS.index('@question("scale_forward"') :])
    result = graded(root)
    assert marks(result) == {"double": (None, NOT_GRADED), "scale_forward": (60, "correct")}
    assert (result.score, result.max_score, result.graded) == (60, 60, False)
    assert result.output == "Not graded: double."
    assert "oracle" not in feedback(result, "double")
    assert "test_it" in result.to_json()["extra_data"]["not_graded"]["double"]


def test_a_question_that_the_suite_has_no_test_of_is_not_graded(root, with_suite):
    with_suite(PARTS[PARTS.index('@question("scale_forward"') :])
    assert marks(graded(root)) == {"double": (None, NOT_GRADED), "scale_forward": (60, "correct")}


def test_a_broken_suite_grades_nothing(root, with_suite):
    with_suite("import nothing_of_the_kind")
    result = graded(root)
    assert (result.questions, result.score, result.graded) == ([], 0, False)
    assert "do not run" in result.problem


def test_a_suite_that_builds_on_an_unknown_question(root, with_suite):
    with_suite(PARTS.replace('given=["double"]', 'given=["treble"]').replace('equal("x", 1, 1)', 'equal("x", 1, 2)'))
    result = graded(root)
    assert not result.graded
    assert "treble" in result.problem


def test_a_reference_that_does_not_run_grades_nothing(root, tmp_path, monkeypatch):
    place = tiny_course(tmp_path)
    data = answered(place)
    source = place / "solutions" / ID / "tiny.py"
    source.write_text(source.read_text().replace("import numpy as np", "import numpy as np\n1 / 0"))
    monkeypatch.setenv("AUTOGRADER_COURSE", str(place))
    result = graded(root, data=data)
    assert not result.graded
    assert "the reference does not run" in result.problem


# questions left out


def test_only_the_questions_wanted_count(root):
    result = graded(root, {"double": WRONG_DOUBLE}, questions=frozenset({"scale_forward"}))
    assert marks(result) == {"double": (None, "skipped"), "scale_forward": (60, "correct")}
    assert (result.score, result.max_score, result.graded, result.output) == (60, 60, True, "60 of 60 points.")
    entry = result.to_json()["tests"][0]
    assert (entry["max_score"], entry["extra_data"]["reason"]) == (0, "skipped")


def test_an_unknown_question_cannot_be_selected(root):
    result = graded(root, questions=frozenset({"treble"}))
    assert not result.graded
    assert "01_tiny has no question 'treble'; it has double, scale_forward" in result.problem


def test_training_can_be_left_out():
    ids = ("softmax", "attention_training", "training_data")
    questions = [course.QuestionInfo(id, 1, (), id, "") for id in ids]
    info = SimpleNamespace(questions=questions, question=lambda id: None)
    assert wanted_questions(info, Options()) == set(ids)
    assert wanted_questions(info, Options(training=False)) == {"softmax", "training_data"}
    only = Options(training=False, questions=frozenset({"attention_training", "softmax"}))
    assert wanted_questions(info, only) == {"softmax"}


# the notebook's run, and notes on it


def added(source: str):
    """A change that inserts a cell of the student's at the top."""
    return lambda notebook: notebook.cells.insert(0, nbformat.v4.new_code_cell(source))


def test_a_notebook_that_talks_loses_nothing(root):
    talk = "import sys, warnings; print('0 of 100 points'); sys.stderr.write('Error!'); warnings.warn('careful')"
    answer = f"def double(xs):\n    {talk}\n    return 2 * xs\n"
    assert graded(root, data=edited(answered(root, {"double": answer}), added(talk))).score == 100


def test_a_failed_or_slow_cell_is_noted_and_costs_nothing_by_itself(root):
    cells = ["1 / 0", "while True: pass", "import os; os._exit(0)"]
    data = answered(root)
    for cell in reversed(cells):
        data = edited(data, added(cell))
    result = graded(root, data=data)
    assert result.score == 100
    assert result.notes == [
        'Cell 1 raised ZeroDivisionError: "division by zero"',
        "Cell 2 ran for over 1 s and was stopped.",
        "Cell 3 ended the kernel, so the notebook was run without it.",
    ]
    assert result.output.splitlines() == [*result.notes, "100 of 100 points."]


@pytest.mark.parametrize(
    ("source", "reason", "message"),
    [
        (
            "while True: pass\ndef double(xs): return 2 * xs",
            "timeout",
            "The cell double ran for over 1 s and was stopped.",
        ),
        (
            "import os; os._exit(0)\ndef double(xs): return 2 * xs",
            "crashed",
            "The cell double ended the kernel, so the notebook was run without it.",
        ),
        (
            "def double(xs, a=np.ones(10**10)): return 2 * xs",
            "memory",
            'The cell double raised MemoryError: "Unable to allocate',
        ),
        (
            "def double(xs, a=1 / 0): return 2 * xs",
            "missing",
            'The cell double raised ZeroDivisionError: "division by zero"',
        ),
    ],
    ids=["timeout", "crashed", "memory", "raised"],
)
def test_a_solution_cell_that_does_not_run_gives_its_question_the_reason(root, source, reason, message):
    result = graded(root, {"double": source})
    assert marks(result) == {"double": (0, reason), "scale_forward": (60, "correct")}
    assert feedback(result, "double").startswith(message)
    assert any(note.startswith(message) for note in result.notes)


def test_a_check_cell_is_not_run(root):
    endless = {
        "double": "def double(xs):\n    if len(xs) == 3 and xs[1] == 1:\n        while True: pass\n    return 2 * xs\n"
    }
    result = graded(root, endless)
    assert (result.score, result.notes) == (100, [])


def test_a_notebook_that_is_never_there_to_be_asked_gets_nothing_and_is_graded(root):
    data = edited(answered(root), added("import autograder.agent.server as agent; agent.serve = None"))
    result = graded(root, data=data)
    assert marks(result) == {"double": (0, "crashed"), "scale_forward": (0, "crashed")}
    assert result.graded
    assert "did not let itself be asked" in feedback(result, "double")


def test_a_notebook_whose_answers_break_its_kernel_too_often(root):
    data = answered(root)
    for _ in range(3):
        data = edited(data, added("import os; double = os._exit(0)"))
    result = graded(root, data=data, limits=Limits(restarts=1))
    assert marks(result) == {"double": (0, "crashed"), "scale_forward": (0, "crashed")}
    assert "ended its kernel 3 times" in feedback(result, "double")


def test_repairs_are_noted(root):
    def tampered(notebook) -> None:
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != "double_check"]
        for cell in notebook.cells:
            if grade_id(cell) == "imports":
                cell.source = "from given import ramp"

    result = graded(root, data=edited(answered(root), tampered))
    assert result.score == 100
    assert sorted(result.notes) == [
        "The cell double_check was missing: it was put back as released.",
        "The cell imports had been changed: it was put back as released.",
    ]


def test_feedback_shows_no_hidden_input(root):
    telling = "def double(xs):\n    raise ValueError(f'hidden: {[float(x) for x in np.tile(xs, 60)]}')\n"
    result = graded(root, {"double": telling, "Scale": WRONG_SCALE})
    assert "hidden: [0.5, -3.0" in feedback(result, "double")  # it may repeat the hidden input, but only a little
    assert len(feedback(result, "double")) < 400
    wrong = feedback(graded(root, {"double": WRONG_DOUBLE}), "double")
    assert "every entry is 1.5 times the wanted" in wrong
    assert not re.search(r"-3|-6|-9|\b7\b|14|21", wrong)  # no hidden numbers beyond the first difference


def test_forgeries_by_the_notebook_are_not_believed(root):
    forged = """
import autograder.agent.server as server, autograder.agent.wire as wire, numpy as np
np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
server._answer = lambda servant, request: wire.pack(("value", 1e9))
server.Servant.handle = lambda self, request: "correct"
"""
    data = edited(answered(root, {"double": WRONG_DOUBLE, "Scale": WRONG_SCALE}), added(forged))
    result = graded(root, data=data)
    assert result.score == 0
    assert not [note for note in result.notes if "raised" in note]  # the forgery was in place


def test_a_class_of_its_own_that_agrees_with_everything_is_not_believed(root):
    agrees = """class Agreeable(np.ndarray):
    def __eq__(self, other): return np.ones(3, bool)
    __ne__ = __lt__ = __gt__ = lambda self, other: np.zeros(3, bool)
    def __sub__(self, other): return np.zeros(3)
    __rsub__ = __sub__
    def __array_function__(self, *args): return True
def double(xs):
    return np.ones(3).view(Agreeable)
"""
    assert marks(graded(root, {"double": agrees}))["double"] == (0, "wrong")


def test_every_question_is_asked_afresh(root, with_suite):
    with_suite(PARTS)
    counting = "calls = []\ndef double(xs):\n    calls.append(1)\n    return 2 * xs if len(calls) == 1 else xs\n"
    assert marks(graded(root, {"double": counting}))["double"] == (40, "correct")


# ungradable submissions


def test_an_unreadable_submission_is_reported(root):
    result = graded(root, data=b"")
    assert (result.problem, result.graded, result.questions) == ("the file is empty", False, [])
    assert result.output == "Not graded: the file is empty."
    assert re.fullmatch(r"[0-9a-f]{64}", result.submission_sha256)


def test_a_kernel_that_does_not_start_is_reported(root, monkeypatch, tmp_path):
    (tmp_path / "launch.py").touch()
    monkeypatch.setattr(bubblewrap, "AGENT", tmp_path)
    result = graded(root)
    assert not result.graded
    assert "the confined kernel ended while starting" in result.problem


def test_without_bubblewrap_nothing_is_graded(root, monkeypatch):
    require_bubblewrap.cache_clear()
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bubblewrap, "_beside_python", lambda: None)
    try:
        for data in (None, b""):  # before anything is read
            with pytest.raises(SandboxMissing, match="bubblewrap"):
                graded(root, data=data)
    finally:
        require_bubblewrap.cache_clear()


def test_a_package_that_is_not_installed_is_named_before_the_notebook_runs(tmp_path, monkeypatch):
    place = tiny_course(tmp_path)
    (place / "solutions" / ID / "assignment.toml").write_text('needs = ["numpy", "sleepytorch"]\n', encoding="utf-8")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(place))
    result = graded(place)
    assert (result.graded, result.questions) == (False, [])
    assert result.problem == (
        "01_tiny is graded with sleepytorch, which is not installed here: pip install 'autograder[sleepytorch]'"
    )


def test_unconfined_is_stamped(root):
    result = graded(root, {"double": WRONG_DOUBLE}, confined=False)
    assert marks(result) == {"double": (0, "wrong"), "scale_forward": (60, "correct")}
    assert result.environment.endswith("UNCONFINED")
    assert not result.confined


# parts


def outcome(points: float, passed: bool, fault: str = "") -> Outcome:
    return Outcome(Question("q", points), "t", passed=passed, fault=fault)


@pytest.mark.parametrize(
    ("outcomes", "share"),
    [([], 0.0), ([outcome(1, True)], 1.0), ([outcome(1, True), outcome(3, False)], 0.25),
     ([outcome(1, True), outcome(1, True, "task")], 0.0)],
    ids=["none", "all", "a quarter", "faulty"],
)  # fmt: skip
def test_the_share_that_passed(outcomes, share):
    assert share_passed(outcomes) == share


def test_notes_are_of_cells_that_raised_or_were_stopped():
    sources = ["fine", "raised", "stub", "stopped"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    for place, ename in ((1, "KeyError"), (2, "NotImplementedError"), (3, "KeyboardInterrupt")):
        notebook.cells[place].outputs = [nbformat.v4.new_output("error", ename=ename, evalue="x\n" * 900, traceback=[])]
    notebook.cells[1].metadata["nbgrader"] = {"grade_id": "double"}
    notes = cell_notes(notebook, {3: ("timeout", "ran for over 30 s and was stopped")})
    assert {name: note.reason for name, note in notes.items()} == {"double": "", "3": "timeout"}
    assert notes["double"].text == f'The cell double raised KeyError: "{"x " * 58}x..."'
    assert notes["3"].text == "Cell 4 ran for over 30 s and was stopped."


def test_the_hash_of_what_decides_a_mark_changes_with_it(root, tmp_path, monkeypatch):
    before = provenance.suite_sha256(ID)
    place = tiny_course(tmp_path)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(place))
    provenance.forget_files()
    assert provenance.suite_sha256(ID) == before
    for path in (f"solutions/{ID}/tiny.py", "solutions/given/arrays.py", f"solutions/{ID}/hidden_tests/test_tiny.py"):
        with (place / path).open("a") as file:
            file.write("\n# changed\n")
        provenance.forget_files()
        assert provenance.suite_sha256(ID) != before
        before = provenance.suite_sha256(ID)
