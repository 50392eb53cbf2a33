"""Assignment 03, the effect of reversal on learning: input_gradient_norms, learning_curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng, hidden_seed, telling_seed
from autograder.testing.question import question
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.oracle_models import model_pair
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import RemoteObject, Student

from .oracle_learning_curve import Learner, Lesson, Maker, lesson, no_progress_bar
from .oracle_reversal import position_norms

input_gradient_norms = partial(
    question, "input_gradient_norms",
    hint="Which axis of the gradient (N, S, D) does the norm take away, which one the mean, and which comes first?",
)  # fmt: skip
learning_curve = partial(
    question, "learning_curve", given=("reverse_inputs",), timeout_s=60,
    hint="Which things are made once and which in every epoch, and which arrays does the model read?",
)  # fmt: skip
SIZES = Sizes(V=37, D=3, H=13)


def batch(seed: int, N: int, S: int, T: int) -> tuple[Array, Array]:
    """Sources (N, S) in which no id occurs twice, and targets (N, T) that begin with one start id."""
    rng = hidden_rng(seed)
    xs, ts = rng.permutation(SIZES.V)[: N * S].reshape(N, S), rng.integers(SIZES.V, size=(N, T))
    ts[:, 0] = 2
    return xs, ts


def check_norms(label: str, pair: ModelPair, norms: Any, xs: Array, ts: Array) -> None:
    """Compare the result of input_gradient_norms for a Seq2seq with differences of its loss in float64."""
    wanted = position_norms(pair.weights, xs, ts)
    assert len(wanted) == 1 or wanted.max() > 1.2 * wanted.min() > 0, "the norms do not vary"
    checks.values(label, norms, wanted, precision=np.float32)


def check_norms_of_batch(student: Student, reference: SimpleNamespace, seed: int, xs: Array, ts: Array) -> None:
    """Check input_gradient_norms of the given Seq2seq with the suite's weights."""
    pair = model_pair(student, reference, "Seq2seq", seed, SIZES)
    norms = student.call("input_gradient_norms", pair.yours, xs, ts)
    check_norms(f"input_gradient_norms of {xs.shape[0]} x {xs.shape[1]} ids", pair, norms, xs, ts)


@input_gradient_norms(points=4)
def test_input_gradient_norms_values(student: Student, reference: SimpleNamespace) -> None:
    """The norms for a Seq2seq, with every source id used once."""
    for seed, (N, S, T) in enumerate(((2, 7, 5), (5, 3, 2), (3, 11, 7))):
        check_norms_of_batch(student, reference, 300 + seed, *batch(seed, N, S, T))


