"""A student's own cells cost them no answer, however long they run and whatever they stop or delete.

Real kernels; the course has one tiny assignment: `double` (40 points), and `scale_forward`, which builds on it (60).
"""

from __future__ import annotations

import itertools

import nbformat
import pytest
from tiny_course import ID, answered, edited, tiny_course

from autograder.agent.kept_names import KeptNames
from autograder.errors import ChildDied
from autograder.grading import grader
from autograder.grading.grader import Graded, grade
from autograder.grading.judge import ON_THREADS, with_hint_on_threads
from autograder.grading.options import Options
from autograder.restore.needed_cells import computed_names, deleted_names, global_names, needed_in
from autograder.restore.syntax import Code
from autograder.result import QuestionResult
from autograder.sandbox import Limits, Session
from autograder.sandbox.budget import Budget
from autograder.sandbox.cpu_wait import Stopwatch

ANSWERS = {
    "double": "def double(xs):\n    return factor * xs\n",
    "Scale": "class Scale:\n    def __init__(self, w):\n        self.params, self.grads = [w], [np.zeros_like(w)]\n"
    "    def forward(self, xs):\n        return double(xs) * self.params[0]\n",
}
FACTOR = "factor = 2"


def code(source: str) -> nbformat.NotebookNode:
    """A code cell with a unique id, since nbformat's random ids may collide."""
    cell = nbformat.v4.new_code_cell(source)
    cell["id"] = f"own-{next(NUMBERS)}"
    return cell


NUMBERS = itertools.count()
LIMITS = Limits(cell_s=1.0, notebook_s=2.0, restarts=2)
FULL = (40.0, 60.0)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("needed"))


@pytest.fixture(autouse=True)
def in_course(root, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    grader.forget_loaded()


def graded(root, above=(), below=(), answers=ANSWERS, limits=LIMITS) -> Graded:
    """Grade the answers with the student's own cells above them (after FACTOR) and below."""

    def put_around(notebook):
        place = 1 + max(i for i, cell in enumerate(notebook.cells) if "import numpy" in "".join(cell.source))
        notebook.cells[place:place] = map(code, [FACTOR, *above])
        notebook.cells += map(code, below)

    data = edited(answered(root, answers), put_around)
    return grade(data, Options(limits=limits, assignment=ID))


def points(graded: Graded) -> tuple[float | None, ...]:
    return tuple(question.score for question in graded.result.questions)


def notes(graded: Graded) -> str:
    return "\n".join(graded.result.notes)


# time

SLOW = "import time\ntime.sleep(0.9)"


@pytest.mark.slow
def test_own_experiments_leave_the_time_of_the_answers_alone(root):
    answers = {**ANSWERS, "Scale": SLOW + "\n" + ANSWERS["Scale"]}  # this run is needed, and has its own time
    seen = graded(root, above=[SLOW] * 4, answers=answers)
    assert points(seen) == FULL
    assert "was not run: the notebook had used up its 2 s." in notes(seen)


@pytest.mark.slow
def test_what_answers_need_is_run_whatever_was_spent_before(root):
    answers = {**ANSWERS, "double": "def double(xs):\n    return times(xs)\n"}
    own = [*[SLOW] * 4, f"def times(xs):\n    return two * xs\n{SLOW}", "one = 1", "two = 2 * one"]
    seen = graded(root, above=own, answers=answers)
    assert points(seen) == FULL
    assert notes(seen).count("was not run") == 2


@pytest.mark.slow
def test_answers_that_take_too_long_are_not_run_for_ever(root):
    slow = {name: "\n".join([*["import time", "time.sleep(0.9)"], text]) for name, text in ANSWERS.items()}
    seen = graded(root, answers=slow, limits=Limits(notebook_s=0.5))
    assert points(seen) == (40.0, 0.0)
    assert "The cell Scale was not run: the notebook had used up its 0.5 s." in notes(seen)


@pytest.mark.slow
def test_restarts_draw_on_the_same_seconds(root):
    with Session(None, [], LIMITS) as session:
        own = [SLOW, *["import os; os._exit(0)"] * 3]
        session.notebook = nbformat.v4.new_notebook(cells=list(map(code, [*own, "x = 1"])))
        session.needed = needed_in(session.notebook, ["x"])
        session.run()
        assert session._budget.own_s <= 0
        assert session._restarts < 3
        assert 4 not in session.left_out


def test_a_notebook_whose_own_cells_end_the_kernel_again_and_again_is_run_a_last_time_without_them(root):
    seen = graded(root, above=["import os; os._exit(0)"] * 4, limits=Limits(restarts=1))
    assert points(seen) == FULL
    assert notes(seen).count("ended the kernel, so the notebook was run without it") == 2
    assert notes(seen).count("was not run: the notebook ended its kernel 2 times") == 2


def test_a_notebook_whose_answers_keep_ending_the_kernel_is_given_up():
    notebook = nbformat.v4.new_notebook(cells=[code("import os\nx = os._exit(0)") for _ in range(3)])
    with Session(notebook, [], Limits(restarts=0)) as session:
        session.needed = needed_in(notebook, ["x"])
        with pytest.raises(ChildDied, match="the notebook ended its kernel 2 times"):
            session.run()


def test_seconds_are_taken_from_those_they_belong_to():
    budget = Budget(10.0)
    budget.charge(False, 11.0)
    assert budget.refusal(0, True) == ""
    assert budget.refusal(1, False) == "the notebook had used up its 10 s"
    budget.give_up_own("something else")  # too late to be the reason
    assert budget.refusal(1, False) == "the notebook had used up its 10 s"
    budget.charge(True, 10.0)
    assert budget.refusal(0, True) == "the notebook had used up its 10 s"
    other = Budget(10.0)
    other.give_up_own("something else")
    assert (other.refusal(0, True), other.refusal(1, False)) == ("", "something else")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "starved"), [("answer", True), ("experiment", False)])
