"""Checks of every model of encoder and decoder; each function is one test, for the class of that name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.received import Array, number
from autograder.testing.hidden_inputs import telling_seed
from autograder.testing.sequence_models import large_sizes, model_gradients
from autograder.testing.sequence_models.model_pair import check_loss
from autograder.testing.sequence_models.model_runs import ModelRun
from autograder.testing.sequence_models.oracle_models import N, S, T, check_drawn, filled_oracle, model_pair, target
from autograder.testing.sequence_models.weights import Sizes, text
from autograder.testing.student import Student

Check = Callable[[Student, SimpleNamespace, str], None]
V = 11
SMALL = ((1, S, T + 1), (3, 1, T + 1), (3, S, 2), (1, 1, 2))  # rows, source steps, target steps with the start id


def check_initial_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The encoder's arrays before the decoder's, each drawn as its part draws them, from the rng given."""
    check_drawn(student, reference, name)


def check_losses(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The mean cross-entropy per target token, for several weights and sizes."""
    for seed, (rows, source, length) in enumerate(((N, S, T + 1), *SMALL), start=231):
        pair = model_pair(student, reference, name, seed)
        label = f"{name}.forward of {rows} sources of {source} ids and targets of {length}: the loss"
        check_loss(label, pair, text(seed, rows, source, V), target(seed + 50, rows, length, V))


def check_after_losses(check: Check, student: Student, reference: SimpleNamespace, name: str) -> None:
    """Gradients of a model whose losses are right: for questions that are forward and backward in one."""
    check_losses(student, reference, name)
    check(student, reference, name)


def check_losses_afresh(student: Student, reference: SimpleNamespace, name: str) -> None:
    """No state is carried from one forward to the next, whatever the number of rows."""
    pair = model_pair(student, reference, name, 236)
    for turn, rows in enumerate((2, 2, 3, 2), start=1):
        xs, ts = text(236, rows, 3, V), target(237, rows, 2, V)
        check_loss(f"{name}.forward, call {turn}, of {rows} rows: the loss", pair, xs, ts)


def check_teacher_forcing(student: Student, reference: SimpleNamespace, name: str) -> None:
    """After any first target ids, the probabilities of all possible next ids add up to 1.

    They would not if a target id reached the encoder, or the step that must predict it.
    """
    xs, start_id = text(238, 1, S, V), 4
    pair = model_pair(student, reference, name, 238)

    def surprise(ts: list[int]) -> float:
        label = f"{name}.forward of one row: the loss"
        loss = number(label, pair.yours.call("forward", xs, np.array([ts])))
        checks.values(label, loss, float(pair.oracle.forward(xs, np.array([ts]))), precision=np.float32)
        return loss * (len(ts) - 1)

    for before in ([start_id], [start_id, 7], [start_id, 2, 9]):
        base = surprise(before) if len(before) > 1 else 0.0
        total = sum(np.exp(base - surprise([*before, follows])) for follows in range(V))
        label = f"{name}.forward: the probabilities of all ids that may follow the first {len(before)} of a target"
        checks.values(f"{label}, added up", float(total), 1.0, precision=np.float32)


def check_rows(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The loss is the same for rows in another order, and another if sources get each other's targets."""
    order = [2, 0, 1]

    def tells(seed: int) -> bool:
        oracle, xs, ts = filled_oracle(reference, name, seed), text(seed, 3, S, V), target(seed + 1, 3, T, V)
        losses = [float(oracle.forward(*both)) for both in ((xs, ts), (xs[order], ts[order]), (xs[order], ts))]
        return abs(losses[0] - losses[1]) < 1e-4 < 1e-2 < abs(losses[0] - losses[2])

    seed = telling_seed(239, tells)
    pair, xs, ts = model_pair(student, reference, name, seed), text(seed, 3, S, V), target(seed + 1, 3, T, V)
    check_loss(f"{name}.forward: the loss", pair, xs, ts)
    check_loss(f"{name}.forward with its rows in another order: the loss", pair, xs[order], ts[order])
    check_loss(f"{name}.forward with its targets given to other sources: the loss", pair, xs[order], ts)


def check_source_matters(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Another id anywhere in the source, another loss: the decoder starts from what the encoder read."""
    ts = target(242, 1, 3, V)
    seed = telling_seed(241, lambda trial: bool(_telling_sources(filled_oracle(reference, name, trial), ts)))
    pair, sources = (
        model_pair(student, reference, name, seed),
        _telling_sources(filled_oracle(reference, name, seed), ts),
    )
    for s, xs in enumerate(sources):
        check_loss(f"{name}.forward{f' with another id {s - 1} in its source' if s else ''}: the loss", pair, xs, ts)


def _telling_sources(oracle: Any, ts: Array) -> list[Array]:
    """A source and its variants in one id, with clearly different losses; [] if no such source is found."""
    for seed in range(100):
        xs = text(seed, 1, 5, V)
        others = [np.where(np.arange(5) == s, (xs + 5) % V, xs) for s in range(5)]
        losses = [float(oracle.forward(source, ts)) for source in (xs, *others)]
        if min(abs(loss - losses[0]) for loss in losses[1:]) > 1e-2:
            return [xs, *others]
    return []


def check_inputs_untouched(student: Student, reference: SimpleNamespace, name: str) -> None:
    """xs and ts are unchanged."""
    pair = model_pair(student, reference, name, 243)
    sent = text(243, N, S, V), target(244, N, T, V)
    kept = [student.put(ids) for ids in sent]
    loss = number(f"{name}.forward: the loss", pair.yours.call("forward", *kept))
    checks.values(f"{name}.forward: the loss", loss, float(pair.oracle.forward(*sent)), precision=np.float32)
    for title, ref, ids in zip(("xs", "ts"), kept, sent, strict=True):
        checks.untouched(f"{name}.forward: its argument {title}", ref, ids)


def run(
    student: Student, reference: SimpleNamespace, name: str, seed: int, sizes: tuple[int, int, int] = (N, S, T + 1)
) -> ModelRun:
    """A model's forward and backward without dout."""
    rows, source, length = sizes
    inputs = (text(seed, rows, source, V), target(seed + 50, rows, length, V))
    return ModelRun(student, reference, name, seed, inputs, 1.0, passes_upstream=False)


def check_backward(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradient of every parameter, end to end through decoder and encoder."""
    for seed in (251, 252):
        model_gradients.check_gradients(run(student, reference, name, seed))


def check_backward_dout(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Every gradient is multiplied by dout."""
    for seed, dout in ((253, 0.5), (254, 100.0)):
        told = replace(run(student, reference, name, seed), upstream=dout, passes_upstream=True)
        model_gradients.check_gradients(told, f"({dout})")


def check_backward_of_many_weights(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The gradients come from the chain rule, not from differences of forward."""
    small, sizes = run(student, reference, name, 261), Sizes(V, D=151, H=163)
    inputs = (text(262, N, 3, V), target(263, N, 4, V))
    large_sizes.check_model(small, replace(small, seed=262, inputs=inputs, sizes=sizes))


def check_backward_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """One row, one source id, one target id to predict, all three."""
    for seed, sizes in enumerate(SMALL, start=255):
        small, ordinary = run(student, reference, name, seed, sizes), run(student, reference, name, seed)
        model_gradients.check_gradients(small, f" of {sizes[0]} rows", otherwise=ordinary)


def check_backward_overwrites(student: Student, reference: SimpleNamespace, name: str) -> None:
    """grads are overwritten in place, never rebound or accumulated over calls."""
    first, second = (run(student, reference, name, 259, sizes) for sizes in ((N, S, T + 1), (N, 5, 4)))
    model_gradients.check_overwritten(first, second)


def check_backward_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Each gradient has the dtype of its parameter."""
    model_gradients.check_dtype(run(student, reference, name, 260))
