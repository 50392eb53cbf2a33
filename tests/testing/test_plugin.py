"""The pytest plugin: whose fault a failure is; a test must compare; its time, its fork, and its restrictions.

The suites here are a few lines each; the student's code runs in this process.
"""

from __future__ import annotations

import os
import textwrap
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from autograder.errors import (
    BadReply,
    CallFailed,
    CallTimeout,
    CheckFailed,
    ChildDied,
    GraderError,
    KernelFailed,
    NotWritten,
    OutOfMemory,
    TaskError,
)
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.plugin import UNTESTABLE, Outcome, SuitePlugin, judge
from autograder.testing.question import Question
from autograder.testing.runner import run_suite
from autograder.testing.student import BareConnection

STUDENT = """
def double(x): return 2 * x
def wrong(x): return 3 * x
def stub(x): raise NotImplementedError("stub")
def raises(x): raise ValueError("oh")
def through(x): return double(x)
"""
HEAD = """
import pytest
from autograder.testing.checks import equal, values
from autograder.errors import GraderError, TaskError
from autograder.testing.question import question
"""


class Suite:
    """A suite in a file of its own; `run` gives the plugin after it ran."""

    def __init__(self, path, student: str) -> None:
        self.path = path
        self.opened: list[tuple[dict, float]] = []
        self.closed = 0
        self.took_s = 0.0  # the seconds reported for the answers to each test
        self.student = student

    def write(self, text: str, head: str = HEAD) -> Suite:
        self.path.write_text(head + textwrap.dedent(text))
        return self

    @contextmanager
    def connect(self, follow_through: FollowThrough, timeout_s: float):
        self.opened.append((follow_through.names(), timeout_s))
        namespace: dict[str, object] = {}
        exec(self.student, namespace)
        connection = BareConnection(namespace, follow_through)
        yield connection
        connection.used_s = self.took_s
        self.closed += 1

    def run(self, *wanted: str, stand_ins=None, connect=None) -> SuitePlugin:
        reference = SimpleNamespace(double=lambda x: 2 * x, factor=2)
        plugin = SuitePlugin(connect or self.connect, reference, frozenset(wanted or ["q"]), stand_ins or {})
        run_suite(self.path.parent, plugin)
        return plugin

    def outcome(self, *wanted: str, **options) -> Outcome:
        (outcome,) = self.run(*wanted, **options).outcomes
        return outcome


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "hidden_tests").mkdir()
    return Suite(tmp_path / "hidden_tests" / "test_all.py", STUDENT)


def one(body: str, marker: str = 'question("q")') -> str:
    return f"@{marker}\ndef test_it(student, reference):\n{textwrap.indent(textwrap.dedent(body), '    ')}"


# passing and failing


def test_a_test_that_compares_and_raises_nothing_passes(suite):
    outcome = suite.write(one("equal('double(3)', student.call('double', 3), reference.double(3))")).outcome()
    assert (outcome.passed, outcome.reason, outcome.message, outcome.fault) == (True, "correct", "", "")
    assert outcome.test == "test_it"
    assert outcome.seconds > 0
    assert suite.closed == 1


@pytest.mark.parametrize(
    ("name", "reason", "text"),
    [
        ("wrong", "wrong", "yours"),
        ("stub", "missing", "stub"),
        ("nobody", "missing", "nobody"),
        ("raises", "wrong", "oh"),
    ],
)
def test_what_the_student_did_wrong_lowers_the_mark(suite, name, reason, text):
    outcome = suite.write(one(f"equal('f', student.call('{name}', 3), 6)")).outcome()
    assert (outcome.passed, outcome.reason, outcome.fault) == (False, reason, "")
    assert text in outcome.message