def test_a_busy_machine_is_a_reason_to_grade_again_only_where_an_answer_ran_out_of_time(name, starved, monkeypatch):
    monkeypatch.setattr(Stopwatch, "waited_s", lambda self: 1e6)
    cell = code(f"import time\n{name} = time.sleep(9)")
    with Session(nbformat.v4.new_notebook(cells=[cell]), [], Limits(cell_s=0.5)) as session:
        session.needed = needed_in(session.notebook, ["answer"])
        session.run()
        assert session.interrupted == {0: ("timeout", "ran for over 0.5 s and was stopped")}
        assert session.starved == starved


# cells that end the kernel

SHUTDOWN = "import IPython; _ = IPython.Application.instance().kernel.do_shutdown(True)"


@pytest.mark.parametrize("ending", ["exit()", "quit()", "quit", "exit(keep_kernel=True)", SHUTDOWN])
def test_a_cell_that_calls_exit_is_named_and_costs_nothing(root, ending):
    seen = graded(root, above=[ending, "import time; time.sleep(0.3)"])
    assert points(seen) == FULL
    (note,) = [note for note in seen.result.notes if "exit()" in note]
    assert note.endswith("ends the kernel in Jupyter: the cells below it were run all the same.")


def test_an_answer_that_ends_with_exit_is_named_and_costs_nothing(root):
    seen = graded(root, answers={name: text + "\nexit()" for name, text in ANSWERS.items()})
    assert points(seen) == FULL
    assert "The cell double called exit()" in notes(seen)
    assert "The cell Scale called exit()" in notes(seen)


def test_a_system_exit_ends_its_cell_alone(root):
    assert points(graded(root, above=["import sys; sys.exit(1)"])) == FULL


