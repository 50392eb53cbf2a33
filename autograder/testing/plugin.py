"""The pytest plugin that runs a hidden suite against one student's notebook.

A suite is an ordinary pytest module:

    @question("lstm_forward", points=3, given=["softmax"], hint="Which slice of A is the forget gate?")
    def test_values(student, reference): ...

`student` is the view of what the notebook defined (`autograder.testing.student.Student`), in a fork of its own for
every test; `reference` is the namespace of the solution. A test passes if it makes at least one comparison of
`autograder.testing.checks` and raises nothing. A StudentError lowers the mark. Any other exception, a failed assert
included, lowers it too if the same test passes with the reference in the student's place: the student's values
caused it. If the reference fails as well, the suite is wrong, and nobody's mark is lowered.

Tests of several assignments are methods of a class of `Questions` that those inherit:

    class TestPeekyDecoder(DecoderQuestions):
        name = "PeekyDecoder"
        forward = Question("peeky_decoder_forward", given=["repeat_over_time"], hint="...")
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.errors import BadReply, CallTimeout, GraderError, StudentError
from autograder.sandbox import forked_test
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.checks import comparison_count
from autograder.testing.question import Question, in_stated_order, question_of
from autograder.testing.student import Connection, Student, of_reference

STARVED = "it ran out of time on a machine too busy to give it a core: grade it again when the machine is quieter"
UNTESTABLE = "what your code gave is not of the kind that the question asks for, so that it could not be tested"

Connect = Callable[[FollowThrough, float], AbstractContextManager[Connection]]


@dataclass
class Outcome:
    """The outcome of one test.

    fault    the party at fault if it could not be judged, "task" or "grader"; else ""
    starved  whether it ran out of time because the machine was too busy
    """

    question: Question
    test: str
    passed: bool = False
    reason: str = "wrong"
    message: str = ""
    fault: str = ""
    starved: bool = False
    seconds: float = 0.0


@dataclass
class SuitePlugin:
    """One run of a suite.

    connect     opens a fork of the student's process with the given stand-ins
    reference   the solution's namespace
    wanted      ids of the questions to run
    stand_ins   question id -> names for which the reference stands in during this run
    variant     the variant of the hidden inputs to draw
    limits      question id -> seconds, overriding those stated by its tests
    used_s      question id -> seconds spent so far on the answers to its tests
    """

    connect: Connect
    reference: SimpleNamespace
    wanted: frozenset[str]
    stand_ins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    on_test: Callable[[Outcome], None] = lambda outcome: None
    variant: int = 0
    limits: Mapping[str, float] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    questions: dict[str, list[Question]] = field(default_factory=dict)
    used_s: dict[str, float] = field(default_factory=dict)
    _holds_large_answers: bool = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers."""
        config.addinivalue_line("markers", "question(Question): the question that a test belongs to")
        config.addinivalue_line("markers", "asks(role, points): the attribute of its class that is its question")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Learn every question of the suite and keep the tests of the wanted ones.

        From here on no text of tracebacks is made, which nobody reads, and which is half the time of a failing test.
        """
        config.option.tbstyle = "value"
        kept = []
        for item in in_stated_order(items):
            asked = question_of(item)
            self.questions.setdefault(asked.id, []).append(asked)
            if asked.id in self.wanted:
                kept.append(item)
        items[:] = kept

    @pytest.fixture(name="reference")
    def reference_fixture(self) -> SimpleNamespace:
        """The solution's names."""
        return self.reference

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's names, in a fork of its own, with stand-ins where this run has them."""
        asked = question_of(request.node)
        stated = max(q.timeout_s for q in self.questions[asked.id])
        limit = self.limits.get(asked.id, stated)
        left = limit - self.used_s.get(asked.id, 0.0)
        if left <= 0:
            raise CallTimeout(f"the question had used up its {limit:g} s")
        names = self.stand_ins.get(asked.id, ())
        follow_through = FollowThrough({name: getattr(self.reference, name) for name in names}, asked.settable)
        with self.connect(follow_through, left) as connection:
            connection.stretch = limit / stated
            yield Student(connection, of_reference(self.reference))
            self._holds_large_answers = connection.has_had_large_answers
        self.used_s[asked.id] = self.used_s.get(asked.id, 0.0) + connection.used_s

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Refuse a test that compared nothing; adopt the outcome of a test that continued in a fork."""
        before = comparison_count.made()
        try:
            with forked_test.forking():
                yield
            if comparison_count.made() == before:
                raise AssertionError("this test passed without comparing anything")
        except forked_test.Ended as ended:
            if ended.report is not None:
                raise JudgedApart(**ended.report) from None
        except BaseException as error:
            forked_test.report(verdict(error, bounded=True))
            raise
        forked_test.report(None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Record one Outcome per test; the first phase that failed decides."""
        report = yield
        if call.when == "setup":
            self.outcomes.append(Outcome(question_of(item), item.nodeid.partition("::")[2]))
        outcome = self.outcomes[-1]
        outcome.seconds += call.duration
        if call.excinfo is not None and not outcome.message:
            judge(outcome, call.excinfo.value)
            if call.when == "call" and outcome.fault == "task" and self._reference_passes(item):
                judge(outcome, BadReply(UNTESTABLE))
        elif call.when == "call" and call.excinfo is None:
            outcome.passed, outcome.reason = True, "correct"
        if call.when == "teardown":
            self.on_test(outcome)
            if self._holds_large_answers:  # in cycles through the traceback of a failed test
                self._holds_large_answers = False
                gc.collect()
        return report

    def _reference_passes(self, item: pytest.Item) -> bool:
        """Whether the test passes when run again with the reference in the student's place."""
        test: Callable[..., None] = getattr(item, "obj")  # noqa: B009
        known = {**getattr(item, "funcargs", {}), "student": of_reference(self.reference)}
        before = comparison_count.made()
        try:
            test(**{name: known[name] for name in inspect.signature(test).parameters})
        except KeyboardInterrupt:
            raise
        except BaseException:  # SystemExit too, and what pytest.fail raises
            return False
        return comparison_count.made() > before


class JudgedApart(Exception):
    """The failure of a test that ended in a fork; `verdict` holds the fields of its Outcome."""

    def __init__(self, **verdict: Any) -> None:
        super().__init__(verdict["message"])
        self.verdict = verdict


def judge(outcome: Outcome, error: BaseException) -> None:
    """Set the fields of `outcome` that `error` decides."""
    outcome.passed, outcome.fault = False, ""
    for name, value in (error.verdict if isinstance(error, JudgedApart) else verdict(error)).items():
        setattr(outcome, name, value)


def verdict(error: BaseException, bounded: bool = False) -> dict[str, Any]:
    """Translate an error into fields of a test's Outcome. `bounded`: raised in a fork with a memory limit."""
    if isinstance(error, CallTimeout) and error.starved:
        return {"fault": "grader", "starved": True, "message": STARVED}
    if isinstance(error, StudentError):
        return {"reason": error.reason, "message": str(error) or type(error).__name__}
    infrastructure = (GraderError, OSError) if bounded else (GraderError, OSError, MemoryError)
    fault = "grader" if isinstance(error, infrastructure) else "task"
    return {"fault": fault, "message": f"{type(error).__name__}: {error}"}
