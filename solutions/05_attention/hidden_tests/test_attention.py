"""Assignment 05, looking back: attention, time_attention."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import array
from autograder.testing.question import question
from autograder.testing.student import Student

from . import attention_checks

attention = partial(
    question, "attention", given=("weight_sum", "attention_weight"),
    hint="By how many ways does a hidden state reach the context vector, and which gradients meet in dhs?",
)  # fmt: skip
time_attention = partial(
    question, "time_attention", given=("weight_sum", "attention_weight", "attention"),
    hint="What does step t look at, which weights are its own, and how many steps send a gradient to one hidden state?",
)  # fmt: skip


@attention(points=4)
def test_attention_values(student: Student, reference: SimpleNamespace) -> None:
    """The hidden states, each times its weight, added up."""
    attention_checks.check_values(student, reference, "Attention")


@attention(points=2)
def test_attention_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """Nothing comes from where the mask is False."""
    attention_checks.check_masked_values(student, reference, "Attention")


@attention(points=2)
def test_attention_keeps_its_weights(student: Student, reference: SimpleNamespace) -> None:
    """`.attention_weight` of the last forward."""
    attention_checks.check_weights_kept(student, reference, "Attention")


@attention(points=1)
def test_attention_of_large_scores(student: Student, reference: SimpleNamespace) -> None:
    """Scores of +-10000 do no harm, masked or not."""
    attention_checks.check_large_scores(student, reference, "Attention")


@attention(points=1)
def test_attention_without_a_real_token(student: Student, reference: SimpleNamespace) -> None:
    """A row of mask without a True is a ValueError."""
    attention_checks.check_nothing_to_see(student, reference, "Attention")


@attention(points=1)
def test_attention_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One of everything."""
    attention_checks.check_small_sizes(student, reference, "Attention")


@attention(points=1)
def test_attention_order_of_steps(student: Student, reference: SimpleNamespace) -> None:
    """Source steps in another order give the same context vector."""
    attention_checks.check_order_of_steps(student, reference, "Attention")


@attention(points=1)
def test_attention_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out; with a mask too."""
    attention_checks.check_dtype(student, reference, "Attention")


@attention(points=1)
def test_attention_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """hs, h and mask are still what they were, also after backward."""
    attention_checks.check_inputs_untouched(student, reference, "Attention")


@attention(points=4)
def test_attention_gradients(student: Student) -> None:
    """dhs, by the sum and by the weights, and dh."""
    attention_checks.check_gradients(student, "Attention")


@attention(points=2)
def test_attention_gradients_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """What stands where the mask is False changes nothing and has no gradient."""
    attention_checks.check_masked_gradients(student, reference, "Attention")


@attention(points=1)
def test_attention_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    attention_checks.check_small_gradients(student, "Attention")


@attention(points=1)
def test_attention_gradients_keep_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    attention_checks.check_gradient_dtype(student, "Attention")


@attention(points=1)
def test_attention_leaves_its_upstream_alone(student: Student) -> None:
    """dc is still what it was."""
    attention_checks.check_upstream_untouched(student, "Attention")


@attention(points=1)
def test_attention_gradients_of_the_last_forward(student: Student) -> None:
    """After two forwards backward is that of the second, and the same for a second time."""
    attention_checks.check_last_forward_counts(student, "Attention")


@time_attention(points=4)
def test_time_attention_values(student: Student, reference: SimpleNamespace) -> None:
    """A context vector for every decoder step."""
    attention_checks.check_values(student, reference, "TimeAttention")


@time_attention(points=2)
def test_time_attention_step_by_step(student: Student, reference: SimpleNamespace) -> None:
    """Step t is what one Attention gives for that step's state, whatever the other steps' states are."""
    T = 5
    for mask in (None, *attention_checks.masks()):
        case = replace(attention_checks.look_case("TimeAttention", 341, T=T), mask=mask)
        look = reference.Attention()
        wanted = np.stack([look.forward(case.hs, case.h[:, t], mask) for t in range(T)], axis=1)
        layer = student.new("TimeAttention")
        checks.values("TimeAttention.forward", layer.call("forward", *case.arguments), wanted)
        for t in range(T):
            other = replace(case, h=np.where(np.arange(T)[:, None] == t, case.h, -case.h))
            yours = array("TimeAttention.forward", layer.call("forward", *other.arguments), wanted.shape)
            label = f"TimeAttention.forward: step {t}, with other states at the other steps"
            checks.values(label, yours[:, t], wanted[:, t])


@time_attention(points=2)
def test_time_attention_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """Nothing comes from where the mask is False, at any step."""
    attention_checks.check_masked_values(student, reference, "TimeAttention")


@time_attention(points=2)
def test_time_attention_keeps_its_weights(student: Student, reference: SimpleNamespace) -> None:
    """`.attention_weights` of every step of the last forward."""
    attention_checks.check_weights_kept(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_of_large_scores(student: Student, reference: SimpleNamespace) -> None:
    """Scores of +-10000 do no harm, masked or not."""
    attention_checks.check_large_scores(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_without_a_real_token(student: Student, reference: SimpleNamespace) -> None:
    """A row of mask without a True is a ValueError."""
    attention_checks.check_nothing_to_see(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One of everything."""
    attention_checks.check_small_sizes(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_order_of_steps(student: Student, reference: SimpleNamespace) -> None:
    """Source steps in another order give the same context vectors."""
    attention_checks.check_order_of_steps(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out; with a mask too."""
    attention_checks.check_dtype(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """hs_enc, hs_dec and mask are still what they were, also after backward."""
    attention_checks.check_inputs_untouched(student, reference, "TimeAttention")


@time_attention(points=4)
def test_time_attention_gradients(student: Student) -> None:
    """dhs_enc, added up over all steps, and dhs_dec."""
    attention_checks.check_gradients(student, "TimeAttention")


@time_attention(points=2)
def test_time_attention_gradients_under_masks(student: Student, reference: SimpleNamespace) -> None:
    """What stands where the mask is False changes nothing and has no gradient."""
    attention_checks.check_masked_gradients(student, reference, "TimeAttention")


@time_attention(points=1)
def test_time_attention_gradients_of_small_sizes(student: Student) -> None:
    """One of everything."""
    attention_checks.check_small_gradients(student, "TimeAttention")


@time_attention(points=1)
def test_time_attention_gradients_keep_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    attention_checks.check_gradient_dtype(student, "TimeAttention")


@time_attention(points=1)
def test_time_attention_leaves_its_upstream_alone(student: Student) -> None:
    """dcs is still what it was."""
    attention_checks.check_upstream_untouched(student, "TimeAttention")


@time_attention(points=1)
def test_time_attention_gradients_of_the_last_forward(student: Student) -> None:
    """After two forwards backward is that of the second, and the same for a second time."""
    attention_checks.check_last_forward_counts(student, "TimeAttention")
