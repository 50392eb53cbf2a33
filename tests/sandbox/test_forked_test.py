"""Computations that a student's code asks of the grader run in a separate process, bounded like the student's."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest
from tiny_course import ID, answered, tiny_course

from autograder.errors import CallTimeout, GraderError, OutOfMemory
from autograder.grading.grader import grade
from autograder.grading.options import Options
from autograder.result import QuestionResult
from autograder.sandbox import forked_test

SUITE = """
import os
import numpy as np
from autograder.testing.checks import equal
from autograder.testing.question import question

class Model:
    def __init__(self): self.calls = []
    def note(self, n): self.calls.append(n); return 2 * n
    def square(self, n): return float(np.ones((n, n)).sum())
    def rounds(self, n):
        a = np.ones((500, 500))
        for _ in range(n): a = a @ a * 0
        return 1.0
    def read(self, xs): return [len(xs) for _ in range(3)]
    def end(self): os.kill(os.getpid(), 9)

@question("double", timeout_s=2)
def test_double(student):
    model = Model()
    equal("double", student.call("double", student.stand_in(model)), 6)
    equal("what the model was asked", model.calls, [3])

@question("scale_forward")
def test_scale(student): equal("one", student.call("one"), 1)
"""
ANSWERS = {
    "right": ("return model.note(3)", "correct", ""),
    "in_pieces": ("return model.note(3) // 2 + 3", "correct", ""),
    "wrong_value": ("return model.note(3) + 1", "wrong", "7"),
    "wrong_calls": ("model.note(4); return 6", "wrong", "what the model was asked"),
    "raises": ("model.note(3); raise KeyError('x')", "wrong", "KeyError"),
    "too_large": ("return model.square(60_000)", "memory", "out of memory"),
    "just_large": ("model.square(6_000); return model.note(3)", "correct", ""),
    "too_long": ("return model.rounds(90_000)", "timeout", "takes longer than the question may"),
    "too_often": ("\n    while True: model.note(3)", "timeout", "no answer within 2 s"),
    "ends_it": ("return model.end()", "memory", "more than the question may take"),
    "sends_much": ("return model.read(b'x' * (60 * 2**20))[0]", "wrong", "62914560"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("apart"), suite=SUITE)


def graded(root, answer: str) -> list[QuestionResult]:
    source = f"def double(model): {answer}\ndef one(): return 1"
    return grade(answered(root, {"double": source}), Options(ID)).result.questions


@pytest.mark.parametrize(("answer", "reason", "text"), ANSWERS.values(), ids=ANSWERS.keys())
def test_work_asked_of_the_reference_is_charged_to_the_student(root, monkeypatch, answer, reason, text) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    double, scale = graded(root, answer)
    assert (double.reason, scale.reason) == (reason, "correct"), double.output + double.fault
    assert text in double.output
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_an_error_of_the_suite_in_a_fork_is_the_suites(root, monkeypatch, tmp_path) -> None:
    suite = SUITE.replace('equal("what the model was asked", model.calls, [3])', "model.missing")
    other = tiny_course(tmp_path, suite=suite)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(other))
    double, scale = graded(other, "return model.note(3)")
    assert (double.reason, scale.reason) == ("not graded", "correct")
    assert "AttributeError" in double.fault


def in_a_fork(do: Callable[[], object], memory_bytes: int = 2**28) -> None:
    """Call `do` in a forked process."""
    before = os.getpid()
    with forked_test.forking():
        forked_test.go_apart(memory_bytes, lambda: 1.5)
        if os.getpid() != before:
            do()
            os._exit(3)


def end(number: int, computing: bool) -> None:
    with forked_test.computing(9.0) if computing else nullcontext():
        os.kill(os.getpid(), number)


def grow() -> None:
    try:
        np.ones(2**25)
    except MemoryError:
        forked_test.report("refused")


def test_the_end_of_the_fork_comes_with_its_report() -> None:
    with pytest.raises(forked_test.Ended, match="has ended") as caught:
        in_a_fork(lambda: forked_test.report({"message": "x" * 10}))
    assert caught.value.report == {"message": "x" * 10}
    assert caught.value.asked_s == 1.5


@pytest.mark.parametrize(
    ("number", "computing", "error", "text"),
    [
        (signal.SIGPROF, True, CallTimeout, "takes longer"),
        (signal.SIGKILL, True, OutOfMemory, "more than the question may take"),
        (signal.SIGKILL, False, GraderError, "signal 9"),
    ],
)
def test_a_fork_that_ends_without_a_report(number, computing, error, text) -> None:
    with pytest.raises(error, match=text):
        in_a_fork(lambda: end(number, computing))


def test_memory_is_bounded_in_the_fork_alone() -> None:
    with pytest.raises(forked_test.Ended, match="has ended") as caught:
        in_a_fork(grow, 2**26)
    assert caught.value.report == "refused"
    assert np.ones(2**25).size == 2**25


def test_without_somebody_who_waits_for_its_report_nothing_forks() -> None:
    before = os.getpid()
    forked_test.go_apart(2**28, lambda: 1.5)
    assert os.getpid() == before
    forked_test.report("nothing")
    with forked_test.computing(0.0):
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
