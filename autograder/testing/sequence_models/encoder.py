"""Checks of every encoder; each function is the body of one test, for the class of that name.

An encoder gives its last hidden state h (N, H) or, for a decoder that looks back, all of them, hs (N, S, H).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.received import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models import large_sizes, model_gradients
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.model_runs import ModelRun
from autograder.testing.sequence_models.oracle_models import N, S, check_drawn, filled_oracle, model_pair
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import Student

Check = Callable[[Student, SimpleNamespace, str], None]
V = 11
SMALL = ((1, 5), (3, 1), (1, 1))  # rows and steps


def check_initial_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
    check_drawn(student, reference, name)


def check_states(note: str, name: str, pair: ModelPair, xs: Array, **kind: Any) -> Array:
    """Check the result of forward, h (N, H) or hs (N, S, H), against the oracle's."""
    wanted = np.asarray(pair.oracle.forward(xs))
    checks.values(f"{name}.forward {note}: {_result(wanted)}", pair.yours.call("forward", xs), wanted, **kind)
    return wanted


def _result(states: Array) -> str:
    """The name of the result of an encoder's forward."""
    return "hs" if states.ndim > 2 else "h"


def check_values(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The hidden states, in float32, with several weights; 0 is an id like any other, first and last ones too."""
    for seed in (101, 102):
        pair, xs = model_pair(student, reference, name, seed), text(seed, N, S, V)
        xs[0, -1] = xs[1, 0] = 0
        wanted = check_states("of 2 x 13 ids", name, pair, xs, dtype=np.float32)
        assert np.abs(wanted[0] - wanted[1]).max() > 0.1, "the source does not matter"


def check_after_values(check: Check, student: Student, reference: SimpleNamespace, name: str) -> None:
    """Gradients of an encoder whose states are right: for questions that are forward and backward in one."""
    check_values(student, reference, name)
    check(student, reference, name)


def check_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """N = 1, S = 1, both."""
    for seed, (rows, steps) in enumerate(SMALL, start=103):
        pair = model_pair(student, reference, name, seed)
        check_states(f"of {rows} x {steps} ids", name, pair, text(seed, rows, steps, V))


def check_starts_afresh(student: Student, reference: SimpleNamespace, name: str) -> None:
    """No state is left from the previous source, whatever its number of rows."""
    pair = model_pair(student, reference, name, 106)
    for turn, (rows, steps) in enumerate(((2, 3), (2, 1), (3, 2), (2, 2)), start=1):
        check_states(f"of {rows} x {steps} ids, call {turn}", name, pair, text(106 + turn, rows, steps, V))


def check_reads_every_id(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Another id anywhere changes the states of that row, and of no other."""
    steps = 5
    xs = text(111, N, steps, V)
    pair = model_pair(student, reference, name, 111)
    before = check_states("of 2 x 5 ids", name, pair, xs)
    for s in range(steps):
        changed = xs.copy()
        changed[1, s] = (xs[1, s] + 3) % V
        after = check_states(f"with another id at [1, {s}]", name, pair, changed)
        moved = np.abs(after - before).reshape(N, -1).max(axis=1)
        assert moved[0] < 1e-6, "rows mix"
        assert moved[1] > 1e-2, f"id {s} does not matter"


def check_rows(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Rows in another order give the same states in that order."""
    pair, order = model_pair(student, reference, name, 112), [2, 0, 1]
    xs = text(112, 3, S, V)
    wanted = check_states("of 3 x 13 ids", name, pair, xs)
    yours = pair.yours.call("forward", xs[order])
    checks.values(f"{name}.forward with its rows in another order: {_result(wanted)}", yours, wanted[order])


def check_input_untouched(student: Student, reference: SimpleNamespace, name: str) -> None:
    """xs is unchanged."""
    pair, xs = model_pair(student, reference, name, 113), text(113, N, S, V)
    kept, wanted = student.put(xs), np.asarray(pair.oracle.forward(xs))
    checks.values(f"{name}.forward: {_result(wanted)}", pair.yours.call("forward", kept), wanted)
    checks.untouched(f"{name}.forward: its argument xs", kept, xs)


def run(student: Student, reference: SimpleNamespace, name: str, seed: int, rows: int = N, steps: int = S) -> ModelRun:
    """An encoder's forward and backward."""
    xs = text(seed, rows, steps, V)
    shape = filled_oracle(reference, name, seed).forward(xs).shape
    upstream = hidden_rng(seed + 1).uniform(-0.9, 0.9, shape).astype(np.float32)
    return ModelRun(student, reference, name, seed, (xs,), upstream)


def check_backward(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradient of every parameter."""
    for seed in (121, 122):
        model_gradients.check_gradients(run(student, reference, name, seed))


def check_backward_of_many_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradients come from the chain rule, not from differences of forward."""
    small, sizes = run(student, reference, name, 129), Sizes(V, D=223, H=227)
    xs, upstream = text(130, N, 3, V), hidden_rng(130).uniform(-0.9, 0.9, (N, sizes.H))
    large = replace(small, seed=130, inputs=(xs,), upstream=upstream.astype(np.float32), sizes=sizes)
    large_sizes.check_model(small, large)


def check_backward_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """N = 1, S = 1 (where h starts at zero, and so Wh has no gradient), both."""
    for seed, (rows, steps) in enumerate(SMALL, start=123):
        small, ordinary = run(student, reference, name, seed, rows, steps), run(student, reference, name, seed)
        model_gradients.check_gradients(small, f" of {rows} x {steps} ids", otherwise=ordinary)


def check_backward_overwrites(student: Student, reference: SimpleNamespace, name: str) -> None:
    """grads are overwritten in place, never rebound or accumulated over calls."""
    first, second = (run(student, reference, name, 126, rows, steps) for rows, steps in ((2, 5), (2, 3)))
    model_gradients.check_overwritten(first, second)


def check_backward_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Each gradient has the dtype of its parameter."""
    model_gradients.check_dtype(run(student, reference, name, 127))


def check_backward_upstream(student: Student, reference: SimpleNamespace, name: str) -> None:
    """dh or dhs is unchanged."""
    asked = run(student, reference, name, 128)
    model_gradients.check_upstream_untouched(asked, f"d{_result(np.asarray(asked.upstream))}")