FAULTS = {
    "a bare assert": ("assert False, 'the oracle varies'", "task", "AssertionError: the oracle varies"),
    "a mistake in the suite": ("reference.nothing", "task", "AttributeError"),
    "a TaskError": ("raise TaskError('no data')", "task", "TaskError: no data"),
    "a GraderError": ("raise GraderError('no disk')", "grader", "GraderError: no disk"),
    "the grader's memory": ("raise MemoryError('all')", "grader", "MemoryError: all"),
    "the grader's files": ("open('/nowhere/at/all')", "grader", "FileNotFoundError"),
    "nothing compared": ("student.call('double', 3)", "task", "this test passed without comparing anything"),
    "an empty test": ("pass", "task", "this test passed without comparing anything"),
    "a skip": ("pytest.skip('later')", "task", "Skipped: later"),
    "a failure of pytest's": ("pytest.fail('no')", "task", "Failed: no"),
    "an expected failure": ("pytest.xfail('known')", "task", "XFailed: known"),
    "an exit": ("raise SystemExit(0)", "task", "SystemExit: 0"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_any_other_failure_is_nobodys_mark(suite, name):
    body, fault, message = FAULTS[name]
    outcome = suite.write(one(body)).outcome()
    assert (outcome.passed, outcome.fault) == (False, fault)
    assert message in outcome.message


# name -> what the student's double returns instead of 6, and a test that fails on it
UNEXPECTED = {
    "None": ("None", "equal('x', student.call('double', 3) + 1, 7)"),
    "text for a number": ("'six'", "equal('x', student.call('double', 3) - 1, 5)"),
    "a list for a number": ("[6]", "equal('x', {6: 'six'}[student.call('double', 3)], 'six')"),
    "another number": ("0", "equal('x', 6 / student.call('double', 3), 1.0)"),
    "no number": ("float('nan')", "values('x', 6.0, 1.0 * student.call('double', 3))"),
    "a bare assert": ("5", "assert student.call('double', 3) > 5\nequal('x', 1, 1)"),
    "nothing to compare": ("0", "for _ in range(student.call('double', 3)): equal('x', 1, 1)"),
    "a recursion without end": (
        "5",
        "f = lambda x: x if x == 6 else f(x)\nequal('x', f(student.call('double', 3)), 6)",
    ),
    "a skip": ("5", "student.call('double', 3) == 6 or pytest.skip('odd')\nequal('x', 1, 1)"),
    "what cannot be hashed": ("{1: 2}", "equal('x', student.call('double', hash(student.call('double', 3)) and 3), 6)"),
}


@pytest.mark.parametrize("name", UNEXPECTED)
def test_an_error_of_a_test_for_the_students_answer_alone_lowers_the_mark(suite, name):
    answer, body = UNEXPECTED[name]
    suite.student = f"def double(x): return {answer}"
    outcome = suite.write(one(body)).outcome()
    assert (outcome.passed, outcome.reason, outcome.fault) == (False, "wrong", "")
    assert outcome.message == UNTESTABLE


@pytest.mark.parametrize("name", UNEXPECTED)
def test_such_a_test_passes_for_a_right_answer(suite, name):
    assert suite.write(one(UNEXPECTED[name][1])).outcome().passed


def test_a_comparison_of_another_test_does_not_count(suite):
    suite.write(
        """
        @question("q")
        def test_first(student): equal('x', 1, 1)
        @question("q")
        def test_second(student): student.call('double', 3)
        """
    )
    assert [(outcome.passed, outcome.fault) for outcome in suite.run().outcomes] == [(True, ""), (False, "task")]


def test_a_comparison_before_a_failure_does_not_help(suite):
    outcome = suite.write(one("equal('x', 1, 1)\nstudent.call('raises', 1)")).outcome()
    assert (outcome.passed, outcome.reason) == (False, "wrong")


def test_one_failing_test_leaves_the_others_graded(suite):
    suite.write(
        """
        @question("q")
        @pytest.mark.parametrize("name", ["double", "wrong", "raises", "double"])
        def test_each(student, name): equal(name, student.call(name, 3), 6)
        """
    )
    assert [outcome.passed for outcome in suite.run().outcomes] == [True, False, False, True]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(NotWritten("x"), "missing"), (CallFailed("x", "E"), "wrong"), (OutOfMemory("x"), "memory"),
     (CallTimeout("x"), "timeout"), (ChildDied("x"), "crashed"), (BadReply("x"), "wrong"),
     (CheckFailed("x", "y", "z"), "wrong")],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)  # fmt: skip
def test_every_student_error_has_a_reason(error, reason):
    outcome = Outcome(Question("q"), "t", passed=True)
    judge(outcome, error)
    assert (outcome.passed, outcome.reason, outcome.fault) == (False, reason, "")


def test_a_student_error_without_words_still_says_something():
    outcome = Outcome(Question("q"), "t")
    judge(outcome, ChildDied())
    assert outcome.message == "ChildDied"


