"""Assignment 06, the same weights in torch: to_torch_weights."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.question import question
from autograder.testing.sequence_models.lstm import time_case
from autograder.testing.student import Student

from .oracle_torch import one_way

to_torch_weights = partial(
    question, "to_torch_weights", timeout_s=60,  # of which loading torch takes a few
    hint="In which order are the four blocks of 4H, and which axis do they lie along here and there?",
)  # fmt: skip
WHERE = "to_torch_weights"


def checked(label: str, theirs: Any, reference: SimpleNamespace, weights: list[Array], **kind: Any) -> None:
    """The dict that came back, entry by entry."""
    checks.values(label, theirs, reference.to_torch_weights(*weights), rtol=0, atol=0, **kind)


@to_torch_weights(points=5)
def test_to_torch_weights_in_torch(student: Student, reference: SimpleNamespace) -> None:
    """torch.nn.LSTM, given these weights and a second bias of zero, has the hidden states of our LSTM."""
    for seed, sizes in ((51, {}), (52, {"N": 3, "D": 7, "H": 5}), (53, {"D": 5, "H": 2})):
        case = time_case(seed, **sizes)
        theirs = student.call("to_torch_weights", *case.weights)
        H = len(case.weights[1])
        shapes = {"weight_ih": (4 * H, case.xs.shape[2]), "weight_hh": (4 * H, H), "bias": (4 * H,)}
        checks.equal(f"{WHERE}: its keys", sorted(theirs) if isinstance(theirs, dict) else theirs, sorted(shapes))
        sent = {key: array(f"{WHERE}: {key}", theirs[key], shape).astype(np.float64) for key, shape in shapes.items()}
        wanted = reference.TimeLSTM(*case.weights).forward(case.xs)
        checks.values("the hidden states of torch.nn.LSTM with your weights", one_way(sent, case.xs), wanted)


@to_torch_weights(points=1)
def test_to_torch_weights_of_one_unit(student: Student, reference: SimpleNamespace) -> None:
    """D = 1, H = 1, both."""
    for sizes in ({"D": 1}, {"H": 1}, {"D": 1, "H": 1}):
        weights = time_case(54, **sizes).weights
        checked(f"{WHERE} with {sizes}", student.call("to_torch_weights", *weights), reference, weights)


@to_torch_weights(points=1)
def test_to_torch_weights_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out; the same numbers to the last bit."""
    for dtype in (np.float32, np.float64):
        weights = time_case(55, dtype=dtype).weights
        theirs = student.call("to_torch_weights", *weights)
        checked(f"{WHERE} of {dtype.__name__}", theirs, reference, weights, dtype=dtype)


@to_torch_weights(points=1)
def test_to_torch_weights_leaves_its_arguments_alone(student: Student, reference: SimpleNamespace) -> None:
    """Wx, Wh and b are still what they were."""
    weights = time_case(56).weights
    kept = [student.put(weight) for weight in weights]
    checked(WHERE, student.call("to_torch_weights", *kept), reference, weights)
    for name, ref, sent in zip(("Wx", "Wh", "b"), kept, weights, strict=True):
        checks.untouched(f"{WHERE}: its argument {name}", ref, sent)


@to_torch_weights(points=2)
def test_to_torch_weights_shares_no_memory(student: Student, reference: SimpleNamespace) -> None:
    """What an optimizer does to our weights afterwards does not reach the result."""
    for sizes in ({}, {"H": 1}, {"D": 1, "H": 1}):
        old, new = (time_case(seed, **sizes).weights for seed in (57, 58))
        kept = [student.put(weight) for weight in old]
        result = student.keep("to_torch_weights", *kept)
        checked(f"{WHERE} with {sizes}", result.fetch(), reference, old)
        student.new("TimeLSTM", *kept).fill("params", new)  # a layer's params are the arrays that it was given
        assert all(np.array_equal(ref.fetch(), weight) for ref, weight in zip(kept, new, strict=True))
        label = f"{WHERE}: the result, after Wx, Wh and b were changed in place"
        checked(label, result.fetch(), reference, old)
