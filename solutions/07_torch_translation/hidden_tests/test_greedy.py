"""Assignment 07, the best token again and again: greedy_decode. Models are scripted, or drawn whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import described
from autograder.testing.hidden_inputs import hidden_rng, telling_seed
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor

from .oracle_hypotheses import check_gradients_are_on, greedy, require_plain
from .oracle_scripted import EOS, PAD, SOS, UNK, Oracle, WholeModel, forced, scripted, tensors

NAME = "greedy_decode"
greedy_decode = partial(
    question, NAME, hint="What ends an answer, what is cut off behind its end, and which tokens does max_length count?"
)


def check_answers(label: str, yours: Any, wanted: Sequence[Sequence[int]]) -> None:
    """Check the answers to all sources: lists of plain ints."""
    if type(yours) not in (list, tuple) or len(yours) != len(wanted):
        raise CheckFailed(label, described(yours), f"a list of {len(wanted)} lists of int")
    for row, (mine, theirs) in enumerate(zip(yours, wanted, strict=True)):
        ids = require_plain(f"{label}, source {row}", mine)
        checks.equal(f"{label}, source {row}", ids, list(theirs))


def asked(student: Student, model: Any, max_length: int) -> Any:
    """What the student's function gives for all of a model's sources."""
    return student.call(NAME, student.stand_in(model), *tensors(model), max_length)


def every_row(oracle: Oracle, max_length: int) -> list[list[int]]:
    """The greedy answer to each source."""
    return [greedy(oracle, row, max_length) for row in range(len(oracle.src))]


def drawn_words(seed: int, count: int, V: int) -> list[int]:
    """Ids of words."""
    return list(map(int, hidden_rng(seed).integers(4, V, count)))


@greedy_decode(points=4)
def test_greedy_rows_end_at_different_steps(student: Student) -> None:
    """Each row up to its own first EOS and without it, be the answer empty, or another row's far longer."""
    words = drawn_words(801, 9, 7)
    wanted = [words[:2], [], words[2:6], words[6:7], words[7:]]
    model = forced(802, [[*ids, EOS] for ids in wanted], 7)
    for max_length in (5, 8):
        check_answers(f"{NAME}, max_length {max_length}", asked(student, model, max_length), wanted)


@greedy_decode(points=3)
def test_greedy_max_length_counts_eos(student: Student) -> None:
    """An answer without EOS is cut after max_length tokens; one that ends with the last token allowed is whole."""
    words = drawn_words(811, 12, 6)
    answers = [[*words[:2], EOS], words[2:7], [words[7], EOS], [*words[8:11], EOS]]
    model = forced(812, answers, 6)
    for max_length in (4, 3, 2, 1):
        wanted = [[id for id in answer[:max_length] if id != EOS] for answer in answers]
        check_answers(f"{NAME}, max_length {max_length}", asked(student, model, max_length), wanted)


@greedy_decode(points=3)
def test_greedy_marks_are_tokens(student: Student) -> None:
    """PAD, SOS and UNK are written like words, and do not end an answer."""
    a, b = drawn_words(821, 2, 6)
    wanted = [[PAD, a], [a, SOS, PAD, PAD], [UNK, UNK], [SOS, b, PAD]]
    model = forced(822, [[*ids, EOS] for ids in wanted], 6)
    check_answers(f"{NAME}; the model writes ids of marks", asked(student, model, 6), wanted)


@greedy_decode(points=2)
def test_greedy_of_random_scores(student: Student) -> None:
    """Scores that depend on the source and on all that was written."""
    for seed in (831, 832):
        model = scripted(seed, [4, 2, 5, 3], 5, 4)
        check_answers(f"{NAME} of 4 sources, max_length 4", asked(student, model, 4), every_row(model, 4))


@greedy_decode(points=1)
def test_greedy_rows_do_not_depend_on_batch_mates_or_padding(student: Student) -> None:
    """A row alone, the rows in another order, columns of PAD more."""
    model = scripted(841, [3, 2, 4], 6, 4)
    wanted = every_row(model, 4)
    for rows in ([1], [0], [2, 0, 1]):
        arguments = [Tensor(np.array(part[rows])) for part in (model.src, model.lengths)]
        yours = student.call(NAME, student.stand_in(model), *arguments, 4)
        check_answers(f"{NAME} of the rows {rows}", yours, [wanted[row] for row in rows])
    wide = Tensor(np.pad(model.src, ((0, 0), (0, 2))))
    yours = student.call(NAME, student.stand_in(model), wide, Tensor(model.lengths), 4)
    check_answers(f"{NAME} with 2 columns of PAD more", yours, wanted)


@greedy_decode(points=2)
def test_greedy_in_eval_mode(student: Student) -> None:
    """The model writes in evaluation mode, and is then in the mode in which it was."""
    for training in (True, False):
        model = scripted(851, [3, 2, 4], 5, 4)
        wanted = every_row(model, 4)
        model.train(training)
        label = f"{NAME} of a model with training = {training}"
        check_answers(label, asked(student, model, 4), wanted)
        checks.equal(f"{label}: training afterwards", model.training, training)


@greedy_decode(points=1)
def test_greedy_of_a_whole_model(student: Student, reference: SimpleNamespace) -> None:
    """A translator with dropout and drawn weights, in train mode."""

    def differ(seed: int) -> bool:
        answers = every_row(WholeModel(reference, seed, [5, 2, 3, 4], 7), 5)
        return len({tuple(ids) for ids in answers}) > 2 and len({*map(len, answers)}) > 1

    model = WholeModel(reference, telling_seed(861, differ), [5, 2, 3, 4], 7)
    wanted = every_row(model, 5)
    model.train()
    check_answers(f"{NAME} of a whole translator", asked(student, model, 5), wanted)
    checks.equal(f"{NAME} of a whole translator: training afterwards", model.training, True)


@greedy_decode(points=1)
def test_greedy_changes_no_argument(student: Student) -> None:
    """Sources and lengths are as they were; gradients are on again."""
    model = scripted(871, [4, 2, 3], 5, 3)
    kept = [student.put(part) for part in tensors(model)]
    check_answers(NAME, student.call(NAME, student.stand_in(model), *kept, 3), every_row(model, 3))
    for name, ref, array in zip(("src", "lengths"), kept, (model.src, model.lengths), strict=True):
        checks.tensor(f"{NAME}: its argument {name}, after the call", ref.fetch(), array)
    check_gradients_are_on(NAME, student)
