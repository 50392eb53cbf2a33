"""Assignment 07, one step of the decoder: decoder_step.

The score is the grader's where values are compared, so that a soft_lookup that stands in can call it. Gradients need
the student's own soft_lookup: where that is wrong, values are compared in their place.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules.module_checks import (
    check_gradients,
    check_inputs_untouched,
    check_rows,
    check_values,
)
from autograder.testing.torch_modules.module_pair import Handed, ModulePair, module_pair, sent

NAME = "AttentionDecoder"
PARTS = ("logits", "hidden", "weights")
decoder_step = partial(
    question, "decoder_step", given=("soft_lookup",),
    hint="Which state asks: the one that came in, or the one that the cell made? What does `output` read first?",
)  # fmt: skip


class Score:
    """A score that is no module: of the first three numbers of query and key, the dot product less a distance."""

    def forward(self, query: Any, keys: Any) -> Any:
        """Scores (N, S) of query (N, Q) and keys (N, S, K)."""
        near, far = query[:, None, :3], keys[:, :, :3]
        return (near * far).sum(2) - 0.5 * (near - far).square().sum(2)

    __call__ = forward


def decoder_pair(
    student: Student, reference: SimpleNamespace, seed: int, V: int, D: int, H: int, K: int, dtype: str = "float32"
) -> ModulePair:
    """A decoder with the grader's score."""
    score = Score()
    handed = Handed(student.stand_in(score), score)
    return module_pair(student, reference, NAME, V, D, H, K, handed, seed=seed, dtype=dtype)


def step(seed: int, N: int, S: int, V: int, H: int, K: int, dtype: str = "float32") -> list[Array]:
    """Ids (N,), hidden (N, H), enc_outputs (N, S, K) and a mask (N, S): padding at the end of each row but one."""
    rng = hidden_rng(seed)
    lengths = rng.integers(1, S, size=N) if S > 1 else np.ones(N, int)
    lengths[rng.integers(N)] = S
    hidden, outputs = (rng.normal(size=shape).astype(dtype) for shape in ((N, H), (N, S, K)))
    return [rng.integers(0, V, size=N), hidden, outputs, np.arange(S) < lengths[:, None]]


@decoder_step(points=4)
def test_step_values(student: Student, reference: SimpleNamespace) -> None:
    """The cell reads the embedded token; the new state asks; [hidden; context] is scored."""
    for seed, (N, S, V, D, H, K) in ((501, (3, 4, 7, 5, 6, 8)), (503, (4, 5, 9, 3, 5, 3)), (505, (3, 3, 3, 3, 3, 3))):
        pair = decoder_pair(student, reference, seed, V, D, H, K)
        label = f"{NAME}.forward, N, S, V, D, H, K = {N}, {S}, {V}, {D}, {H}, {K}"
        check_values(label, pair, step(seed + 1, N, S, V, H, K), PARTS)


@decoder_step(points=2)
def test_step_weights(student: Student, reference: SimpleNamespace) -> None:
    """The weights are those of a look-up by the new state, exactly 0 at padding; the padding changes nothing else."""
    pair = decoder_pair(student, reference, 511, 7, 5, 6, 4)
    ids, hidden, outputs, mask = step(512, 4, 5, 7, 6, 4)
    label = f"{NAME}.forward with the mask {mask.tolist()}"
    wanted = check_values(label, pair, [ids, hidden, outputs, mask], PARTS)
    received = pair.yours.call("forward", *map(sent, (ids, hidden, outputs, mask)))
    weights = checks.tensors(label, received, wanted, PARTS)[2]
    checks.equal(f"{label}: the weights where it is False", weights[~mask], np.zeros((~mask).sum()))
    other = np.where(mask[:, :, None], outputs, outputs + 5)
    received = pair.yours.call("forward", *map(sent, (ids, hidden, other, mask)))
    checks.tensors(f"{label}, other numbers at padding", received, wanted, PARTS)


@decoder_step(points=2)
def test_steps_in_a_row(student: Student, reference: SimpleNamespace) -> None:
    """The state that a step returns is where the next step begins: three steps, each from the one before."""
    pair = decoder_pair(student, reference, 521, 7, 5, 6, 4)
    _, hidden, outputs, mask = step(522, 3, 4, 7, 6, 4)
    mine = student.put(sent(hidden))
    for t, ids in enumerate(hidden_rng(523).integers(0, 7, size=(3, 3))):
        label = f"{NAME}.forward, step {t + 1} of 3"
        answer = pair.yours.keep("forward", sent(ids), mine, sent(outputs), sent(mask))
        logits, hidden, weights = check_values(label, pair, [ids, hidden, outputs, mask], PARTS)
        mine = answer.item(1)
        checks.tensors(label, [answer.item(i).fetch() for i in range(3)], (logits, hidden, weights), PARTS)