@input_gradient_norms(points=2)
def test_input_gradient_norms_of_one(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source step, one target token."""
    for seed, (N, S, T) in enumerate(((1, 5, 3), (3, 1, 5), (2, 5, 2))):
        check_norms_of_batch(student, reference, 310 + seed, *batch(seed + 10, N, S, T))


@input_gradient_norms(points=2)
def test_input_gradient_norms_of_repeated_ids(student: Student, reference: SimpleNamespace) -> None:
    """Positions are told apart even if they hold the same id."""
    check_norms_of_batch(student, reference, 320, text(320, 3, 7, 3), text(321, 3, 5, SIZES.V))


@input_gradient_norms(points=2)
def test_input_gradient_norms_of_this_batch(student: Student, reference: SimpleNamespace) -> None:
    """Independent of what the model read and learnt from before."""
    pair = model_pair(student, reference, "Seq2seq", 322, SIZES)
    for seed, (N, S, T) in enumerate(((2, 7, 5), (3, 5, 2), (2, 7, 5))):
        pair.yours.call("forward", *batch(seed + 20, 2, 7, 5))
        pair.yours.call("backward", 3.0)
        xs, ts = batch(seed + 30, N, S, T)
        label = f"input_gradient_norms of {N} x {S} ids, after a backward of other ids"
        check_norms(label, pair, student.call("input_gradient_norms", pair.yours, xs, ts), xs, ts)


@input_gradient_norms(points=1)
def test_input_gradient_norms_leaves_things_alone(student: Student, reference: SimpleNamespace) -> None:
    """No parameter and no id changes, so a second call gives the same."""
    (xs, ts), pair = batch(330, 2, 7, 5), model_pair(student, reference, "Seq2seq", 330, SIZES)
    kept = [student.put(part) for part in (xs, ts)]
    for turn in ("", ", for the second time"):
        norms = student.call("input_gradient_norms", pair.yours, *kept)
        check_norms(f"input_gradient_norms{turn}", pair, norms, xs, ts)
    label = "input_gradient_norms: the model's params afterwards"
    checks.values(label, pair.yours.get("params"), pair.weights, rtol=0, atol=0)
    for name, ref, sent in zip(("xs", "ts"), kept, (xs, ts), strict=True):
        checks.untouched(f"input_gradient_norms: its argument {name}", ref, sent)


@dataclass(frozen=True)
class Course:
    """One call of learning_curve.

    rows    its data
    made    the models made for it, in the grader's process
    sent    the four arrays in the student's process
    """

    rows: Lesson
    made: list[Learner]
    sent: list[RemoteObject]


Curve = Sequence[float]


def varies(curve: Curve) -> bool:
    """Whether all epochs have different figures."""
    return len(set(curve)) == len(curve)


def ends_worse(curve: Curve) -> bool:
    """Whether all figures differ and an epoch before the last has every answer right."""
    return varies(curve) and 1.0 in curve[:-1] and curve[-1] < 1.0


def wanted_curve(reference: SimpleNamespace, rows: Lesson, epochs: int, batch_size: int, reverse: bool) -> list[float]:
    """The oracle's learning_curve for a model made for these rows."""
    oracle, rng = Maker(rows, reverse), hidden_rng(340 + epochs)
    with no_progress_bar():
        curve: list[float] = reference.learning_curve(
            oracle.make_model, rows.train, rows.test, epochs, batch_size, reverse, rng
        )
    return curve


def check_curve(
    student: Student,
    reference: SimpleNamespace,
    draw: tuple[int, int],
    epochs: int,
    batch_size: int,
    reverse: bool,
    tells: Callable[[Curve], bool] = varies,
) -> Course:
    """Compare learning_curve of a model in the grader's process with the oracle's from the same seed.

    draw   the seed of the lesson, and the start id of its targets
    tells  whether a curve is able to show mistakes
    """
    asked, (seed, start_id) = (epochs, batch_size, reverse), draw
    seed = telling_seed(seed, lambda trial: tells(wanted_curve(reference, lesson(trial, start_id), *asked)))
    rows = lesson(seed, start_id)
    made: list[Learner] = []
    make_model = student.put(student.stand_in(Maker(rows, reverse, made))).ref("make_model")
    train, test = ([student.put(part) for part in pair] for pair in (rows.train, rows.test))
    rng = student.stand_in(hidden_rng(340 + epochs))
    yours = student.call("learning_curve", make_model, tuple(train), tuple(test), *asked, rng)
    wanted = wanted_curve(reference, rows, *asked)
    label = f"learning_curve of {epochs} epochs, batch_size {batch_size}, reverse={reverse}: the exact match after each"
    checks.values(label, yours, wanted, rtol=1e-9)
    return Course(rows, made, [*train, *test])


@learning_curve(points=3)
def test_learning_curve_plain(student: Student, reference: SimpleNamespace) -> None:
    """Every training step and every question shows in the curve; sources are not reversed."""
    for seed, start_id, epochs, batch_size in ((350, 3, 5, 3), (351, 7, 3, 100), (352, 4, 1, 2)):
        check_curve(student, reference, (seed, start_id), epochs, batch_size, False)


@learning_curve(points=3)
def test_learning_curve_reversed(student: Student, reference: SimpleNamespace) -> None:
    """The sources of train and test are read backwards, including padding."""
    for seed, start_id, epochs, batch_size in ((379, 7, 5, 3), (357, 3, 2, 7), (353, 6, 1, 2)):
        check_curve(student, reference, (seed, start_id), epochs, batch_size, True)


@learning_curve(points=1)
def test_learning_curve_goes_on(student: Student, reference: SimpleNamespace) -> None:
    """Training goes on after an epoch with every answer right."""
    for seed, reverse in ((437, False), (406, True)):
        check_curve(student, reference, (seed, 5), 4, 3, reverse, ends_worse)


@learning_curve(points=1)
def test_learning_curve_makes_one_model(student: Student, reference: SimpleNamespace) -> None:
    """make_model is called once."""
    for reverse in (False, True):
        course = check_curve(student, reference, (377, 5), 3, 3, reverse)
        checks.equal("learning_curve: how many models it makes", len(course.made), 1)


@learning_curve(points=1)
def test_learning_curve_leaves_the_rows_alone(student: Student, reference: SimpleNamespace) -> None:
    """The arrays of train and test are unchanged."""
    names = [f"the {part} of {side}" for side in ("train", "test") for part in ("xs", "ts")]
    for reverse in (False, True):
        course = check_curve(student, reference, (392, 5), 2, 3, reverse)
        for name, ref, sent in zip(names, course.sent, (*course.rows.train, *course.rows.test), strict=True):
            checks.untouched(f"learning_curve: {name}", ref, sent)


@learning_curve(points=2)
def test_learning_curve_of_a_seq2seq(student: Student, reference: SimpleNamespace) -> None:
    """A real model and a real generator, as in the notebook's own train_toy_repeater."""
    words = 1 + text(394, 61, 3, 3), 1 + text(395, 53, 3, 3)
    train, test = ((xs, np.insert(xs[:, :1], 0, 4, axis=1)) for xs in words)

    def curve(seed: int) -> Curve:
        with no_progress_bar():
            _, curve = reference.train_toy_repeater(train, test, 5, True, hidden_seed(seed))
        return list(curve)

    seed = telling_seed(390, lambda trial: len(set(curve(trial))) > 3)
    wanted, trained = curve(seed), student.keep("train_toy_repeater", train, test, 5, True, hidden_seed(seed))
    checks.values("the curve of train_toy_repeater, by learning_curve", trained.call("__getitem__", 1), wanted)
