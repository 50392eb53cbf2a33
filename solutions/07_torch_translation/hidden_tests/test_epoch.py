"""Assignment 07, an epoch: train_epoch and evaluate, one question.

The model is given.py's WordBag, whose dropout can be followed by hand and which notes how it was called.
An answer may call the student's own masked_loss, and loses what that gets wrong: a stand-in for it would carry no
gradient. Modes, the length of a clipped step and what evaluate leaves alone do not depend on the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_pair import ModulePair

from .oracle_epoch import (
    CLOSE,
    NO_CLIPPING,
    RATE,
    Batch,
    check_epoch,
    drawn_batches,
    gradient_norms,
    put_gradients,
    sent_batches,
    telling_batches,
    wanted_evaluation,
    widened,
    word_bags,
)

train_epoch = partial(
    question, "train_epoch", hint="What must each step of the optimizer find in .grad, and what does a token weigh?"
)
evaluate = partial(question, "train_epoch", hint="What of a model may be otherwise after it was only measured?")


@pytest.fixture(autouse=True)
def graphs_are_made_again() -> Iterator[None]:
    """Enable gradients after each test, for those that follow where no fork keeps them apart."""
    yield
    torch.set_grad_enabled(True)


@train_epoch(points=3)
def test_train_epoch_values(student: Student, reference: SimpleNamespace) -> None:
    """The loss per token and the weights, after batches of different numbers of rows and tokens."""
    for seed, dtype in ((1, "float64"), (2, "float32")):
        check_epoch(f", in {dtype}", word_bags(student, reference, seed, dtype), telling_batches(seed + 10))


@train_epoch(points=1)
def test_train_epoch_of_few_rows(student: Student, reference: SimpleNamespace) -> None:
    """One batch, one row, one token."""
    for seed, rows, longest in ((3, [4], 6), (4, [1], 6), (5, [1, 1], 2)):
        batches = drawn_batches(seed + 10, rows, longest)
        check_epoch(f" of {rows} rows", word_bags(student, reference, seed), batches)


@train_epoch(points=2)
def test_train_epoch_clips(student: Student, reference: SimpleNamespace) -> None:
    """A long gradient is cut to max_norm, all parameters together; a short one is as it is."""

    def tells(batches: list[Batch]) -> bool:
        norms = gradient_norms(reference, 8, batches, 0.8)
        return min(norms) < 0.65 and max(norms) > 1.0

    check_epoch(", max_norm 0.05", word_bags(student, reference, 6), drawn_batches(16), 0.05)
    label = ", max_norm 0.8, above some gradients and below others"
    check_epoch(label, word_bags(student, reference, 8), telling_batches(18, tells), 0.8)


@train_epoch(points=1)
def test_train_epoch_length_of_a_clipped_step(student: Student, reference: SimpleNamespace) -> None:
    """A step is rate times max_norm long, all parameters together."""
    for seed, max_norm in ((21, 0.01), (22, 0.2)):
        pair = word_bags(student, reference, seed)
        steps = student.new("gradient_descent", pair.yours, RATE)
        student.call("train_epoch", pair.yours, sent_batches(drawn_batches(seed, [4])), steps, max_norm)
        before, after = pair.oracle.state_dict(), pair.yours.weights()
        length = sum(((after[name].array - weight.numpy()) ** 2).sum() for name, weight in before.items()) ** 0.5
        label = f"train_epoch of one batch, rate {RATE}, max_norm {max_norm}: the length of the step"
        checks.values(label, float(length), RATE * max_norm, atol=CLOSE)


@train_epoch(points=2)
def test_train_epoch_gradients_of_before_do_not_count(student: Student, reference: SimpleNamespace) -> None:
    """Gradients that are there at the start, and those of the last batch of an epoch before."""
    for seed, max_norm in ((23, NO_CLIPPING), (24, 0.3)):
        pair = word_bags(student, reference, seed)
        put_gradients(pair, seed + 50)
        steps = student.new("gradient_descent", pair.yours, RATE)
        for epoch in ("first", "second"):
            label = f", the {epoch} epoch of a model with old gradients, max_norm {max_norm}"
            check_epoch(label, pair, drawn_batches(seed + 10), max_norm, steps)


@train_epoch(points=1)
def test_train_epoch_of_an_unused_parameter(student: Student, reference: SimpleNamespace) -> None:
    """A parameter that a batch does not use stays, and has no part in the length of the gradient."""
    for seed, max_norm in ((25, NO_CLIPPING), (26, 0.2)):
        pair = word_bags(student, reference, seed)
        put_gradients(pair, seed + 50)
        unused = drawn_batches(seed + 10, [4], empty=False)
        check_epoch(f" that does not use `nothing`, max_norm {max_norm}", pair, unused, max_norm)
        mixed = [*drawn_batches(seed + 11, [2]), *unused]
        check_epoch(f", the second does not use `nothing`, max_norm {max_norm}", pair, mixed, max_norm)


@train_epoch(points=1)
def test_train_epoch_padding_changes_nothing(student: Student, reference: SimpleNamespace) -> None:
    """Batches with more padding than they need train as they do without."""
    for seed, max_norm in ((27, NO_CLIPPING), (28, 0.3)):
        batches = telling_batches(seed + 10)
        wide = sent_batches([widened(batch, more) for batch, more in zip(batches, (1, 4, 0), strict=True)])
        check_epoch(" with more padding than needed", word_bags(student, reference, seed), batches, max_norm, sent=wide)


@train_epoch(points=1)
def test_train_epoch_modes(student: Student, reference: SimpleNamespace) -> None:
    """The model is in train mode at every call, and afterwards in the mode in which it was, all its parts too."""
    pair, batches = word_bags(student, reference, 29), sent_batches(drawn_batches(39))
    steps = student.new("gradient_descent", pair.yours, RATE)
    check_modes("train_epoch", pair, lambda: student.call("train_epoch", pair.yours, batches, steps, 1.0), True, 3)


@train_epoch(points=1)
def test_train_epoch_leaves_batches_alone(student: Student, reference: SimpleNamespace) -> None:
    """The batches are as they were."""
    batches = drawn_batches(40)
    kept = student.put(sent_batches(batches))
    check_epoch("", word_bags(student, reference, 30), batches, sent=kept)
    check_kept("train_epoch", kept.fetch(), batches)


@evaluate(points=2)
def test_evaluate_values(student: Student, reference: SimpleNamespace) -> None:
    """The loss per token in eval mode: not the mean over batches, nor over rows."""
    for seed, dtype, training in ((31, "float64", False), (32, "float32", True)):
        pair, batches = word_bags(student, reference, seed, dtype), telling_batches(seed + 10)
        pair.set_mode(training)
        check_evaluation(f"3 batches, in {dtype}", pair, batches)


@evaluate(points=1)
def test_evaluate_of_few_rows_and_of_padding(student: Student, reference: SimpleNamespace) -> None:
    """One batch, one row, one token; more padding than needed changes nothing."""
    pair = word_bags(student, reference, 33)
    for seed, rows, longest in ((43, [4], 6), (44, [1], 6), (45, [1, 1], 2)):
        batches = drawn_batches(seed, rows, longest)
        check_evaluation(f"batches of {rows} rows", pair, batches)
        wide = sent_batches([widened(batch, 3) for batch in batches])
        check_evaluation(f"batches of {rows} rows, with more padding than needed", pair, batches, wide)


@evaluate(points=1)
def test_evaluate_modes(student: Student, reference: SimpleNamespace) -> None:
    """The model is in eval mode at every call, and afterwards in the mode in which it was, all its parts too."""
    pair, batches = word_bags(student, reference, 34), sent_batches(drawn_batches(46))
    check_modes("evaluate", pair, lambda: student.call("evaluate", pair.yours, batches), False, 3)


@evaluate(points=1)
def test_evaluate_makes_no_graph(student: Student, reference: SimpleNamespace) -> None:
    """What the model scores has no graph, and graphs are made again afterwards, of all parameters."""
    pair, batches = word_bags(student, reference, 35), drawn_batches(47)
    check_evaluation("3 batches", pair, batches)
    checks.equal("evaluate: whether scores had a graph at some call", any(pair.yours.get("graphs")), False)
    pair.yours.keep("forward", *sent_batches(batches)[0])
    checks.equal("after evaluate: whether scores have a graph", pair.yours.get("graphs")[-1], True)
    lost = [name for name, weight in pair.yours.weights().items() if not weight.requires_grad]
    checks.equal("after evaluate: parameters that require no gradient", lost, [])


@evaluate(points=1)
def test_evaluate_touches_nothing(student: Student, reference: SimpleNamespace) -> None:
    """The loss is right; weights, gradients and batches are as they were; where there was no gradient there is none."""
    pair, batches = word_bags(student, reference, 36), drawn_batches(48)
    check_evaluation("3 batches", pair, batches)
    kept = student.put(sent_batches(batches))
    for name, gradient in _evaluated(pair, kept).items():
        checks.equal(f"evaluate of a model without gradients: the gradient of {name}", gradient is None, True)
    left = put_gradients(pair, 86)
    for name, gradient in _evaluated(pair, kept).items():
        checks.tensor(f"evaluate of a model with gradients: that of {name}", gradient, left[name], rtol=0, atol=0)
    for name, weight in pair.yours.weights().items():
        checks.tensor(f"evaluate: {name} afterwards", weight, pair.oracle.state_dict()[name], rtol=0, atol=0)
    check_kept("evaluate", kept.fetch(), batches)


def _evaluated(pair: ModulePair, batches: RemoteObject) -> dict[str, Tensor | None]:
    """The gradients of the student's model after evaluate."""
    pair.student.call("evaluate", pair.yours, batches)
    return pair.yours.gradients()


