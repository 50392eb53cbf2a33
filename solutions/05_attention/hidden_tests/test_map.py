"""Assignment 05, where the decoder looked: attention_map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.question import question
from autograder.testing.sequence_models.model_pair import STATE, ModelPair
from autograder.testing.sequence_models.oracle_models import LIVELY, N, S, T, model_pair, target
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import RemoteObject, Student

attention_map = partial(
    question, "attention_map", settable=STATE, timeout_s=30,
    given=(
        "weight_sum", "attention_weight", "attention", "time_attention", "attention_encoder",
        "attention_decoder_forward", "attention_decoder_backward", "attention_decoder_generate", "attention_seq2seq",
    ),
    hint="Which ids does the decoder read while it is told the right answer, and where are the weights kept?",
)  # fmt: skip
V = 11


@dataclass(frozen=True)
class Told:
    """Two models of the same weights, sources xs (N, S) and targets ts (N, T + 1)."""

    pair: ModelPair
    xs: Array
    ts: Array

    @property
    def wanted(self) -> Array:
        """The oracle's weights (N, T, S): those of its encoder's states at each state of its decoder's LSTM."""
        encoder, decoder = self.pair.oracle.encoder, self.pair.oracle.decoder
        decoder.forward(self.ts[:, :-1], encoder.forward(self.xs))
        weights: Array = decoder.attention.attention_weights.copy()
        return weights

    def ask(self, student: Student, xs: Array | RemoteObject, ts: Array | RemoteObject) -> Array:
        """The student's map."""
        answer = student.call("attention_map", self.pair.yours, xs, ts)
        return array("attention_map", answer, (len(self.xs), self.ts.shape[1] - 1, self.xs.shape[1]))


def told(
    student: Student, reference: SimpleNamespace, seed: int, rows: int = N, source: int = S, length: int = T + 1
) -> Told:
    """A model whose weights differ from row to row and from step to step."""
    pair = model_pair(student, reference, "AttentionSeq2seq", seed, gain=LIVELY)
    case = Told(pair, text(seed, rows, source, V), target(seed + 1, rows, length, V))
    weights = case.wanted
    assert source == 1 or rows == 1 or np.abs(weights[0] - weights[1]).max() > 0.02, "rows do not differ"
    assert source == 1 or length == 2 or np.abs(np.diff(weights, axis=1)).max() > 0.02, "steps do not differ"
    return case


def check_map(student: Student, case: Told, note: str = "") -> Array:
    """The student's map against the oracle's weights; its rows add up to 1."""
    yours = case.ask(student, case.xs, case.ts)
    checks.values(f"attention_map{note}: its rows, added up", yours.sum(axis=2), np.ones(yours.shape[:2], np.float32))
    checks.values(f"attention_map{note}", yours, case.wanted)
    return yours


@attention_map(points=4)
def test_attention_map_values(student: Student, reference: SimpleNamespace) -> None:
    """The weights (N, T - 1, S) of every step."""
    for seed in (391, 393):
        check_map(student, told(student, reference, seed))


@attention_map(points=1)
def test_attention_map_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source id, one id to predict, all three."""
    for seed, (rows, source, length) in enumerate(((1, S, T + 1), (3, 1, T + 1), (3, S, 2), (1, 1, 2)), start=395):
        note = f" of {rows} sources of {source} ids and targets of {length}"
        check_map(student, told(student, reference, seed, rows, source, length), note)


@attention_map(points=2)
def test_attention_map_is_told_the_answer(student: Student, reference: SimpleNamespace) -> None:
    """The decoder reads the target: another id there, another map from that step on; the last id is not read."""
    case = told(student, reference, 400)
    before = check_map(student, case)
    for t in range(1, T + 1):
        ts = case.ts.copy()
        ts[:, t] = (ts[:, t] + 5) % V
        other = Told(case.pair, case.xs, ts)
        assert t == T or np.abs(other.wanted - case.wanted).max() > 1e-2, "the target does not matter"
        after = check_map(student, other, f" with other target ids at {t}")
        label = f"attention_map with other target ids at {t}: the steps that have not read them"
        checks.values(label, after[:, :t], before[:, :t])


@attention_map(points=2)
def test_attention_map_is_not_overwritten(student: Student, reference: SimpleNamespace) -> None:
    """A map is still what it was after the next one, and after the model has read and written something else."""
    first, second = told(student, reference, 401), told(student, reference, 403)
    kept = student.keep("attention_map", first.pair.yours, first.xs, first.ts)
    checks.values("attention_map", kept.fetch(), first.wanted)
    Told(first.pair, second.xs, second.ts).ask(student, second.xs, second.ts)
    first.pair.yours.call("generate", second.xs, 4, 3)
    first.pair.yours.call("forward", second.xs, second.ts)
    checks.values("attention_map after the next one", kept.fetch(), first.wanted)


@attention_map(points=1)
def test_attention_map_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The same map for a second time, and after the model has read another number of rows."""
    case = told(student, reference, 405)
    for rows in (N, 3):
        check_map(student, case)
        case.pair.yours.call("forward", text(406, rows, 5, V), target(407, rows, 3, V))
        check_map(student, case, f" after a forward of {rows} rows")


@attention_map(points=1)
def test_attention_map_leaves_everything_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs, ts and the model's parameters are still what they were."""
    case = told(student, reference, 408)
    kept = [student.put(part) for part in (case.xs, case.ts)]
    before = case.pair.yours.get("params")
    checks.values("attention_map", case.ask(student, *kept), case.wanted)
    for title, ref, sent in zip(("xs", "ts"), kept, (case.xs, case.ts), strict=True):
        checks.untouched(f"attention_map: its argument {title}", ref, sent)
    checks.values("the model's params after attention_map", case.pair.yours.get("params"), before, rtol=0, atol=0)