# opening and closing


def connecting(error: Exception | None = None, closing: Exception | None = None):
    @contextmanager
    def connect(follow_through, timeout_s):
        if error is not None:
            raise error
        yield BareConnection({"double": lambda x: 2 * x}, follow_through)
        if closing is not None:
            raise closing

    return connect


RIGHT = one("equal('double(3)', student.call('double', 3), 6)")


def test_a_fork_that_cannot_be_had_is_judged_by_why(suite):
    suite.write(RIGHT)
    died = suite.outcome(connect=connecting(ChildDied("gone")))
    assert (died.passed, died.reason, died.fault) == (False, "crashed", "")
    broken = suite.outcome(connect=connecting(KernelFailed("no answer")))
    assert (broken.passed, broken.fault, broken.message) == (False, "grader", "KernelFailed: no answer")


def test_a_fault_while_closing_is_not_passed_over(suite):
    outcome = suite.write(RIGHT).outcome(connect=connecting(closing=GraderError("stuck")))
    assert (outcome.passed, outcome.fault) == (False, "grader")


def test_the_first_phase_that_failed_counts(suite):
    outcome = suite.write(one("student.call('nobody')")).outcome(connect=connecting(closing=GraderError("stuck")))
    assert (outcome.reason, outcome.fault) == ("missing", "")


# time


def test_time_is_shared_by_the_tests_of_a_question(suite):
    suite.took_s = 4.0
    suite.write(
        """
        @question("q", timeout_s=2)
        def test_a(student): equal('x', 1, 1)
        @question("q", timeout_s=10)
        def test_b(student): equal('x', 1, 1)
        @question("q")
        def test_c(student): equal('x', 1, 1)
        @question("other", timeout_s=5)
        def test_d(student): equal('x', 1, 1)
        """
    )
    plugin = suite.run("q", "other")
    assert [limit for _, limit in suite.opened] == [20.0, 16.0, 12.0, 5]
    assert all(outcome.passed for outcome in plugin.outcomes)


def test_a_question_that_used_up_its_time_is_not_asked_again(suite):
    suite.took_s = 9.0
    suite.write(
        """
        @question("q", timeout_s=8)
        @pytest.mark.parametrize("n", range(3))
        def test_a(student, n): equal('x', 1, 1)
        """
    )
    outcomes = suite.run().outcomes
    assert [outcome.passed for outcome in outcomes] == [True, False, False]
    assert [outcome.reason for outcome in outcomes[1:]] == ["timeout", "timeout"]
    assert outcomes[1].message == "the question had used up its 8 s"
    assert len(suite.opened) == 1


# questions


TWO = """
@question("q", points=2, given=["g"])
def test_q(student): equal('x', 1, 1)
@question("other", hint="why?")
def test_other(student): equal('x', 1, 1)
"""


def test_only_the_questions_wanted_are_asked_and_all_are_known(suite):
    plugin = suite.write(TWO).run("q")
    assert [outcome.question.id for outcome in plugin.outcomes] == ["q"]
    assert {id: [asked.points for asked in known] for id, known in plugin.questions.items()} == {"q": [2], "other": [1]}
    assert list(plugin.questions["q"][0].given) == ["g"]


def test_each_test_is_reported_when_it_is_over(suite):
    seen = []
    plugin = SuitePlugin(suite.connect, SimpleNamespace(), frozenset({"q", "other"}), on_test=seen.append)
    run_suite(suite.write(TWO).path.parent, plugin)
    assert seen == plugin.outcomes
    assert len(seen) == 2


def test_stand_ins_are_those_of_this_run(suite):
    text = one("equal('through(3)', student.call('through', 3), 6)")
    assert not Suite(suite.path, STUDENT.replace("2 * x", "5 * x")).write(text).outcome().passed
    other = Suite(suite.path, STUDENT.replace("2 * x", "5 * x")).write(text)
    assert other.outcome(stand_ins={"q": ["double"]}).passed
    assert other.opened[-1][0] == {"double": False}


# questions to inherit


SHARED = """
import pytest
from autograder.testing.checks import equal
from autograder.testing.question import Question, Questions, asks

class Shared(Questions):
    @asks("forward", points=2)
    def test_forward(self, student): equal(self.name, student.call(self.name, 3), 6)
    @asks("backward", points=3)
    def test_backward(self, student): equal(self.name, student.call(self.name, 4), 8)
    @asks("backward")
    def test_rows(self, student): equal(self.name, student.call(self.name, 5), 10)
"""