@pytest.mark.slow
@pytest.mark.parametrize(
    "ending",
    [
        "import threading, os; threading.Timer(0.1, os._exit, [0]).start()",
        "get_ipython().kernel.io_loop.call_later(0.1, get_ipython().kernel.io_loop.stop) and quit",
        "import os, signal; _ = os.kill(os.getpid(), signal.SIGTERM)",
    ],
)
def test_a_cell_that_ends_the_kernel_after_its_reply_is_the_one_left_out(root, ending):
    seen = graded(root, above=[ending])
    assert points(seen) == FULL
    assert "Cell 4 ended the kernel, so the notebook was run without it." in notes(seen)
    assert notes(seen).count("ended the kernel") == 1


# names that are deleted

DELETING = {
    "%reset -f": "deletes all names: what the cells above defined counts.",
    "%reset_selective -f double": "deletes all names: what the cells above defined counts.",
    "globals().clear()": "deletes all names: what the cells above defined counts.",
    "del double": "deletes double: what was defined above it counts.",
    "del Scale, double, factor, np": "deletes Scale, double: what was defined above it counts.",
}


@pytest.mark.parametrize(("cell", "note"), DELETING.items())
def test_names_that_are_deleted_at_the_end_come_back(root, cell, note):
    seen = graded(root, below=["1 + 1", cell])
    assert points(seen) == FULL
    assert note in notes(seen)


@pytest.mark.parametrize("cell", ["double = double(np.ones(3))", "for Scale in range(3): pass", "double, Scale = 1, 2"])
def test_an_answer_that_a_value_takes_the_place_of_comes_back(root, cell):
    assert points(graded(root, below=[cell])) == FULL


def test_what_a_later_cell_defines_anew_counts(root):
    wrong = {**ANSWERS, "double": "def double(xs):\n    return 3 * xs\n"}
    assert points(graded(root, below=["def double(xs):\n    return 2 * xs"], answers=wrong)) == FULL
    assert points(graded(root, below=["double = lambda xs: 3 * xs"])) == (0.0, 60.0)


def test_a_value_that_is_no_answer_may_be_changed(root):
    assert points(graded(root, below=["factor = 3"])) == (0.0, 60.0)


def test_what_locked_cells_define_is_defined_anew():
    def real():
        return "as released"

    locked = (
        "import os\ndef train(x):\n    return 'as released', x, own\nclass Given: pass\nclass Broken(nothing): pass\n"
    )
    namespace = {"train": real, "own": 1}
    kept = KeptNames(namespace, [], ["train"], [locked])
    kept.remember()
    real.__code__ = (lambda: "another").__code__
    namespace.pop("train")
    kept.put_back()
    assert namespace["train"](2) == ("as released", 2, 1)
    assert "Given" in namespace
    assert "os" not in namespace


def test_what_is_kept_is_what_the_answers_need_and_no_more():
    namespace = {"answer": print, "used": 1, "experiment": [0]}
    kept = KeptNames(namespace, ["answer"], ["used"], [])
    kept.remember()
    namespace.clear()
    kept.put_back()
    assert namespace == {"answer": print, "used": 1}


# threads

POOLS = {
    "an executor": ("from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)", "pool.map"),
    "a pool": ("from multiprocessing.pool import ThreadPool\npool = ThreadPool(2)", "pool.map"),
    "one with a name and a beginning": (
        "from concurrent.futures import ThreadPoolExecutor\nbegun = []\n"
        "pool = ThreadPoolExecutor(1, 'mine', begun.append, (1,))", "begun and pool.map",
    ),
    "one of a class of one's own": (
        "from concurrent.futures import ThreadPoolExecutor\nclass Mine(ThreadPoolExecutor):\n"
        "    def __init__(self): super().__init__(1)\npool = Mine()", "pool.map",
    ),
    "one inside an object": (
        "from concurrent.futures import ThreadPoolExecutor\nclass Holder: pass\nheld = Holder()\n"
        "held.pool = ThreadPoolExecutor(1)\npool = held.pool", "held.pool.map",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "used"), POOLS.values(), ids=POOLS)
