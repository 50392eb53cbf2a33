"""Variants of the hidden inputs: the draws in each; inputs learnt from one submission do not help in another."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from every_assignment import REPOSITORY

from autograder import course
from autograder.errors import TaskError
from autograder.grading.grader import loaded_reference
from autograder.grading.questioning import ask, share_passed
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.hidden_inputs import TRIALS, VARIANTS, hidden_rng, hidden_seed, in_variant, telling_seed
from autograder.testing.student import BareConnection, Student
from autograder.validation.every_variant import result_of
from autograder.validation.trials import lost

Function = Callable[..., Any]


def drawn(variant: int, seed: int = 5) -> list[float]:
    """The draws of a suite from a seed in a variant."""
    with in_variant(variant):
        return list(hidden_rng(seed).standard_normal(3).tolist())


def test_variant_0_is_what_the_plain_seed_gives() -> None:
    plain = list(np.random.default_rng(5).standard_normal(3).tolist())
    assert drawn(0) == plain
    assert hidden_rng(5).standard_normal(3).tolist() == plain


def test_each_variant_and_each_seed_draws_something_else_and_the_same_every_time() -> None:
    every = [tuple(drawn(variant, seed)) for variant in range(VARIANTS) for seed in (0, 5, 100, 1000, 7199)]
    assert len(set(every)) == len(every)
    assert drawn(3) == drawn(3)


def test_a_variant_ends_with_its_block_also_after_an_error() -> None:
    def fail() -> None:
        with in_variant(2):
            outer = hidden_seed(5)
            with in_variant(1):
                assert hidden_seed(5) not in (5, outer)
            assert hidden_seed(5) == outer != 5
            raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        fail()
    assert hidden_seed(5) == 5


def test_a_negative_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="a variant is not negative: -1"), in_variant(-1):
        pass


def test_a_generator_over_there_is_of_the_same_variant() -> None:
    student = Student(BareConnection({"draw": lambda rng: rng.standard_normal(3)}))
    for variant in range(VARIANTS):
        with in_variant(variant):
            assert student.call("draw", student.rng(5)).tolist() == drawn(variant)


def test_the_first_draw_that_tells_is_taken() -> None:
    assert telling_seed(7, lambda seed: True) == 7
    assert telling_seed(7, lambda seed: seed > 2000) == 2007
    with in_variant(1), pytest.raises(TaskError, match=f"of {TRIALS} draws from 7 on, none in variant 1 would show"):
        telling_seed(7, lambda seed: False)


# Drawn with the plain seed: tasks with calibrated thresholds, a model in the grader's process, and
# displacements by which two forwards are compared.
# test_translator.py seeds torch in the student's process, by hidden_seed.
CALIBRATED = {
    "oracle_training.py": 2,
    "toy_tasks.py": 3,
    "oracle_tagging.py": 1,
    "oracle_learning_curve.py": 1,
    "likeness.py": 1,
    "oracle_translation.py": 1,
    "test_translator.py": 4,
}


def test_suites_draw_what_they_hide_in_variants() -> None:
    plain = re.compile(r"default_rng|RandomState|random\.seed|manual_seed|import random")
    shared = (REPOSITORY / "autograder" / "testing" / "sequence_models").glob("*.py")
    paths = [*shared, *(REPOSITORY / "solutions").glob("*/hidden_tests/*.py")]
    counts = {path.name: len(plain.findall(path.read_text())) for path in paths}
    assert {name: count for name, count in counts.items() if count} == CALIBRATED


class Recorder:
    """A function that records its arguments and results."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self.table: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's value."""
        value = self.table[key(*args, **kwargs)] = self._function(*args, **kwargs)
        return value


def key(*args: Any, **kwargs: Any) -> str:
    """Arguments as text, exact to the last bit."""
    return repr([(part.dtype.str, part.tolist()) if isinstance(part, np.ndarray) else part for part in args] + [kwargs])


def share(id: str, question: str, names: dict[str, Any], variant: int) -> float:
    """The share of a question's points in a variant, for these globals."""

    @contextlib.contextmanager
    def connect(follow_through: FollowThrough, timeout_s: float) -> Iterator[BareConnection]:
        yield BareConnection(names, follow_through)

    outcomes = ask(connect, course.current().load(id), loaded_reference(id), frozenset({question}), variant)
    return share_passed(outcomes[question])


@pytest.mark.parametrize(
    ("id", "question"),
    [
        ("01_rnn_lm_sampling", "softmax"),
        ("03_reversal", "reverse_inputs"),
        ("04_peeky", "repeat_over_time"),
        ("03_reversal", "input_gradient_norms"),
    ],
)
def test_a_table_of_one_submissions_hidden_inputs_is_no_answer_in_another_variant(id: str, question: str) -> None:
    """Even a table of every input and right value, read from the feedback to one submission."""
    names = course.current().namespace(id)
    told = Recorder(names[question])
    assert share(id, question, names | {question: told}, 0) == 1

    def from_the_table(*args: Any, **kwargs: Any) -> Any:
        return told.table[key(*args, **kwargs)]

    if question != "input_gradient_norms":  # its argument is a model, which has no text as a key
        assert share(id, question, names | {question: from_the_table}, 0) > 0.5
    for variant in range(1, VARIANTS):
        assert share(id, question, names | {question: from_the_table}, variant) < 0.5
        assert share(id, question, names, variant) == 1


@pytest.mark.parametrize("id", course.current().assignment_ids())
@pytest.mark.parametrize("variant", range(VARIANTS))
def test_the_reference_has_full_marks_in_every_variant(id: str, variant: int) -> None:
    """`validate` proves this for every answer in the bank; here a suite that relies on a lucky draw is found early."""
    result = result_of(id, {}, variant)
    assert [question.fault for question in result.questions if question.fault] == []
    assert lost(result) == frozenset()