def inheriting(suite: Suite, *lines: str) -> Suite:
    """A suite of one class with these lines, and with a name and both questions unless they say otherwise."""
    usual = ["name = 'double'", "forward = Question('q', given=['g'], hint='why?')", "backward = Question('other')"]
    return suite.write("\n    ".join(["class TestDouble(Shared):", *usual, *lines]), SHARED)


def points_of(plugin: SuitePlugin) -> dict[str, list[float]]:
    return {id: [asked.points for asked in known] for id, known in plugin.questions.items()}


def test_a_class_inherits_tests_and_states_their_questions(suite):
    plugin = inheriting(suite).run("q", "other")
    assert points_of(plugin) == {"q": [2], "other": [3, 1]}
    assert plugin.questions["q"][0] == Question("q", points=2, given=["g"], hint="why?")
    assert [outcome.test for outcome in plugin.outcomes] == [
        "TestDouble::test_forward", "TestDouble::test_backward", "TestDouble::test_rows",
    ]  # fmt: skip
    assert all(outcome.passed for outcome in plugin.outcomes)


def test_an_inherited_test_asks_for_the_name_of_its_class(suite):
    outcome = inheriting(suite, "name = 'wrong'").outcome("q")
    assert (outcome.passed, outcome.reason) == (False, "wrong")


def test_a_class_states_other_points_and_leaves_a_test_out(suite):
    plugin = inheriting(suite, "points = {'test_backward': 7}", "test_rows = None").run("other")
    assert points_of(plugin) == {"q": [2], "other": [7]}


def test_one_question_may_have_all_roles(suite):
    assert points_of(inheriting(suite, "forward = backward").run("other")) == {"other": [2, 3, 1]}


def test_the_test_of_a_subclass_replaces_the_inherited_one(suite):
    own = "def test_rows(self, student): super().test_rows(student); equal('more', 1, 2)"
    plugin = inheriting(suite, "@asks('forward', points=4)", own).run("q", "other")
    assert points_of(plugin) == {"q": [2, 4], "other": [3]}
    assert [outcome.passed for outcome in plugin.outcomes] == [True, True, False]


def test_a_test_may_precede_an_inherited_one(suite):
    cases = "@pytest.mark.parametrize('n', [1, 2])"
    first = ["@asks('forward', before='test_forward')", cases, "def test_first(self, n): equal('n', n, n)"]
    again = ["@asks('backward', before='test_rows')", "def test_backward(self, student): equal('n', 1, 1)"]
    outcomes = inheriting(suite, *first, *again).run("q", "other").outcomes
    names = [outcome.test.removeprefix("TestDouble::test_") for outcome in outcomes]
    assert names == ["first[1]", "first[2]", "forward", "backward", "rows"]


def test_a_parametrized_method_has_one_share_for_each_case(suite):
    cases = ["@asks('forward')", "@pytest.mark.parametrize('n', [1, 2])", "def test_more(self, n): equal('n', n, n)"]
    assert points_of(inheriting(suite, "points = {'test_more': 5}", *cases).run())["q"] == [2, 5, 5]


def test_values_that_only_the_students_code_gives_fail_a_method_too(suite):
    suite.student = "def double(x): return None"
    odd = ["@asks('forward')", "def test_odd(self, student): equal('x', student.call('double', 3) + 1, 7)"]
    assert inheriting(suite, *odd).run("q").outcomes[1].message == UNTESTABLE


MISSTATED = {
    "no name": (["name = ''"], "TestDouble has no name: it is to inherit from Questions and to set `name`"),
    "no question": (
        ["backward = None"],
        "TestDouble.test_backward asks for 'backward': TestDouble.backward is no Question",
    ),
    "a role that there is not": (
        ["@asks('sideways')", "def test_more(self, student): equal('x', 1, 1)"],
        "TestDouble.test_more asks for 'sideways': TestDouble.sideways is no Question",
    ),
    "points for a test that there is not": (
        ["points = {'test_backwards': 2, 'test_forward': 1}"],
        "TestDouble has no test test_backwards to give points to",
    ),
    "points for a test left out": (
        ["points = {'test_rows': 2}", "test_rows = None"],
        "TestDouble has no test test_rows to give points to",
    ),
    "points that are no share": (["points = {'test_rows': 0}"], "positive numbers"),
    "a place before a test that there is not": (
        ["@asks('forward', before='test_row')", "def test_more(self): equal('x', 1, 1)"],
        "TestDouble::test_more is to precede test_row, which its class does not test",
    ),
    "a test of no role": (
        ["def test_more(self, student): equal('x', 1, 1)"],
        "TestDouble::test_more belongs to no question: mark it with @question(...)",
    ),
}


