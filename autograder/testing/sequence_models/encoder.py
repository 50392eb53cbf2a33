"""Questions about an encoder, to be inherited by the hidden tests of each.

An encoder gives its last hidden state h (N, H) or, for a decoder that looks back, all of them, hs (N, S, H).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import Questions, asks
from autograder.testing.sequence_models import model_gradients
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.model_runs import ModelRun
from autograder.testing.sequence_models.oracle_models import N, S, check_drawn, filled_oracle, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

V = 11
SMALL = ((1, 5), (3, 1), (1, 1))  # rows and steps


def _result(states: Array) -> str:
    """The name of the result of an encoder's forward."""
    return "hs" if states.ndim > 2 else "h"


class EncoderQuestions(Questions):
    """Questions in the roles forward and backward.

    forward_first   whether a test of backward checks forward first: for a question that is both in one
    """

    forward_first = False

    @asks("forward", points=2)
    def test_forward_initial_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
        check_drawn(student, reference, self.name)

    @asks("forward", points=3)
    def test_forward_values(self, student: Student, reference: SimpleNamespace) -> None:
        """The hidden states, in float32, with several weights; 0 is an id like any other, first and last ones too."""
        for seed in (101, 102):
            pair, xs = model_pair(student, reference, self.name, seed), text(seed, N, S, V)
            xs[0, -1] = xs[1, 0] = 0
            wanted = self.check_states("of 2 x 13 ids", pair, xs, dtype=np.float32)
            assert np.abs(wanted[0] - wanted[1]).max() > 0.1, "the source does not matter"

    @asks("forward", points=1)
    def test_forward_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """N = 1, S = 1, both."""
        for seed, (rows, steps) in enumerate(SMALL, start=103):
            pair = model_pair(student, reference, self.name, seed)
            self.check_states(f"of {rows} x {steps} ids", pair, text(seed, rows, steps, V))

    @asks("forward", points=2)
    def test_forward_starts_afresh(self, student: Student, reference: SimpleNamespace) -> None:
        """No state is left from the previous source, whatever its number of rows."""
        pair = model_pair(student, reference, self.name, 106)
        for turn, (rows, steps) in enumerate(((2, 3), (2, 1), (3, 2), (2, 2)), start=1):
            self.check_states(f"of {rows} x {steps} ids, call {turn}", pair, text(106 + turn, rows, steps, V))

    @asks("forward", points=1)
    def test_forward_reads_every_id(self, student: Student, reference: SimpleNamespace) -> None:
        """Another id anywhere changes the states of that row, and of no other."""
        steps = 5
        xs = text(111, N, steps, V)
        pair = model_pair(student, reference, self.name, 111)
        before = self.check_states("of 2 x 5 ids", pair, xs)
        for s in range(steps):
            changed = xs.copy()
            changed[1, s] = (xs[1, s] + 3) % V
            after = self.check_states(f"with another id at [1, {s}]", pair, changed)
            moved = np.abs(after - before).reshape(N, -1).max(axis=1)
            assert moved[0] < 1e-6, "rows mix"
            assert moved[1] > 1e-2, f"id {s} does not matter"

    @asks("forward", points=1)
    def test_forward_rows(self, student: Student, reference: SimpleNamespace) -> None:
        """Rows in another order give the same states in that order."""
        pair, order = model_pair(student, reference, self.name, 112), [2, 0, 1]
        xs = text(112, 3, S, V)
        wanted = self.check_states("of 3 x 13 ids", pair, xs)
        yours = pair.yours.call("forward", xs[order])
        checks.values(f"{self.name}.forward with its rows in another order: {_result(wanted)}", yours, wanted[order])

    @asks("forward", points=1)
    def test_forward_leaves_its_input_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """xs is unchanged."""
        pair, xs = model_pair(student, reference, self.name, 113), text(113, N, S, V)
        kept, wanted = student.put(xs), np.asarray(pair.oracle.forward(xs))
        checks.values(f"{self.name}.forward: {_result(wanted)}", pair.yours.call("forward", kept), wanted)
        checks.untouched(f"{self.name}.forward: its argument xs", kept, xs)

    @asks("backward", points=4)
    def test_backward_gradients(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradient of every parameter."""
        self.check_forward_first(student, reference)
        for seed in (121, 122):
            model_gradients.check_gradients(self.model_run(student, reference, seed))

    @asks("backward", points=1)
    def test_backward_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """N = 1, S = 1 (where h starts at zero, and so Wh has no gradient), both."""
        self.check_forward_first(student, reference)
        for seed, (rows, steps) in enumerate(SMALL, start=123):
            small, ordinary = (
                self.model_run(student, reference, seed, rows, steps),
                self.model_run(student, reference, seed),
            )
            model_gradients.check_gradients(small, f" of {rows} x {steps} ids", otherwise=ordinary)

    @asks("backward", points=2)
    def test_backward_overwrites_grads(self, student: Student, reference: SimpleNamespace) -> None:
        """grads are overwritten in place, never rebound or accumulated over calls."""
        self.check_forward_first(student, reference)
        first, second = (self.model_run(student, reference, 126, rows, steps) for rows, steps in ((2, 5), (2, 3)))
        model_gradients.check_overwritten(first, second)

    @asks("backward", points=1)
    def test_backward_keeps_dtype(self, student: Student, reference: SimpleNamespace) -> None:
        """Each gradient has the dtype of its parameter."""
        self.check_forward_first(student, reference)
        model_gradients.check_dtype(self.model_run(student, reference, 127))

    @asks("backward", points=1)
    def test_backward_leaves_its_upstream_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """dh or dhs is unchanged."""
        self.check_forward_first(student, reference)
        asked = self.model_run(student, reference, 128)
        model_gradients.check_upstream_untouched(asked, f"d{_result(np.asarray(asked.upstream))}")

    def check_states(self, note: str, pair: ModelPair, xs: Array, **kind: Any) -> Array:
        """Check the result of forward, h (N, H) or hs (N, S, H), against the oracle's."""
        wanted = np.asarray(pair.oracle.forward(xs))
        checks.values(f"{self.name}.forward {note}: {_result(wanted)}", pair.yours.call("forward", xs), wanted, **kind)
        return wanted

    def check_forward_first(self, student: Student, reference: SimpleNamespace) -> None:
        """Check the values of forward, if the question of backward asks for them too."""
        if self.forward_first:
            self.test_forward_values(student, reference)

    def model_run(
        self, student: Student, reference: SimpleNamespace, seed: int, rows: int = N, steps: int = S
    ) -> ModelRun:
        """An encoder's forward and backward."""
        xs = text(seed, rows, steps, V)
        shape = filled_oracle(reference, self.name, seed).forward(xs).shape
        upstream = hidden_rng(seed + 1).uniform(-0.9, 0.9, shape).astype(np.float32)
        return ModelRun(student, reference, self.name, seed, (xs,), upstream)
