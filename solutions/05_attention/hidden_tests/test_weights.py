"""Assignment 05, the pieces: weight_sum, attention_weight."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.sequence_models import layer_gradients
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.likeness import FEW_TRAITS
from autograder.testing.student import Student

from . import attention_checks

weight_sum = partial(
    question, "weight_sum",
    hint="Along which axis of hs are the states added up, and which shape makes each weight meet its own state?",
)  # fmt: skip
attention_weight = partial(
    question, "attention_weight",
    hint="Which score makes a weight of exactly 0, and which of all scores does the gradient of one weight depend on?",
)  # fmt: skip


def sum_run(student: Student, seed: int, N: int = 2, S: int = 7, H: int = 3, dtype: Any = np.float64) -> LayerRun:
    """Hidden states, weights that add up to anything, and the gradient of the sum."""
    rng = hidden_rng(seed)
    hs, a, dc = (rng.standard_normal(shape).astype(dtype) for shape in ((N, S, H), (N, S), (N, H)))
    return LayerRun(student, "WeightSum", [], [hs, a], [dc], ("hs", "a"), parameters=(), leeway=FEW_TRAITS)


def added_up(hs: Array, a: Array) -> Array:
    """The weighted sum, one step of one row after the other."""
    c = np.zeros_like(hs[:, 0])
    for n, s in np.ndindex(a.shape):
        c[n] += a[n, s] * hs[n, s]
    return c


def check_sum(note: str, run: LayerRun, **kind: Any) -> None:
    """WeightSum.forward against the plain sum."""
    checks.values(f"WeightSum.forward{note}", run.layer().call("forward", *run.inputs), added_up(*run.inputs), **kind)


@weight_sum(points=4)
def test_weight_sum_values(student: Student) -> None:
    """Weights of all sizes and signs; weights that pick one step; equal ones."""
    for seed in (1, 2):
        check_sum("", sum_run(student, seed))
    hs = sum_run(student, 3).inputs[0]
    for note, a in (
        (" that picks a step of each row", np.eye(7)[[4, 1]]),
        (" of equal weights", np.full((2, 7), 1 / 7)),
    ):
        yours = student.new("WeightSum").call("forward", hs, a)
        checks.values(f"WeightSum.forward{note}", yours, added_up(hs, a))


@weight_sum(points=1)
def test_weight_sum_of_small_sizes(student: Student) -> None:
    """One of everything."""
    for seed, sizes in enumerate(({"N": 1}, {"S": 1}, {"H": 1}, {"N": 1, "S": 1, "H": 1}, {"N": 5, "S": 2}), start=4):
        check_sum(f" with {sizes}", sum_run(student, seed, **sizes))


@weight_sum(points=1)
def test_weight_sum_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        check_sum(f" in {dtype.__name__}", sum_run(student, 9, dtype=dtype), dtype=dtype)
    layer_gradients.check_float32_kept(sum_run(student, 10), seed=10)


@weight_sum(points=1)
def test_weight_sum_leaves_its_inputs_alone(student: Student) -> None:
    """hs, a and dc are still what they were, also after backward."""
    run = sum_run(student, 11)
    kept, layer = [student.put(part) for part in run.inputs], student.new("WeightSum")
    checks.values("WeightSum.forward", layer.call("forward", *kept), added_up(*run.inputs))
    for call in ("forward", "backward"):
        for title, ref, sent in zip(run.input_names, kept, run.inputs, strict=True):
            checks.untouched(f"WeightSum.{call}: the {title} given to forward", ref, sent)
        layer.call("backward", *run.upstream)
    layer_gradients.check_upstream_untouched(run, ("dc",), seed=11)


@weight_sum(points=4)
def test_weight_sum_gradients(student: Student) -> None:
    """dhs and da, against differences of forward."""
    for seed in (12, 13):
        layer_gradients.check_input_gradients(sum_run(student, seed), seed)


@weight_sum(points=1)
def test_weight_sum_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    for seed, sizes in enumerate(({"N": 1}, {"S": 1}, {"H": 1}, {"N": 1, "S": 1, "H": 1}), start=14):
        layer_gradients.check_input_gradients(sum_run(student, seed, **sizes), seed)


@weight_sum(points=1)
def test_weight_sum_gradients_of_the_last_forward(student: Student) -> None:
    """After two forwards backward is that of the second, and the same for a second time."""
    run = sum_run(student, 18, S=5)
    layer = sum_run(student, 19).layer()
    layer.call("forward", *sum_run(student, 19).inputs)
    first = run.backward(layer)
    layer_gradients.check_input_gradients(run, 18, first)
    layer_gradients.check_input_gradients(run, 18, run.returned(layer.call("backward", *run.upstream)))


@attention_weight(points=4)
def test_attention_weight_values(student: Student, reference: SimpleNamespace) -> None:
    """The softmax of dot products over the source steps."""
    attention_checks.check_values(student, reference, "AttentionWeight")


@attention_weight(points=3)
def test_attention_weight_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """Nothing where the mask is False, and all the rest adds up to 1."""
    attention_checks.check_masked_values(student, reference, "AttentionWeight")


@attention_weight(points=2)
def test_attention_weight_of_large_scores(student: Student, reference: SimpleNamespace) -> None:
    """Scores of +-10000 do no harm, masked or not."""
    attention_checks.check_large_scores(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_without_a_real_token(student: Student, reference: SimpleNamespace) -> None:
    """A row of mask without a True is a ValueError."""
    attention_checks.check_nothing_to_see(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One of everything."""
    attention_checks.check_small_sizes(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_order_of_steps(student: Student, reference: SimpleNamespace) -> None:
    """Source steps in another order have their weights in that order."""
    attention_checks.check_order_of_steps(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out; with a mask too."""
    attention_checks.check_dtype(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """hs, h and mask are still what they were, also after backward."""
    attention_checks.check_inputs_untouched(student, reference, "AttentionWeight")


@attention_weight(points=4)
def test_attention_weight_gradients(student: Student) -> None:
    """dhs and dh, against differences of forward."""
    attention_checks.check_gradients(student, "AttentionWeight")


@attention_weight(points=2)
def test_attention_weight_gradients_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """What stands where the mask is False changes nothing and has no gradient."""
    attention_checks.check_masked_gradients(student, reference, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    attention_checks.check_small_gradients(student, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_gradients_keep_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    attention_checks.check_gradient_dtype(student, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_leaves_its_upstream_alone(student: Student) -> None:
    """da is still what it was."""
    attention_checks.check_upstream_untouched(student, "AttentionWeight")


@attention_weight(points=1)
def test_attention_weight_gradients_of_the_last_forward(student: Student) -> None:
    """After two forwards backward is that of the second, and the same for a second time."""
    attention_checks.check_last_forward_counts(student, "AttentionWeight")
