"""Questions about a decoder, to be inherited by the hidden tests of each.

The decoder's input from the encoder is called h here: the last hidden state, or, for a decoder that looks back, all
of them (`oracle_models.handed`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import BadReply, CallFailed, NotWritten
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import asks
from autograder.testing.sequence_models import large_sizes, model_gradients
from autograder.testing.sequence_models.generation import GenerationQuestions
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.model_runs import ModelRun
from autograder.testing.sequence_models.oracle_models import (
    LOOKS_BACK,
    N,
    S,
    T,
    check_drawn,
    handed,
    model_pair,
    title_of,
)
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import Student

V = 11
SMALL = ((1, T, S), (3, 1, S), (3, T, 1), (1, 1, 1))  # rows, steps, and steps of the source if it looks back at them


def check_forward(label: str, pair: ModelPair, xs: Array, h: Array, **kind: Any) -> Array:
    """The scores (N, T, V) against the oracle's, which depend on the input and on h."""
    wanted = pair.oracle.forward(xs, h)
    assert np.abs(wanted - pair.oracle.forward(xs, -h)).max(axis=2).min() > 1e-3, "h does not matter"
    checks.values(label, pair.yours.call("forward", xs, h), wanted, **kind)
    return np.asarray(wanted)


class DecoderQuestions(GenerationQuestions):
    """Questions in the roles forward, backward and generate."""

    @asks("forward", points=2)
    def test_forward_initial_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
        check_drawn(student, reference, self.name)

    @asks("forward", points=4)
    def test_forward_values(self, student: Student, reference: SimpleNamespace) -> None:
        """Scores in float32, with several weights."""
        for seed in (201, 202):
            pair = model_pair(student, reference, self.name, seed)
            check_forward(f"{self.name}.forward", pair, text(seed, N, T, V), handed(self.name, seed), dtype=np.float32)

    @asks("forward", points=1)
    def test_forward_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """N = 1, T = 1, both."""
        for seed, (rows, steps, source) in enumerate(SMALL, start=203):
            pair, h = model_pair(student, reference, self.name, seed), handed(self.name, seed, rows, source)
            label = f"{self.name}.forward of {rows} x {steps} ids, {title_of(self.name)} {h.shape}"
            check_forward(label, pair, text(seed, rows, steps, V), h)

    @asks("forward", points=3)
    def test_forward_starts_afresh(self, student: Student, reference: SimpleNamespace) -> None:
        """Each forward starts from its own h and a zero cell state, whatever was called before."""
        for seed, (rows, again) in enumerate(((2, 2), (2, 3)), start=206):
            pair = model_pair(student, reference, self.name, seed)
            check_forward(f"{self.name}.forward", pair, text(seed, rows, 3, V), handed(self.name, seed, rows))
            xs, h = text(seed + 10, again, 1, V), handed(self.name, seed + 10, again, 5)
            check_forward(f"{self.name}.forward for the second time, of {again} rows after {rows}", pair, xs, h)
            xs, h = text(seed + 20, rows, 2, V), handed(self.name, seed, rows)
            check_forward(f"{self.name}.forward for the third time", pair, xs, h)

    @asks("forward", points=1)
    def test_forward_after_generate(self, student: Student, reference: SimpleNamespace) -> None:
        """A forward after generate gives the same result as before; generate itself is not judged here."""
        pair = model_pair(student, reference, self.name, 213)
        for steps, h in ((3, handed(self.name, 213)), (1, handed(self.name, 214))):
            with suppress(NotWritten, CallFailed, BadReply):
                pair.yours.call("generate", h, 4, 3)
            label = f"{self.name}.forward of {steps} steps after generate"
            check_forward(label, pair, text(213, N, steps, V), handed(self.name, 215))

    @asks("forward", points=2)
    def test_forward_uses_h(self, student: Student, reference: SimpleNamespace) -> None:
        """Another h gives other scores at every step, and each entry of h matters."""
        pair = model_pair(student, reference, self.name, 208)
        title, xs, h = title_of(self.name), text(208, N, T, V), handed(self.name, 208, source=5)
        check_forward(f"{self.name}.forward", pair, xs, h)
        check_forward(f"{self.name}.forward with another {title}", pair, xs, handed(self.name, 209, source=5))
        for place in np.ndindex(h.shape[1:]):
            other = h.copy()
            other[:, *place] += 0.5
            label = f"{self.name}.forward with {title} changed at [:, {', '.join(map(str, place))}] alone"
            checks.values(label, pair.yours.call("forward", xs, other), pair.oracle.forward(xs, other))

    @asks("forward", points=1)
    def test_forward_does_not_look_ahead(self, student: Student, reference: SimpleNamespace) -> None:
        """Another id at step t leaves the scores before t alone, and changes those at t."""
        xs, h = text(210, N, T, V), handed(self.name, 210)
        pair = model_pair(student, reference, self.name, 210)
        answer = array(f"{self.name}.forward", pair.yours.call("forward", xs, h), (N, T, V))
        checks.values(f"{self.name}.forward", answer, pair.oracle.forward(xs, h))
        for t in range(T):
            changed = xs.copy()
            changed[:, t] = (xs[:, t] + 3) % V
            other = array(f"{self.name}.forward", pair.yours.call("forward", changed, h), (N, T, V))
            label = f"{self.name}.forward with other ids at step {t}"
            checks.values(label, other, pair.oracle.forward(changed, h))
            if t:
                checks.values(f"{label}: the scores before that step", other[:, :t], answer[:, :t])

    @asks("forward", points=1)
    def test_forward_rows(self, student: Student, reference: SimpleNamespace) -> None:
        """Rows in another order give the same scores in that order."""
        rows, order = 3, [2, 0, 1]
        pair = model_pair(student, reference, self.name, 211)
        xs, h = text(211, rows, T, V), handed(self.name, 211, rows)
        wanted = check_forward(f"{self.name}.forward", pair, xs, h)
        yours = pair.yours.call("forward", xs[order], h[order])
        checks.values(f"{self.name}.forward with its rows in another order", yours, wanted[order])

    @asks("forward", points=1)
    def test_forward_leaves_its_inputs_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """xs and h are unchanged."""
        pair = model_pair(student, reference, self.name, 212)
        xs, h = text(212, N, T, V), handed(self.name, 212)
        kept = [student.put(xs), student.put(h)]
        checks.values(f"{self.name}.forward", pair.yours.call("forward", *kept), pair.oracle.forward(xs, h))
        for title, ref, sent in zip(("xs", title_of(self.name)), kept, (xs, h), strict=True):
            checks.untouched(f"{self.name}.forward: its argument {title}", ref, sent)

    @asks("backward", points=5)
    def test_backward_gradients(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradient of every parameter and of h."""
        for seed in (221, 222):
            model_gradients.check_gradients(self.model_run(student, reference, seed))

    @asks("backward", points=1)
    def test_backward_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """N = 1, T = 1, both."""
        for seed, sizes in enumerate(SMALL, start=223):
            small, ordinary = self.model_run(student, reference, seed, sizes), self.model_run(student, reference, seed)
            note = f" of {sizes[0]} x {sizes[1]} ids"
            model_gradients.check_gradients(small, note, otherwise=ordinary)

    @asks("backward", points=2)
    def test_backward_overwrites_grads(self, student: Student, reference: SimpleNamespace) -> None:
        """grads are overwritten in place, never rebound or accumulated over calls."""
        first, second = (self.model_run(student, reference, 226, sizes) for sizes in ((2, 5, S), (2, 3, S)))
        model_gradients.check_overwritten(first, second)

    @asks("backward", points=1)
    def test_backward_keeps_dtype(self, student: Student, reference: SimpleNamespace) -> None:
        """grads and dh have the dtype of the parameters."""
        model_gradients.check_dtype(self.model_run(student, reference, 227))

    @asks("backward", points=1)
    def test_backward_leaves_its_upstream_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """dscores is unchanged."""
        model_gradients.check_upstream_untouched(self.model_run(student, reference, 228), "dscores")

    @asks("backward", points=2)
    def test_backward_of_many_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradients come from the chain rule, not from differences of forward."""
        small, rng = self.model_run(student, reference, 229), hidden_rng(230)
        sizes = Sizes(V, D=223, H=227)
        shape = (N, 3, sizes.H) if self.name in LOOKS_BACK else (N, sizes.H)
        inputs = (text(230, N, 3, V), rng.uniform(-0.9, 0.9, shape).astype(np.float32))
        dscores = rng.standard_normal((N, 3, V)).astype(np.float32)
        large_sizes.check_model(small, replace(small, seed=230, inputs=inputs, upstream=dscores, sizes=sizes))

    def model_run(
        self, student: Student, reference: SimpleNamespace, seed: int, sizes: tuple[int, int, int] = (N, T, S)
    ) -> ModelRun:
        """A decoder's forward and backward."""
        rows, steps, source = sizes
        inputs = (text(seed, rows, steps, V), handed(self.name, seed, rows, source))
        dscores = hidden_rng(seed).standard_normal((rows, steps, V)).astype(np.float32)
        return ModelRun(student, reference, self.name, seed, inputs, dscores, state=title_of(self.name))