def test_a_pool_of_threads_that_the_notebook_made_works_when_a_question_is_asked(root, made, used):
    double = f"{made}\nwarm = list(pool.map(abs, range(4)))\ndef double(xs):\n"
    double += f"    return np.array(list(({used})(lambda x: factor * x, xs.ravel()))).reshape(xs.shape)\n"
    assert points(graded(root, answers={**ANSWERS, "double": double})) == FULL


def test_code_that_waits_for_a_thread_of_its_own_reads_why_it_waited(root):
    double = (
        "import queue, threading\njobs, done = queue.Queue(), queue.Queue()\ndef work():\n"
        "    while True: done.put(2 * jobs.get())\nthreading.Thread(target=work, daemon=True).start()\n"
        "def double(xs):\n    jobs.put(xs)\n    return done.get()\n"
    )
    first, _ = graded(root, answers={**ANSWERS, "double": double}).result.questions
    assert first.reason == "timeout"
    assert first.output.endswith(ON_THREADS)


def test_other_code_that_runs_out_of_time_reads_nothing_of_threads():
    late = QuestionResult("double", 40.0, 0.0, "timeout", "late")
    notebook = nbformat.v4.new_notebook(cells=[code("threads = 3\nclass Threadlike: pass")])
    assert with_hint_on_threads(late, notebook) == late
    notebook.cells.append(code("import threading\nthreading.Thread(target=print).start()"))
    assert with_hint_on_threads(late, notebook).output == f"late\n\n{ON_THREADS}"
    wrong = QuestionResult("double", 40.0, 0.0, "wrong", "wrong")
    assert with_hint_on_threads(wrong, notebook) == wrong


# reading cells

CELLS = [
    ("def helper(x):\n    return x, constant", False),  # a definition costs no time
    ("constant = 5", True),
    ("def unused(x):\n    return other_constant", False),
    ("other_constant = 5", False),
    ("xs = 1\nmodel = 3", False),  # names of local variables in answers
    ("table = list(range(deep))", True),
    ("deep = 4", True),
    ("import math as m", False),
    ("answer.rate = 3", True),
    ("settings['a'][0] = 1", True),
    ("from other import *", True),
    ("%run other.py", True),
    ("%%time\ntimed = 1", True),
    ("model.eval(); print(vars)", False),
    ("losses = [train(answer) for _ in range(10)]", False),
    ("class Base: pass", False),
    ("wrap = lambda function: function", True),
]


@pytest.mark.parametrize(("source", "expected"), CELLS)
def test_what_an_answer_needs(source, expected):
    answer = (
        "@wrap\ndef answer(xs, model=m.pi):\n    xs = helper(xs)\n    def inner(): return table, settings, timed\n"
        "    return [inner() for model in xs]\nclass Other(Base): pass"
    )
    notebook = nbformat.v4.new_notebook(cells=list(map(code, [*[s for s, _ in CELLS], answer])))
    needed = needed_in(notebook, ["answer"])
    place = [s for s, _ in CELLS].index(source)
    assert (place in needed.places) == expected


def test_released_cells_are_needed_and_skipped_ones_are_not():
    cells = [nbformat.v4.new_code_cell(source) for source in ("x = 1", "y = 2", "z = 3")]
    cells[0].metadata["nbgrader"] = {"grade_id": "imports", "solution": False}
    cells[1].metadata["nbgrader"] = {"grade_id": "y", "solution": True}
    cells[2].metadata |= {"nbgrader": {"grade_id": "check"}, "tags": ["skip-execution"]}
    needed = needed_in(nbformat.v4.new_notebook(cells=cells), ["y"])
    assert needed.places == {0, 1}
    assert needed.locked == ("x = 1",)


def test_a_text_that_cannot_be_read_uses_no_names():
    assert global_names(Code("def f(:")) == set()
    assert deleted_names(Code("del (")) == set()
    assert computed_names(Code("def f(:\n  pass")) == set()
