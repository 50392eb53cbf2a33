"""Assignment 07, how likely a translation is: sequence_log_probability. Models are scripted, or drawn whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CallFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_checks import check_without_graph

from .oracle_hypotheses import check_gradients_are_on, log_p
from .oracle_scripted import (
    EOS,
    PAD,
    SOS,
    UNK,
    Oracle,
    ScriptedModel,
    WholeModel,
    drawn_table,
    every_answer,
    scripted,
    tensors,
)

NAME = "sequence_log_probability"
sequence_log_probability = partial(
    question, NAME, hint="Which tokens of a target does the model have to write, and which of them are nobody's answer?"
)


def target(answers: Sequence[Sequence[int]]) -> Array:
    """Targets (N, T): SOS, the tokens of each answer, PAD."""
    width = max(map(len, answers))
    return np.array([[SOS, *answer, *[PAD] * (width - len(answer))] for answer in answers])


def drawn_answers(seed: int, counts: Sequence[int], V: int) -> list[list[int]]:
    """Answers of so many tokens, EOS the last; UNK may be among them."""
    rng = hidden_rng(seed)
    return [[*rng.integers(UNK, V, count - 1).tolist(), EOS] for count in counts]


def asked(student: Student, model: Any, tgt: Array) -> Any:
    """What the student's function gives for all of a model's sources."""
    return student.call(NAME, student.stand_in(model), *tensors(model), Tensor(tgt))


def wanted(oracle: Oracle, answers: Sequence[Sequence[int]]) -> Array:
    """The log-probability of each answer."""
    return np.array([log_p(oracle, n, answer) for n, answer in enumerate(answers)])


@sequence_log_probability(points=4)
def test_log_probability_values(student: Student) -> None:
    """Targets of different lengths: EOS is scored, PAD is not."""
    for seed, counts in ((701, (3, 1, 4, 2)), (702, (2, 4, 3))):
        model = scripted(seed, [4, 2, 3, 5][: len(counts)], 6, 4)
        answers = drawn_answers(seed + 50, counts, 6)
        label = f"{NAME} of targets of {', '.join(map(str, counts))} tokens after SOS"
        checks.tensor(label, asked(student, model, target(answers)), wanted(model, answers).astype("float32"))


@sequence_log_probability(points=3)
def test_log_probability_of_all_targets(student: Student) -> None:
    """Every target of at most three tokens, finished or cut: together they are sure. PAD cannot be written."""
    answers = [answer for answer in every_answer(5, 3) if PAD not in answer]
    table = drawn_table(711, 1, 5, 3, "float64")
    table[:, :, PAD] = -1e9
    model = ScriptedModel(table, [2 + n % 3 for n in range(len(answers))])
    yours = asked(student, model, target(answers))
    label = f"{NAME} of all {len(answers)} targets of at most 3 tokens"
    received = checks.tensor(label, yours, wanted(model, answers))
    checks.values(f"{label}: their chances together", float(np.exp(received).sum()), 1.0)


@sequence_log_probability(points=1)
def test_log_probability_of_small_sizes(student: Student) -> None:
    """One row, and targets of one token after SOS."""
    for seed, counts in ((721, (3,)), (722, (1,)), (723, (1, 1, 1))):
        model = scripted(seed, [3, 2, 4][: len(counts)], 5, 3)
        answers = drawn_answers(seed + 50, counts, 5)
        yours = asked(student, model, target(answers))
        checks.tensor(
            f"{NAME} of {len(counts)} rows, T = {max(counts) + 1}", yours, wanted(model, answers).astype("f4")
        )


@sequence_log_probability(points=1)
def test_log_probability_keeps_the_dtype_of_the_logits(student: Student) -> None:
    """Logits in float64 give float64, those in float32 float32."""
    answers = drawn_answers(731, (2, 3, 1), 5)
    for dtype in ("float64", "float32"):
        model = scripted(732, [3, 2, 4], 5, 3, dtype)
        yours = asked(student, model, target(answers))
        checks.tensor(f"{NAME}, logits in {dtype}", yours, wanted(model, answers).astype(dtype))


@sequence_log_probability(points=1)
def test_log_probability_does_not_depend_on_padding_or_batch_mates(student: Student) -> None:
    """Columns of PAD more, in source and target; a row alone."""
    model = scripted(741, [4, 2, 3], 6, 6)
    answers = drawn_answers(742, (2, 3, 1), 6)
    expected = wanted(model, answers).astype("float32")
    src, tgt = (np.pad(array, ((0, 0), (0, 2))) for array in (model.src, target(answers)))
    yours = student.call(NAME, student.stand_in(model), Tensor(src), Tensor(model.lengths), Tensor(tgt))
    checks.tensor(f"{NAME} with 2 columns of PAD more", yours, expected)
    for n, answer in enumerate(answers):
        row = [Tensor(part[n : n + 1]) for part in (model.src, model.lengths)]
        yours = student.call(NAME, student.stand_in(model), *row, Tensor(target([answer])))
        checks.tensor(f"{NAME} of row {n} alone", yours, expected[n : n + 1])


@sequence_log_probability(points=2)
def test_log_probability_in_eval_mode(student: Student) -> None:
    """The model runs in evaluation mode, and is then in the mode in which it was."""
    answers = drawn_answers(751, (2, 3), 5)
    for training in (True, False):
        model = scripted(752, [3, 2], 5, 3)
        model.train(training)
        yours = asked(student, model, target(answers))
        label = f"{NAME} of a model with training = {training}"
        checks.tensor(label, yours, wanted(model, answers).astype("float32"))
        checks.equal(f"{label}: training afterwards", model.training, training)


@sequence_log_probability(points=1)
def test_log_probability_keeps_no_graph(student: Student) -> None:
    """Logits that require a gradient give a result that does not."""
    answers = drawn_answers(761, (2, 3), 5)
    plain, with_graph = (scripted(762, [3, 2], 5, 3, graph=graph) for graph in (False, True))
    expected = wanted(plain, answers).astype("float32")
    checks.tensor(NAME, asked(student, plain, target(answers)), expected)
    try:
        yours = asked(student, with_graph, target(answers))
    except CallFailed as failure:
        if "requires grad" not in failure.text:  # logits of torch's own modules would have none under no_grad
            raise
    else:
        check_without_graph(NAME, yours)


@sequence_log_probability(points=1)
def test_log_probability_of_a_whole_model(student: Student, reference: SimpleNamespace) -> None:
    """A translator with dropout and drawn weights, in train mode."""
    model = WholeModel(reference, 771, [5, 2, 3, 4], 7)
    answers = drawn_answers(772, (3, 1, 5, 2), 7)
    expected = wanted(model, answers).astype("float32")
    model.train()
    checks.tensor(f"{NAME} of a whole translator", asked(student, model, target(answers)), expected)
    checks.equal(f"{NAME} of a whole translator: training afterwards", model.training, True)


@sequence_log_probability(points=1)
def test_log_probability_changes_no_argument(student: Student) -> None:
    """Sources, lengths and targets are as they were; gradients are on again."""
    model = scripted(781, [4, 2, 3], 5, 3)
    answers = drawn_answers(782, (2, 3, 1), 5)
    sent = {"src": model.src, "lengths": model.lengths, "tgt": target(answers)}
    kept = {name: student.put(Tensor(array)) for name, array in sent.items()}
    yours = student.call(NAME, student.stand_in(model), *kept.values())
    checks.tensor(NAME, yours, wanted(model, answers).astype("float32"))
    for name, array in sent.items():
        checks.tensor(f"{NAME}: its argument {name}, after the call", kept[name].fetch(), array)
    check_gradients_are_on(NAME, student)
