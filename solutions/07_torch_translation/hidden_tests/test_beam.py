"""Assignment 07, several beginnings at once: beam_search.

Judged are beams of 1, beams that have room for every answer, and what is true of every beam: which of finished and open
beginnings hold the places of a narrow one is free.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor

from .oracle_hypotheses import (
    Beam,
    beams_of,
    check_all,
    check_beam,
    check_gradients_are_on,
    greedy,
    ranked,
    score,
)
from .oracle_scripted import EOS, PAD, SOS, UNK, Oracle, WholeModel, forced, of_chances, scripted, tensors

NAME = "beam_search"
beam_search = partial(
    question, NAME, timeout_s=30,
    hint="Which beginning does each state belong to, which of them may still grow, and when is the penalty applied?",
)  # fmt: skip


def asked(student: Student, model: Any, beam_size: int, max_length: int, *penalty: float) -> list[Beam]:
    """The student's beams for all of a model's sources."""
    yours = student.call(NAME, student.stand_in(model), *tensors(model), beam_size, max_length, *penalty)
    return beams_of(f"{NAME}, {titled(beam_size, max_length, *penalty)}", yours, len(model.src))


def titled(beam_size: int, max_length: int, penalty: float = 0.0) -> str:
    """The arguments, as a label says them."""
    return f"a beam of {beam_size}, max_length {max_length}, penalty {penalty:g}"


def check_each(beams: list[Beam], oracle: Oracle, beam_size: int, max_length: int, penalty: float = 0.0) -> None:
    """Check what is true of every beam."""
    for row, beam in enumerate(beams):
        label = f"{NAME}, {titled(beam_size, max_length, penalty)}, source {row}"
        check_beam(label, beam, oracle, row, beam_size, max_length, penalty)


@beam_search(points=4)
def test_beam_wide_enough_for_every_answer(student: Student) -> None:
    """All answers of at most 3 tokens, with EOS or cut, each with its score, best first."""
    model = scripted(901, [3, 2], 5, 3)
    for beam_size, penalty in ((85, 0.0), (100, 0.7), (85, 1.6)):
        for row, beam in enumerate(asked(student, model, beam_size, 3, penalty)):
            check_all(f"{NAME}, {titled(beam_size, 3, penalty)}, source {row}", beam, model, row, 3, penalty)


@beam_search(points=3)
def test_beam_of_one_is_greedy(student: Student) -> None:
    """The greedy answer with its score, whatever the penalty."""
    words = [int(id) for id in hidden_rng(911).integers(4, 6, 4)]
    models = [scripted(912, [4, 2, 5, 3], 6, 4), forced(913, [[*words, 4], [EOS], [words[0], EOS]], 6)]
    for model in models:
        for penalty in (0.0, 0.6, 1.0, 2.0):
            for row, beam in enumerate(asked(student, model, 1, 4, penalty)):
                wanted = greedy(model, row, 4)
                label = f"{NAME}, {titled(1, 4, penalty)}, source {row}"
                checks.equal(f"{label}: the greedy answer", [ids for _, ids in beam], [wanted])
                total = score(model, row, wanted, 4, penalty)
                checks.values(f"{label}: its score", beam[0][0], total, rtol=2e-4, atol=2e-5)


@beam_search(points=3)
def test_beam_invariants(student: Student) -> None:
    """Narrow beams: no more answers than beam_size, all different, each with its own score, best first."""
    model = scripted(921, [4, 2, 5, 3], 6, 4)
    for beam_size, penalty in ((2, 0.0), (3, 0.8), (5, 0.0), (5, 1.5)):
        check_each(asked(student, model, beam_size, 4, penalty), model, beam_size, 4, penalty)


@beam_search(points=2)
def test_beam_leaves_the_garden_path(student: Student) -> None:
    """The likelier first token leads to unlikely ends: a beam of 2 finds the better answer, states and all."""
    a, b = (int(id) for id in hidden_rng(931).permutation([4, 5, UNK, PAD])[:2])
    ahead = {(): {a: 0.6, b: 0.4}, (a,): {EOS: 0.36, a: 0.34, b: 0.3}, (b,): {a: 0.9, EOS: 0.1}, (b, a): {EOS: 1.0}}
    for max_length in (3, 5):
        model = of_chances(932, ahead, 6, 5)
        (beam,) = asked(student, model, 2, max_length)
        check_each([beam], model, 2, max_length)
        checks.equal(f"{NAME}, {titled(2, max_length)}: the best answer", beam[0][1], [b, a])


@beam_search(points=2)
def test_beam_goes_on_after_the_first_eos(student: Student) -> None:
    """Under a penalty a longer answer wins over one that ended first."""
    a, b = (int(id) for id in hidden_rng(941).permutation([4, 5, UNK, SOS])[:2])
    late = {(): {EOS: 0.5, a: 0.4, b: 0.1}, (a,): {b: 0.9, EOS: 0.1}, (a, b): {EOS: 0.85, a: 0.15}}
    for penalty, best in ((0.0, []), (1.0, [a, b])):
        model = of_chances(942, late, 6, 4)
        (beam,) = asked(student, model, 2, 4, penalty)
        check_each([beam], model, 2, 4, penalty)
        checks.equal(f"{NAME}, {titled(2, 4, penalty)}: the best answer", beam[0][1], best)


@beam_search(points=1)
def test_beam_of_answers_that_are_cut(student: Student) -> None:
    """Answers without EOS after max_length tokens are kept, also where no answer has ended."""
    words = [int(id) for id in hidden_rng(951).integers(4, 7, 3)]
    endless = {tuple(words[:t]): {word: 0.75, PAD: 0.25} for t, word in enumerate(words)}
    model = of_chances(952, endless, 7, 4)
    for beam_size, penalty in ((1, 0.0), (2, 1.0)):
        (beam,) = asked(student, model, beam_size, 3, penalty)
        check_each([beam], model, beam_size, 3, penalty)
        checks.equal(f"{NAME}, {titled(beam_size, 3, penalty)}: the best answer", beam[0][1], words)


@beam_search(points=1)
def test_beam_of_one_token(student: Student) -> None:
    """max_length 1: EOS, or one id; beams wider than the vocabulary."""
    model = scripted(961, [3, 2, 4], 6, 2)
    for beam_size, penalty in ((6, 0.0), (9, 1.0)):
        for row, beam in enumerate(asked(student, model, beam_size, 1, penalty)):
            check_all(f"{NAME}, {titled(beam_size, 1, penalty)}, source {row}", beam, model, row, 1, penalty)


@beam_search(points=1)
def test_beam_without_a_penalty(student: Student) -> None:
    """Left out, the penalty is 0; by its name it is one."""
    model = scripted(971, [2, 3], 5, 3)
    for row, beam in enumerate(asked(student, model, 21, 2)):
        check_all(f"{NAME}, a beam of 21, max_length 2, no penalty given, source {row}", beam, model, row, 2, 0.0)
    yours = student.call(NAME, student.stand_in(model), *tensors(model), 21, 2, length_penalty=1.0)
    for row, beam in enumerate(beams_of(NAME, yours, 2)):
        check_all(f"{NAME}, {titled(21, 2, 1.0)}, source {row}", beam, model, row, 2, 1.0)


@beam_search(points=1)
def test_beam_rows_do_not_depend_on_batch_mates_or_padding(student: Student) -> None:
    """A row alone, the rows in another order, columns of PAD more."""
    model = scripted(981, [3, 2, 4], 5, 3)
    wanted = [ranked(model, row, 2, 0.0) for row in range(3)]
    for rows in ([1], [2, 0, 1]):
        arguments = [Tensor(np.array(part[rows])) for part in (model.src, model.lengths)]
        yours = student.call(NAME, student.stand_in(model), *arguments, 21, 2)
        for row, beam in zip(rows, beams_of(f"{NAME} of the rows {rows}", yours, len(rows)), strict=True):
            check_all(f"{NAME} of the rows {rows}, source {row}", beam, model, row, 2, 0.0)
    wide = Tensor(np.pad(model.src, ((0, 0), (0, 2))))
    yours = student.call(NAME, student.stand_in(model), wide, Tensor(model.lengths), 1, 3)
    for row, beam in enumerate(beams_of(f"{NAME} with 2 columns of PAD more", yours, len(wanted))):
        checks.equal(f"{NAME} with 2 columns of PAD more, source {row}", beam[0][1], greedy(model, row, 3))


@beam_search(points=2)
def test_beam_in_eval_mode(student: Student) -> None:
    """The model writes in evaluation mode, and is then in the mode in which it was."""
    for training in (True, False):
        model = scripted(991, [3, 2], 5, 3)
        model.train(training)
        beams = asked(student, model, 3, 3)
        label = f"{NAME} of a model with training = {training}"
        checks.equal(f"{label}: training afterwards", model.training, training)
        check_each(beams, model, 3, 3)


@beam_search(points=1)
def test_beam_of_a_whole_model(student: Student, reference: SimpleNamespace) -> None:
    """A translator with dropout and drawn weights, in train mode: every answer of at most 2 tokens; a narrow beam."""
    model = WholeModel(reference, 993, [4, 2, 3], 5)
    model.train()
    for row, beam in enumerate(asked(student, model, 21, 2, 0.5)):
        check_all(f"{NAME} of a whole translator, {titled(21, 2, 0.5)}, source {row}", beam, model, row, 2, 0.5)
    check_each(asked(student, model, 3, 5, 1.0), model, 3, 5, 1.0)
    checks.equal(f"{NAME} of a whole translator: training afterwards", model.training, True)


@beam_search(points=1)
def test_beam_changes_no_argument(student: Student) -> None:
    """Sources and lengths are as they were; gradients are on again."""
    model = scripted(995, [4, 2, 3], 5, 3)
    kept = [student.put(part) for part in tensors(model)]
    yours = student.call(NAME, student.stand_in(model), *kept, 2, 3)
    check_each(beams_of(NAME, yours, 3), model, 2, 3)
    for name, ref, array in zip(("src", "lengths"), kept, (model.src, model.lengths), strict=True):
        checks.tensor(f"{NAME}: its argument {name}, after the call", ref.fetch(), array)
    check_gradients_are_on(NAME, student)
