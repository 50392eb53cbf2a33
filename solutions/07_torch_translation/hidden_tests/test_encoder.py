"""Assignment 07, the sources read both ways: encoder.

The oracle is the reference with the same weights. Rows end in PAD alone, whose vector is drawn as every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks import comparison_count
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules.module_checks import (
    check_gradients,
    check_inputs_untouched,
    check_mode_kept,
    check_rows,
    check_values,
)
from autograder.testing.torch_modules.module_pair import ModulePair, check_state, drawn_weights, module_pair, sent

from .oracle_scripted import EOS, PAD, UNK

NAME, PARTS = "Encoder", ("outputs", "hidden")
V, D, H = 12, 4, 5
LENGTHS = (3, 6, 1, 4)  # no row is where it would be if sorted either way
encoder = partial(
    question, "encoder", hint="Where does each direction begin and end in a short row? Which states go into linear?"
)


def drawn_sources(seed: int, lengths: Sequence[int] = LENGTHS, width: int = 0) -> list[Array]:
    """Sources (N, S) of so many tokens, EOS counted, S the longest or `width`; and their lengths."""
    rng = hidden_rng(seed)
    src = np.full((len(lengths), max(width, *lengths)), PAD)
    for row, length in enumerate(lengths):
        src[row, :length] = [*rng.integers(UNK, V, length - 1), EOS]
    return [src, np.array(lengths)]


def called(inputs: Sequence[Array], *more: str) -> str:
    """What was called with what, for a message."""
    src, lengths = inputs
    return ", ".join([f"{NAME}.forward of src {src.shape}, lengths {lengths.tolist()}", *more])


def layers(count: int) -> str:
    """So many layers, in words."""
    return f"{count} layer{'s' if count > 1 else ''}"


def check_encoder(pair: ModulePair, inputs: Sequence[Array], *more: str) -> None:
    """Compare outputs and hidden."""
    check_values(called(inputs, *more), pair, inputs, PARTS)


def received(label: str, pair: ModulePair, inputs: Sequence[Array]) -> list[Array]:
    """The student's outputs and hidden, of which only shape and dtype are compared."""
    with torch.no_grad():
        wanted = pair.oracle(*map(torch.from_numpy, inputs))
    return checks.tensors(label, pair.yours.call("forward", *map(sent, inputs)), wanted, PARTS, atol=np.inf)


@encoder(points=3)
def test_encoder_with_one_layer(student: Student, reference: SimpleNamespace) -> None:
    """Outputs and hidden of rows in any order: the states of both directions, and linear of the two final ones."""
    pair = module_pair(student, reference, NAME, V, D, H, 1, seed=301)
    check_encoder(pair, drawn_sources(302), layers(1))
    for seed, lengths in ((303, (5, 4, 2)), (304, (2, 3, 5)), (305, (4, 4, 4))):
        check_encoder(pair, drawn_sources(seed, lengths), layers(1))


@encoder(points=3)
def test_encoder_with_more_layers(student: Student, reference: SimpleNamespace) -> None:
    """Each layer reads both directions of the one below; outputs and hidden are those of the top layer."""
    for count in (2, 3):
        pair = module_pair(student, reference, NAME, V, D, H, count, seed=310 + count)
        check_encoder(pair, drawn_sources(315), layers(count))


@encoder(points=2)
def test_encoder_keeps_the_width(student: Student, reference: SimpleNamespace) -> None:
    """Outputs are as wide as src, also where no row is; columns of PAD more change nothing else."""
    for count in (1, 2):
        pair = module_pair(student, reference, NAME, V, D, H, count, seed=321)
        narrow, wide = drawn_sources(322), drawn_sources(322, width=9)
        check_encoder(pair, narrow, layers(count))
        check_encoder(pair, wide, layers(count), "with columns of PAD more")


@encoder(points=1)
def test_encoder_is_zero_at_padding(student: Student, reference: SimpleNamespace) -> None:
    """Outputs are exactly 0 wherever src is PAD."""
    pair = module_pair(student, reference, NAME, V, D, H, seed=331)
    inputs = drawn_sources(332, width=8)
    padding = received(called(inputs), pair, inputs)[0][inputs[0] == PAD]
    checks.equal(called(inputs, "outputs at padding"), padding, np.zeros_like(padding))