def check_evaluation(label: str, pair: ModulePair, batches: list[Batch], sent: Any = None) -> None:
    """Compare the loss per token that evaluate gives for these batches, or for what is sent in their place."""
    loss = pair.student.call("evaluate", pair.yours, sent_batches(batches) if sent is None else sent)
    wanted = wanted_evaluation(pair.oracle, batches)
    checks.values(f"evaluate of {label}: the loss per token", loss, wanted, atol=CLOSE)


def check_modes(name: str, pair: ModulePair, action: Callable[[], Any], wanted: bool, calls: int) -> None:
    """Check the mode of the model at each of at least `calls` calls, and that it is put back after either."""
    for training in (True, False):
        pair.set_mode(training)
        before = len(pair.yours.get("modes"))
        action()
        modes = pair.yours.get("modes")[before:]
        start = f"{name} of a model in {'train' if training else 'eval'} mode"
        checks.at_least(f"{start}, {calls} batches", len(modes), calls, "calls of the model")
        checks.equal(f"{start}: whether it is in train mode at each call", modes, [wanted] * len(modes))
        after = {"the model": pair.yours.get("training"), "its dropout": pair.yours.ref("dropout").get("training")}
        for part, mode in after.items():
            checks.equal(f"{start}: whether {part} is in train mode afterwards", mode, training)


def check_kept(name: str, batches: Any, wanted: list[Batch]) -> None:
    """Check that kept batches are those that were sent."""
    for index, (batch, arrays) in enumerate(zip(batches, wanted, strict=True)):
        for part, tensor, array in zip(("src", "lengths", "tgt"), batch, arrays, strict=True):
            checks.tensor(f"{name}: {part} of batch {index} after the call", tensor, array, rtol=0, atol=0)