@pytest.mark.parametrize("name", MISSTATED)
def test_a_misstated_class_is_the_suites_fault(suite, name):
    lines, why = MISSTATED[name]
    with pytest.raises(TaskError, match=r"the hidden tests of test_a_misstated_class\w* do not run") as caught:
        inheriting(suite, *lines).run()
    assert why in str(caught.value)


def test_a_role_is_for_methods(suite):
    text = "@asks('forward')\ndef test_it(student): equal('x', 1, 1)"
    with pytest.raises(TaskError, match="test_it belongs to no question"):
        suite.write(text, SHARED).run()


def test_a_role_is_for_a_class_of_questions(suite):
    method = "class TestIt:\n    @asks('forward')\n    def test_it(self, student): equal('x', 1, 1)"
    with pytest.raises(TaskError, match="TestIt has no name: it is to inherit from Questions"):
        suite.write(method, SHARED).run()


# a suite that is not one


BROKEN = {
    "a syntax error": ("def test_it(:", "do not run"),
    "an import that fails": ("import nothing_of_the_kind", "nothing_of_the_kind"),
    "an error when loaded": ("1 / 0", "ZeroDivisionError"),
    "a test of no question": ("def test_it(student): equal('x', 1, 1)", "test_it belongs to no question"),
    "points that are no share": (
        '@question("q", points=0)\ndef test_it(student): equal("x", 1, 1)',
        "positive numbers",
    ),
    "a field that there is not": ('@question("q", weight=1)\ndef test_it(student): equal("x", 1, 1)', "weight"),
    "a suite that stops": ('@question("q")\ndef test_it(student): pytest.exit("enough")', "do not run"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_suite_is_the_suites_fault(suite, name):
    text, why = BROKEN[name]
    suite.write(text)
    with pytest.raises(TaskError, match=r"the hidden tests of test_a_broken_suite\w* do not run") as caught:
        suite.run()
    assert why in str(caught.value)


def test_a_suite_that_is_not_there(suite):
    with pytest.raises(TaskError, match="there are no hidden tests in test_a_suite_that_is_not_there0/hidden_tests"):
        suite.run()


def test_a_missing_fixture_is_the_suites_fault(suite):
    outcome = suite.write('@question("q")\ndef test_it(nothing): equal("x", 1, 1)').outcome()
    assert (outcome.passed, outcome.fault) == (False, "task")


def test_a_suite_without_tests_has_no_outcomes(suite):
    assert suite.write("").run().outcomes == []


def test_ctrl_c_stops_the_grading(suite):
    suite.write(one("raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        suite.run()


def test_options_of_the_graders_own_pytest_are_ignored(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k test_b --maxfail=1 --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    suite.write(
        """
        @question("q")
        def test_a(student): equal('x', 1, 2)
        @question("q")
        def test_b(student): equal('x', 1, 1)
        """
    )
    assert [outcome.passed for outcome in suite.run().outcomes] == [False, True]
    assert os.environ["PYTEST_ADDOPTS"].startswith("-k")
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_a_conftest_beside_the_suite_is_not_loaded(suite):
    (suite.path.parent / "conftest.py").write_text("raise RuntimeError('loaded')")
    (suite.path.parent / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    assert suite.write(RIGHT).outcome().passed


@pytest.mark.filterwarnings("ignore:careful")  # as in grading, where warnings are not errors
def test_a_warning_changes_nothing(suite):
    body = "import warnings\nwarnings.warn('careful')\nequal('double(3)', student.call('double', 3), 6)"
    assert suite.write(one(body)).outcome().passed


def test_seconds_are_those_of_all_phases(suite):
    started = time.perf_counter()
    outcome = suite.write(RIGHT).outcome()
    assert 0 < outcome.seconds < time.perf_counter() - started
