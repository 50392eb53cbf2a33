"""Checks of every decoder; each function is the body of one test, for the class of that name.

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
from autograder.testing.checks.received import Array, array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models import large_sizes, model_gradients
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


def check_initial_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
    check_drawn(student, reference, name)


def check_forward(label: str, pair: ModelPair, xs: Array, h: Array, **kind: Any) -> Array:
    """The scores (N, T, V) against the oracle's, which depend on the input and on h."""
    wanted = pair.oracle.forward(xs, h)
    assert np.abs(wanted - pair.oracle.forward(xs, -h)).max(axis=2).min() > 1e-3, "h does not matter"
    checks.values(label, pair.yours.call("forward", xs, h), wanted, **kind)
    return np.asarray(wanted)


def check_scores(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Scores in float32, with several weights."""
    for seed in (201, 202):
        pair = model_pair(student, reference, name, seed)
        check_forward(f"{name}.forward", pair, text(seed, N, T, V), handed(name, seed), dtype=np.float32)


def check_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """N = 1, T = 1, both."""
    for seed, (rows, steps, source) in enumerate(SMALL, start=203):
        pair, h = model_pair(student, reference, name, seed), handed(name, seed, rows, source)
        label = f"{name}.forward of {rows} x {steps} ids, {title_of(name)} {h.shape}"
        check_forward(label, pair, text(seed, rows, steps, V), h)


def check_starts_afresh(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Each forward starts from its own h and a zero cell state, whatever was called before."""
    for seed, (rows, again) in enumerate(((2, 2), (2, 3)), start=206):
        pair = model_pair(student, reference, name, seed)
        check_forward(f"{name}.forward", pair, text(seed, rows, 3, V), handed(name, seed, rows))
        xs, h = text(seed + 10, again, 1, V), handed(name, seed + 10, again, 5)
        check_forward(f"{name}.forward for the second time, of {again} rows after {rows}", pair, xs, h)
        check_forward(f"{name}.forward for the third time", pair, text(seed + 20, rows, 2, V), handed(name, seed, rows))


def check_after_generate(student: Student, reference: SimpleNamespace, name: str) -> None:
    """A forward after generate gives the same result as before; generate itself is not judged here."""
    pair = model_pair(student, reference, name, 213)
    for steps, h in ((3, handed(name, 213)), (1, handed(name, 214))):
        with suppress(NotWritten, CallFailed, BadReply):
            pair.yours.call("generate", h, 4, 3)
        label = f"{name}.forward of {steps} steps after generate"
        check_forward(label, pair, text(213, N, steps, V), handed(name, 215))


def check_uses_h(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Another h gives other scores at every step, and each entry of h matters."""
    pair = model_pair(student, reference, name, 208)
    title, xs, h = title_of(name), text(208, N, T, V), handed(name, 208, source=5)
    check_forward(f"{name}.forward", pair, xs, h)
    check_forward(f"{name}.forward with another {title}", pair, xs, handed(name, 209, source=5))
    for place in np.ndindex(h.shape[1:]):
        other = h.copy()
        other[:, *place] += 0.5
        label = f"{name}.forward with {title} changed at [:, {', '.join(map(str, place))}] alone"
        checks.values(label, pair.yours.call("forward", xs, other), pair.oracle.forward(xs, other))


def check_no_look_ahead(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Another id at step t leaves the scores before t alone, and changes those at t."""
    xs, h = text(210, N, T, V), handed(name, 210)
    pair = model_pair(student, reference, name, 210)
    answer = array(f"{name}.forward", pair.yours.call("forward", xs, h), (N, T, V))
    checks.values(f"{name}.forward", answer, pair.oracle.forward(xs, h))
    for t in range(T):
        changed = xs.copy()
        changed[:, t] = (xs[:, t] + 3) % V
        other = array(f"{name}.forward", pair.yours.call("forward", changed, h), (N, T, V))
        label = f"{name}.forward with other ids at step {t}"
        checks.values(label, other, pair.oracle.forward(changed, h))
        if t:
            checks.values(f"{label}: the scores before that step", other[:, :t], answer[:, :t])


def check_rows(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Rows in another order give the same scores in that order."""
    rows, order = 3, [2, 0, 1]
    pair = model_pair(student, reference, name, 211)
    xs, h = text(211, rows, T, V), handed(name, 211, rows)
    wanted = check_forward(f"{name}.forward", pair, xs, h)
    yours = pair.yours.call("forward", xs[order], h[order])
    checks.values(f"{name}.forward with its rows in another order", yours, wanted[order])


def check_inputs_untouched(student: Student, reference: SimpleNamespace, name: str) -> None:
    """xs and h are unchanged."""
    pair = model_pair(student, reference, name, 212)
    xs, h = text(212, N, T, V), handed(name, 212)
    kept = [student.put(xs), student.put(h)]
    checks.values(f"{name}.forward", pair.yours.call("forward", *kept), pair.oracle.forward(xs, h))
    for title, ref, sent in zip(("xs", title_of(name)), kept, (xs, h), strict=True):
        checks.untouched(f"{name}.forward: its argument {title}", ref, sent)


def run(
    student: Student, reference: SimpleNamespace, name: str, seed: int, sizes: tuple[int, int, int] = (N, T, S)
) -> ModelRun:
    """A decoder's forward and backward."""
    rows, steps, source = sizes
    inputs = (text(seed, rows, steps, V), handed(name, seed, rows, source))
    dscores = hidden_rng(seed).standard_normal((rows, steps, V)).astype(np.float32)
    return ModelRun(student, reference, name, seed, inputs, dscores, state=title_of(name))


def check_backward(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradient of every parameter and of h."""
    for seed in (221, 222):
        model_gradients.check_gradients(run(student, reference, name, seed))


def check_backward_of_many_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradients come from the chain rule, not from differences of forward."""
    small, rng = run(student, reference, name, 229), hidden_rng(230)
    sizes = Sizes(V, D=223, H=227)
    shape = (N, 3, sizes.H) if name in LOOKS_BACK else (N, sizes.H)
    inputs = (text(230, N, 3, V), rng.uniform(-0.9, 0.9, shape).astype(np.float32))
    dscores = rng.standard_normal((N, 3, V)).astype(np.float32)
    large_sizes.check_model(small, replace(small, seed=230, inputs=inputs, upstream=dscores, sizes=sizes))


def check_backward_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """N = 1, T = 1, both."""
    for seed, sizes in enumerate(SMALL, start=223):
        small, ordinary = run(student, reference, name, seed, sizes), run(student, reference, name, seed)
        note = f" of {sizes[0]} x {sizes[1]} ids"
        model_gradients.check_gradients(small, note, otherwise=ordinary)


def check_backward_overwrites(student: Student, reference: SimpleNamespace, name: str) -> None:
    """grads are overwritten in place, never rebound or accumulated over calls."""
    first, second = (run(student, reference, name, 226, sizes) for sizes in ((2, 5, S), (2, 3, S)))
    model_gradients.check_overwritten(first, second)


def check_backward_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """grads and dh have the dtype of the parameters."""
    model_gradients.check_dtype(run(student, reference, name, 227))


def check_backward_upstream(student: Student, reference: SimpleNamespace, name: str) -> None:
    """dscores is unchanged."""
    model_gradients.check_upstream_untouched(run(student, reference, name, 228), "dscores")