@encoder(points=1)
def test_encoder_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one token, one unit."""
    pair = module_pair(student, reference, NAME, V, D, H, seed=341)
    for seed, lengths, width in ((342, (4,), 0), (343, (1,), 0), (344, (1, 1, 1), 0), (345, (1, 1), 3), (346, (2,), 5)):
        check_encoder(pair, drawn_sources(seed, lengths, width), layers(2))
    pair = module_pair(student, reference, NAME, V, 1, 1, 1, seed=347)
    check_encoder(pair, drawn_sources(348), layers(1), "D = H = 1")


@encoder(points=1)
def test_encoder_in_float64(student: Student, reference: SimpleNamespace) -> None:
    """Weights in float64 give outputs and hidden in float64."""
    for count in (1, 2):
        pair = module_pair(student, reference, NAME, V, D, H, count, seed=351, dtype="float64")
        check_encoder(pair, drawn_sources(352, width=7), layers(count), "weights in float64")


@encoder(points=1)
def test_encoder_of_each_row_alone(student: Student, reference: SimpleNamespace) -> None:
    """A row alone gives what it gives in a batch, and one batch after another leaves no trace."""
    pair = module_pair(student, reference, NAME, V, D, H, seed=361)
    inputs = drawn_sources(362)
    check_rows(called(inputs), pair, inputs, PARTS, (0, 0))
    check_encoder(pair, inputs, "once more")


@encoder(points=1)
def test_encoder_directions(student: Student, reference: SimpleNamespace) -> None:
    """With one layer, outputs[..., :H] are those of the tokens up to here, outputs[..., H:] those from here on."""
    pair = module_pair(student, reference, NAME, V, D, H, 1, seed=371)
    src, lengths = drawn_sources(372, (6, 5, 6))
    place = 2
    changed = src.copy()
    changed[:, place] = UNK + (src[:, place] - UNK + 1) % (V - UNK)
    label = called([src, lengths], layers(1), f"before and after another token at place {place}")
    before, after = (received(label, pair, [ids, lengths])[0] for ids in (src, changed))
    checks.values(f"{label}: left to right, before that place", after[:, :place, :H], before[:, :place, :H])
    checks.values(f"{label}: right to left, after that place", after[:, place + 1 :, H:], before[:, place + 1 :, H:])
    comparison_count.note()
    for direction, part in (("left to right", np.s_[:, place:, :H]), ("right to left", np.s_[:, : place + 1, H:])):
        for row in range(len(src)):
            if np.allclose(after[part][row], before[part][row], atol=1e-7):
                raise CheckFailed(f"{label}: {direction}, row {row}", "the same outputs", "others, where it was read")


@encoder(points=1)
def test_encoder_whatever_vector_pad_has(student: Student, reference: SimpleNamespace) -> None:
    """The vector of PAD changes nothing."""
    for count in (1, 2):
        pair = module_pair(student, reference, NAME, V, D, H, count, seed=381)
        inputs = drawn_sources(382, width=7)
        weights = drawn_weights(pair.oracle, 381)
        for number in (0.0, 50.0):
            weights["embedding.weight"][PAD] = number
            pair.yours.load(weights)
            check_encoder(pair, inputs, layers(count), f"the vector of PAD is all {number:g}")


@encoder(points=1)
def test_encoder_arguments_of_the_constructor(student: Student, reference: SimpleNamespace) -> None:
    """Two layers if no number is given; all arguments by place or by name."""
    check_state(f"{NAME}({V}, {D}, {H})", student.new(NAME, V, D, H), reference.Encoder(V, D, H))
    named: dict[str, Any] = {"vocab_size": V, "embedding_size": D, "hidden_size": H, "num_layers": 3, "dropout": 0.3}
    pair = module_pair(student, reference, NAME, **named, seed=391)
    check_encoder(pair, drawn_sources(392), "all arguments of the constructor by name")


@encoder(points=2)
def test_encoder_dropout(student: Student, reference: SimpleNamespace) -> None:
    """With two layers there is dropout in training, 0.1 if nothing is said and none for 0; never in evaluation."""
    inputs = drawn_sources(401, [30, 17, 28, 5] * 2)
    cases: list[tuple[tuple[Any, ...], dict[str, Any], bool]] = [
        ((), {}, True), ((2, 0.5), {}, True), ((), {"dropout": 0.5}, True), ((3,), {"dropout": 0.3}, True),
        ((2, 0.0), {}, False), ((), {"dropout": 0.0}, False),
    ]  # fmt: skip
    for more, named, random in cases:
        pair = module_pair(student, reference, NAME, V, D, 30, *more, seed=402, **named)
        arguments = ", ".join([*map(str, (V, D, 30, *more)), *(f"{key}={value}" for key, value in named.items())])
        label = f"{NAME}({arguments}).forward of src {inputs[0].shape}"
        pair.yours.keep("train")
        if random:
            check_random(f"{label} in training mode", pair, inputs)
        else:
            check_values(f"{label} in training mode", pair, inputs, PARTS)
        pair.yours.keep("eval")
        for _ in range(2):
            check_values(f"{label} in evaluation mode", pair, inputs, PARTS)


def check_random(label: str, pair: ModulePair, inputs: Sequence[Array]) -> None:
    """Check that two calls give different outputs or different hidden."""
    calls = [received(label, pair, inputs) for _ in range(2)]
    comparison_count.note()
    if all(np.array_equal(one, other) for one, other in zip(*calls, strict=True)):
        raise CheckFailed(label, "the same numbers in two calls", "others each time: some are dropped at random")


@encoder(points=2)
def test_encoder_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradients of outputs and of hidden reach all weights; in float64."""
    inputs = drawn_sources(411, width=7)
    rng = hidden_rng(412)
    upstream = rng.standard_normal((len(LENGTHS), 7, 2 * H)), rng.standard_normal((len(LENGTHS), H))
    for count in (1, 2):
        pair = module_pair(student, reference, NAME, V, D, H, count, seed=413, dtype="float64")
        for of_outputs, of_hidden in ((True, False), (False, True), (True, True)):
            given = upstream[0] if of_outputs else None, upstream[1] if of_hidden else None
            came = " and ".join(part for part, array in zip(PARTS, given, strict=True) if array is not None)
            label = called(inputs, layers(count), f"a gradient for {came}")
            check_values(label, pair, inputs, PARTS)
            check_gradients(label, pair, inputs, PARTS, given)


@encoder(points=1)
def test_encoder_leaves_things_as_they_are(student: Student, reference: SimpleNamespace) -> None:
    """Sources and lengths are not changed, nor is the mode, training or evaluation."""
    pair = module_pair(student, reference, NAME, V, D, H, seed=421)
    inputs = drawn_sources(422, width=7)
    check_inputs_untouched(called(inputs), pair, inputs)
    check_mode_kept(called(inputs), pair, lambda: pair.yours.keep("forward", *map(sent, inputs)))
    check_encoder(pair, inputs)
