"""Calibrate `attention_training` with right and named wrong answers, many seeds; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.05_attention.calibration.attention_training

Half an hour on one core. The same trainings show how much of an attention map lies on the right part of a date.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.language_models import plain_time_lstm, without_gradients
from autograder.calibration.thresholds import PLAIN, REFERENCE, Calibration
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "attention_training")

REPORT = Path(__file__).with_suffix(".md")
MAPS_REACH = 0.5  # reached by the least of the three parts of the reference's maps, in test_attention_maps.py


def mistakes(reference: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """Name of each wrong answer -> its wrong class."""
    attention, encoder = reference.TimeAttention, reference.AttentionEncoder
    return {
        "no gradient through the weights": {"TimeAttention": backward_of(attention, weights=False)},
        "no gradient through the sum": {"TimeAttention": backward_of(attention, sums=False)},
        "gradient of the weights without the softmax's second term": {"TimeAttention": halved_softmax(attention)},
        "the weights are all the same, their gradient as if they were not": {"TimeAttention": even(attention)},
        "softmax over the decoder's steps": {"TimeAttention": wrong_axis(attention, reference.softmax)},
        "no gradient reaches the encoder": {"AttentionEncoder": without_gradients(encoder, *range(4))},
        "no gradient from the weights to the encoder": {"TimeAttention": backward_of(attention, keys=False)},
    }


def backward_of(attention: type, weights: bool = True, sums: bool = True, keys: bool = True) -> type:
    """A TimeAttention whose backward can leave out paths of the gradient.

    weights  the path through the weights;  sums  the path through the weighted sum to the encoder's states
    keys     the path through the weights to the encoder's states
    """

    def backward(self: Any, dcs: Array) -> tuple[Array, Array]:
        dhs_enc, dhs_dec = attention.backward(self, dcs)  # type: ignore[attr-defined]
        by_sum = self.attention_weights.transpose(0, 2, 1) @ dcs
        by_weights = (dhs_enc - by_sum) * (weights and keys)
        return (by_weights + by_sum * sums).astype(dcs.dtype), dhs_dec * dcs.dtype.type(weights)

    return type("Partly", (attention,), {"backward": backward})


def halved_softmax(attention: type) -> type:
    """A TimeAttention whose backward takes a * da for the gradient of the scores."""

    def backward(self: Any, dcs: Array) -> tuple[Array, Array]:
        hs_enc, hs_dec = self.cache
        dscores = self.attention_weights * (dcs @ hs_enc.transpose(0, 2, 1))
        by_sum = self.attention_weights.transpose(0, 2, 1) @ dcs
        return by_sum + dscores.transpose(0, 2, 1) @ hs_dec, dscores @ hs_enc

    return type("Halved", (attention,), {"backward": backward})


def even(attention: type) -> type:
    """A TimeAttention with the same weight for each source step."""

    def forward(self: Any, hs_enc: Array, hs_dec: Array, mask: Array | None = None) -> Array:
        attention.forward(self, hs_enc, 0 * hs_dec, mask)  # type: ignore[attr-defined]
        return np.asarray(self.attention_weights @ hs_enc)

    return type("Even", (attention,), {"forward": forward})


def wrong_axis(attention: type, softmax: Any) -> type:
    """A TimeAttention whose weights sum to 1 over the steps of the decoder, with the reference's backward."""

    def forward(self: Any, hs_enc: Array, hs_dec: Array, mask: Array | None = None) -> Array:
        self.cache = hs_enc, hs_dec
        self.attention_weights = np.ascontiguousarray(softmax(hs_enc @ hs_dec.transpose(0, 2, 1)).transpose(0, 2, 1))
        return np.asarray(self.attention_weights @ hs_enc)

    return type("WrongAxis", (attention,), {"forward": forward})


def loops() -> type:
    """A TimeLSTM as a student writes it."""
    return plain_time_lstm(course.current().reference("01_rnn_lm_sampling"))


@lru_cache
def prepared() -> tuple[SimpleNamespace, SimpleNamespace, toy_tasks.ToyTask]:
    """A reference whose classes may be replaced, another as the judge, and the task."""
    trained, judge = course.current().reference("05_attention"), course.current().reference("05_attention")
    return trained, judge, toy_tasks.dating(judge, SETTINGS)


def train(name: str, seed: int) -> tuple[float, float, dict[str, float]]:
    """For one answer and seed: the share that the suite computes, the loss on the same rows, the masses of the maps."""
    reference, judge, task = prepared()
    model = trained(reference, name, seed)
    oracle = judge.AttentionSeq2seq(*task.shape)
    share = toy_tasks.reached(oracle, model.params, task.unseen, reverse=True)
    xs, ts = task.unseen
    return share, float(oracle.forward(judge.reverse_inputs(xs), ts)), map_masses(judge, oracle, task.unseen)


def trained(reference: SimpleNamespace, name: str, seed: int) -> Any:
    """The model trained by one answer."""
    *_, task = prepared()
    answers = {REFERENCE: {}, PLAIN: {"TimeLSTM": loops()}} | mistakes(reference)
    with thresholds.exchanged(reference.train_toy_dates.__globals__, answers[name]):
        return reference.train_toy_dates(*task.train, task.vocab_size, seed)


def map_masses(judge: SimpleNamespace, model: Any, rows: toy_tasks.Pair) -> dict[str, float]:
    """The share of a model's attention on the year while the year is written; the same for month and day.

    rows  (xs (N, S), ts (N, T)) of the toy task, not yet read backwards
    """
    xs, ts = rows
    *_, characters = judge.toy_dates(1, np.random.default_rng(0))
    dates, answers = (["".join(characters[id] for id in row).rstrip() for row in ids] for ids in (xs, ts))
    weights = judge.attention_map(model, judge.reverse_inputs(xs), ts)
    return dict(judge.mass_on_parts(weights[:, :, ::-1], dates, answers))


def main() -> None:
    """Measure, and write the report."""
    reference, _, task = prepared()
    seeds = {name: thresholds.RIGHT_SEEDS for name in (REFERENCE, PLAIN)}
    seeds |= dict.fromkeys(mistakes(reference), thresholds.WRONG_SEEDS)
    trainings = thresholds.measure(train, seeds)
    REPORT.write_text(report(trainings, len(task.unseen[0])), encoding="utf-8")


def report(trainings: dict[str, list[tuple[float, float, dict[str, float]]]], rows: int) -> str:
    """The report on the results of `train` for every answer and seed."""
    description = "dates of days that the model never saw, answered without a mistake"
    asked = Calibration(
        "The trained AttentionSeq2seq", description, rows, SETTINGS.threshold, trainings=len(SETTINGS.seeds)
    )
    reached = {name: [share for share, *_ in runs] for name, runs in trainings.items()}
    maps = {name: [min(mass.values()) for *_, mass in runs] for name, runs in trainings.items()}
    losses = [loss for name in (REFERENCE, PLAIN) for _, loss, _ in trainings[name]]
    head = "Written by `python -m solutions.05_attention.calibration.attention_training`; not edited by hand."
    shown = Calibration("The maps", "", rows, MAPS_REACH)
    return f"""# attention_training

{head}

{thresholds.section(asked, reached, losses, SETTINGS.target_width - 1)}
## Attention maps

How much of the attention lies on the characters of the year (month, day) while the digits of the year (month, day)
are written, over the unseen dates, teacher-forced; the least of the three parts counts. No mark depends on it: a test
of the repository asks the reference for at least {MAPS_REACH}.

{thresholds.table(shown, maps)}
"""


if __name__ == "__main__":
    main()
