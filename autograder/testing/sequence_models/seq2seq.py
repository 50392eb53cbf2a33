"""Questions about a model of encoder and decoder, to be inherited by the hidden tests of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, number
from autograder.testing.hidden_inputs import telling_seed
from autograder.testing.question import Questions, asks
from autograder.testing.sequence_models import model_gradients
from autograder.testing.sequence_models.generation import GenerationQuestions
from autograder.testing.sequence_models.model_pair import check_loss
from autograder.testing.sequence_models.model_runs import ModelRun
from autograder.testing.sequence_models.oracle_models import N, S, T, check_drawn, filled_oracle, model_pair, target
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

V = 11
SMALL = ((1, S, T + 1), (3, 1, T + 1), (3, S, 2), (1, 1, 2))  # rows, source steps, target steps with the start id


def _telling_sources(oracle: Any, ts: Array) -> list[Array]:
    """A source and its variants in one id, with clearly different losses; [] if no such source is found."""
    for seed in range(100):
        xs = text(seed, 1, 5, V)
        others = [np.where(np.arange(5) == s, (xs + 5) % V, xs) for s in range(5)]
        losses = [float(oracle.forward(source, ts)) for source in (xs, *others)]
        if min(abs(loss - losses[0]) for loss in losses[1:]) > 1e-2:
            return [xs, *others]
    return []


class LossQuestions(Questions):
    """Questions in the roles forward, which is the loss, and backward.

    forward_first   whether a test of backward checks forward first: for a question that is both in one
    """

    forward_first = False

    @asks("forward", points=2)
    def test_forward_initial_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """The encoder's arrays before the decoder's, each drawn as its part draws them, from the rng given."""
        check_drawn(student, reference, self.name)

    @asks("forward", points=4)
    def test_forward_values(self, student: Student, reference: SimpleNamespace) -> None:
        """The mean cross-entropy per target token, for several weights and sizes."""
        for seed, (rows, source, length) in enumerate(((N, S, T + 1), *SMALL), start=231):
            pair = model_pair(student, reference, self.name, seed)
            label = f"{self.name}.forward of {rows} sources of {source} ids and targets of {length}: the loss"
            check_loss(label, pair, text(seed, rows, source, V), target(seed + 50, rows, length, V))

    @asks("forward", points=1)
    def test_forward_starts_afresh(self, student: Student, reference: SimpleNamespace) -> None:
        """No state is carried from one forward to the next, whatever the number of rows."""
        pair = model_pair(student, reference, self.name, 236)
        for turn, rows in enumerate((2, 2, 3, 2), start=1):
            xs, ts = text(236, rows, 3, V), target(237, rows, 2, V)
            check_loss(f"{self.name}.forward, call {turn}, of {rows} rows: the loss", pair, xs, ts)

    @asks("forward", points=2)
    def test_forward_teacher_forcing(self, student: Student, reference: SimpleNamespace) -> None:
        """After any first target ids, the probabilities of all possible next ids add up to 1.

        They would not if a target id reached the encoder, or the step that must predict it.
        """
        xs, start_id = text(238, 1, S, V), 4
        pair = model_pair(student, reference, self.name, 238)

        def surprise(ts: list[int]) -> float:
            label = f"{self.name}.forward of one row: the loss"
            loss = number(label, pair.yours.call("forward", xs, np.array([ts])))
            checks.values(label, loss, float(pair.oracle.forward(xs, np.array([ts]))), precision=np.float32)
            return loss * (len(ts) - 1)

        for before in ([start_id], [start_id, 7], [start_id, 2, 9]):
            base = surprise(before) if len(before) > 1 else 0.0
            total = sum(np.exp(base - surprise([*before, next_id])) for next_id in range(V))
            follows = f"all ids that may follow the first {len(before)} of a target"
            label = f"{self.name}.forward: the probabilities of {follows}, added up"
            checks.values(label, float(total), 1.0, precision=np.float32)

    @asks("forward", points=1)
    def test_forward_rows(self, student: Student, reference: SimpleNamespace) -> None:
        """The loss is the same for rows in another order, and another if sources get each other's targets."""
        order = [2, 0, 1]

        def tells(seed: int) -> bool:
            oracle, xs, ts = filled_oracle(reference, self.name, seed), text(seed, 3, S, V), target(seed + 1, 3, T, V)
            losses = [float(oracle.forward(*both)) for both in ((xs, ts), (xs[order], ts[order]), (xs[order], ts))]
            return abs(losses[0] - losses[1]) < 1e-4 < 1e-2 < abs(losses[0] - losses[2])

        seed = telling_seed(239, tells)
        pair, xs, ts = model_pair(student, reference, self.name, seed), text(seed, 3, S, V), target(seed + 1, 3, T, V)
        check_loss(f"{self.name}.forward: the loss", pair, xs, ts)
        check_loss(f"{self.name}.forward with its rows in another order: the loss", pair, xs[order], ts[order])
        check_loss(f"{self.name}.forward with its targets given to other sources: the loss", pair, xs[order], ts)

    @asks("forward", points=2)
    def test_forward_reads_the_source(self, student: Student, reference: SimpleNamespace) -> None:
        """Another id anywhere in the source, another loss: the decoder starts from what the encoder read."""
        ts = target(242, 1, 3, V)
        seed = telling_seed(241, lambda trial: bool(_telling_sources(filled_oracle(reference, self.name, trial), ts)))
        pair = model_pair(student, reference, self.name, seed)
        for s, xs in enumerate(_telling_sources(filled_oracle(reference, self.name, seed), ts)):
            note = f" with another id {s - 1} in its source" if s else ""
            check_loss(f"{self.name}.forward{note}: the loss", pair, xs, ts)

    @asks("forward", points=1)
    def test_forward_leaves_its_inputs_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """xs and ts are unchanged."""
        pair = model_pair(student, reference, self.name, 243)
        sent = text(243, N, S, V), target(244, N, T, V)
        kept = [student.put(ids) for ids in sent]
        loss = number(f"{self.name}.forward: the loss", pair.yours.call("forward", *kept))
        checks.values(f"{self.name}.forward: the loss", loss, float(pair.oracle.forward(*sent)), precision=np.float32)
        for title, ref, ids in zip(("xs", "ts"), kept, sent, strict=True):
            checks.untouched(f"{self.name}.forward: its argument {title}", ref, ids)

    @asks("backward", points=5)
    def test_backward_gradients(self, student: Student, reference: SimpleNamespace) -> None:
        """The gradient of every parameter, end to end through decoder and encoder."""
        self.check_forward_first(student, reference)
        for seed in (251, 252):
            model_gradients.check_gradients(self.model_run(student, reference, seed))

    @asks("backward", points=2)
    def test_backward_dout(self, student: Student, reference: SimpleNamespace) -> None:
        """Every gradient is multiplied by dout."""
        self.check_forward_first(student, reference)
        for seed, dout in ((253, 0.5), (254, 100.0)):
            told = replace(self.model_run(student, reference, seed), upstream=dout, passes_upstream=True)
            model_gradients.check_gradients(told, f"({dout})")

    @asks("backward", points=1)
    def test_backward_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """One row, one source id, one target id to predict, all three."""
        self.check_forward_first(student, reference)
        for seed, sizes in enumerate(SMALL, start=255):
            small, ordinary = self.model_run(student, reference, seed, sizes), self.model_run(student, reference, seed)
            model_gradients.check_gradients(small, f" of {sizes[0]} rows", otherwise=ordinary)

    @asks("backward", points=2)
    def test_backward_overwrites_grads(self, student: Student, reference: SimpleNamespace) -> None:
        """grads are overwritten in place, never rebound or accumulated over calls."""
        self.check_forward_first(student, reference)
        first, second = (self.model_run(student, reference, 259, sizes) for sizes in ((N, S, T + 1), (N, 5, 4)))
        model_gradients.check_overwritten(first, second)

    @asks("backward", points=1)
    def test_backward_keeps_dtype(self, student: Student, reference: SimpleNamespace) -> None:
        """Each gradient has the dtype of its parameter."""
        self.check_forward_first(student, reference)
        model_gradients.check_dtype(self.model_run(student, reference, 260))

    def check_forward_first(self, student: Student, reference: SimpleNamespace) -> None:
        """Check the values of forward, if the question of backward asks for them too."""
        if self.forward_first:
            self.test_forward_values(student, reference)

    def model_run(
        self, student: Student, reference: SimpleNamespace, seed: int, sizes: tuple[int, int, int] = (N, S, T + 1)
    ) -> ModelRun:
        """A model's forward and backward without dout."""
        rows, source, length = sizes
        inputs = (text(seed, rows, source, V), target(seed + 50, rows, length, V))
        return ModelRun(student, reference, self.name, seed, inputs, 1.0, passes_upstream=False)


class Seq2seqQuestions(GenerationQuestions, LossQuestions):
    """Questions in the roles forward, backward and generate: pytest collects the tests of the last base first."""

    test_generate_ties = None  # type: ignore[assignment]  # equal scores are made by way of a decoder's own h


class Seq2seqInOneQuestion(Seq2seqQuestions):
    """A model that is one question: forward, backward and generate are its roles, and its gradients need its loss."""

    forward_first = True
    points: ClassVar[Mapping[str, float]] = {
        "test_forward_values": 3,
        "test_forward_teacher_forcing": 1,
        "test_forward_reads_the_source": 1,
        "test_backward_gradients": 3,
        "test_backward_dout": 1,
        "test_backward_overwrites_grads": 1,
        "test_generate_values": 2,
        "test_generate_starts_afresh": 1,
        "test_generate_rows": 1,
    }