@decoder_step(points=1)
def test_step_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one step of the source, one unit: no axis is lost."""
    cases = ((531, (1, 4, 7, 5, 6, 4)), (533, (3, 1, 7, 5, 6, 4)), (535, (3, 4, 5, 1, 1, 1)), (537, (1, 1, 5, 1, 1, 1)))
    for seed, (N, S, V, D, H, K) in cases:
        pair = decoder_pair(student, reference, seed, V, D, H, K)
        label = f"{NAME}.forward, N, S, V, D, H, K = {N}, {S}, {V}, {D}, {H}, {K}"
        check_values(label, pair, step(seed + 1, N, S, V, H, K), PARTS)


@decoder_step(points=1)
def test_step_refuses_an_empty_row(student: Student, reference: SimpleNamespace) -> None:
    """A row of mask without a True is a ValueError."""
    pair = decoder_pair(student, reference, 541, 7, 5, 6, 4)
    ids, hidden, outputs, mask = step(542, 3, 4, 7, 6, 4)
    for row in range(3):
        empty = mask.copy()
        empty[row] = False
        action = partial(pair.yours.call, "forward", *map(sent, (ids, hidden, outputs, empty)))
        checks.raises(f"{NAME}.forward, row {row} of the mask all False", "ValueError", action)
    check_values(f"{NAME}.forward", pair, [ids, hidden, outputs, mask], PARTS)


@decoder_step(points=1)
def test_step_rows_and_padding(student: Student, reference: SimpleNamespace) -> None:
    """A row alone gives what it gives in a batch; more padding changes nothing."""
    pair = decoder_pair(student, reference, 551, 7, 5, 6, 4)
    ids, hidden, outputs, mask = step(552, 3, 4, 7, 6, 4)
    check_rows(f"{NAME}.forward", pair, [ids, hidden, outputs, mask], PARTS, (0, 0, 0))
    logits, new, weights = check_values(f"{NAME}.forward", pair, [ids, hidden, outputs, mask], PARTS)
    wide = np.concatenate([outputs, np.ones((3, 2, 4), "float32")], axis=1), np.pad(mask, ((0, 0), (0, 2)))
    received = pair.yours.call("forward", *map(sent, (ids, hidden, *wide)))
    wanted = logits, new, np.pad(weights, ((0, 0), (0, 2)))
    checks.tensors(f"{NAME}.forward, 2 steps of padding more", received, wanted, PARTS)


@decoder_step(points=1)
def test_step_in_either_mode_and_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Train or eval makes no difference; a module in float64 gives float64."""
    pair = decoder_pair(student, reference, 561, 7, 5, 6, 4)
    for training in (True, False):
        pair.set_mode(training)
        check_values(f"{NAME}.forward, training = {training}", pair, step(562, 3, 4, 7, 6, 4), PARTS)
        checks.equal(f"{NAME}.forward: training afterwards", pair.yours.get("training"), training)
    pair = decoder_pair(student, reference, 563, 7, 5, 6, 4, "float64")
    check_values(f"{NAME}.forward in float64", pair, step(564, 3, 4, 7, 6, 4, "float64"), PARTS)


@decoder_step(points=2)
def test_step_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The score's parameters are found under `score`; every input and parameter gets its gradient; in float64."""
    score = module_pair(student, reference, "DistanceScore", 4, seed=571, dtype="float64")
    pair = module_pair(student, reference, NAME, 7, 5, 6, 4, score, seed=572, dtype="float64")
    inputs, rng = step(573, 3, 4, 7, 6, 4, "float64"), hidden_rng(574)
    if "soft_lookup" in student.stood_in:
        check_values(f"{NAME}.forward", decoder_pair(student, reference, 575, 7, 5, 6, 4, "float64"), inputs, PARTS)
        return
    back = [rng.normal(size=shape) for shape in ((3, 7), (3, 6), (3, 4))]
    for place, name in enumerate(PARTS):
        upstream = [gradient if place == i else None for i, gradient in enumerate(back)]
        check_gradients(f"{NAME}.forward, back from {name}", pair, inputs, PARTS, upstream)
    check_gradients(f"{NAME}.forward, back from all three", pair, inputs, PARTS, back)


@decoder_step(points=1)
def test_step_changes_no_argument(student: Student, reference: SimpleNamespace) -> None:
    """Hidden, encoder outputs and mask are as they were."""
    pair = decoder_pair(student, reference, 581, 7, 5, 6, 4)
    check_inputs_untouched(f"{NAME}.forward", pair, step(582, 3, 4, 7, 6, 4))
