"""Calibrate `peeky_training` with right and named wrong answers over many seeds; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.04_peeky.calibration.peeky_training

About half an hour on two cores. The rows are those of the hidden suite; right answers differ in the
order in which they draw their weights, so different seeds stand for right answers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.language_models import plain_time_lstm, variant
from autograder.calibration.thresholds import PLAIN, REFERENCE, Calibration
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "peeky_training")

REPORT = Path(__file__).with_suffix(".md")
ALONE = "reversed alone: Seq2seq, not peeky"


def mistakes(reference: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """Name of each wrong answer -> its wrong class."""
    part = decoder_with(reference)
    return {
        "h joins the LSTM's input only": {"PeekyDecoder": variant(part, joins=("lstm",))},
        "h joins the affine layer's input only": {"PeekyDecoder": variant(part, joins=("affine",))},
        "no gradient of h at all": {"PeekyDecoder": variant(part, paths=())},
        "gradient of h by the first state only": {"PeekyDecoder": variant(part, paths=("state",))},
        "gradient of h without the affine layer's": {"PeekyDecoder": variant(part, paths=("state", "lstm"))},
    }


def decoder_with(reference: SimpleNamespace) -> type:
    """A PeekyDecoder from which parts can be left out.

    joins   the layers whose input h joins
    paths   the paths by which the gradient returns to h
    """

    class Parts(reference.PeekyDecoder):  # type: ignore[misc, name-defined]
        joins, paths = ("lstm", "affine"), ("state", "lstm", "affine")

        def forward(self, xs: Array, h: Array) -> Any:
            self.lstm.set_state(h)
            to_lstm, to_affine = (
                np.repeat(h[:, None] * (name in self.joins), xs.shape[1], axis=1) for name in ("lstm", "affine")
            )
            hs = self.lstm.forward(np.concatenate([to_lstm, self.embed.forward(xs)], axis=2).astype(h.dtype))
            return self.affine.forward(np.concatenate([to_affine, hs], axis=2).astype(h.dtype))

        def backward(self, dscores: Array) -> Any:
            H = len(self.lstm.params[1])
            from_affine = self.affine.backward(dscores)
            from_lstm = self.lstm.backward(np.ascontiguousarray(from_affine[:, :, H:]))
            self.embed.backward(np.ascontiguousarray(from_lstm[:, :, H:]))
            ways = {"state": self.lstm.dh, "lstm": from_lstm[:, :, :H].sum(axis=1)}
            ways["affine"] = from_affine[:, :, :H].sum(axis=1)
            return sum((ways[name] for name in self.paths if name not in {"lstm", "affine"} - set(self.joins)),
                       np.zeros_like(self.lstm.dh))  # fmt: skip

    return Parts


def loops() -> type:
    """A TimeLSTM as a student writes it."""
    return plain_time_lstm(course.current().reference("01_rnn_lm_sampling"))


@lru_cache
def prepared() -> tuple[SimpleNamespace, SimpleNamespace, toy_tasks.ToyTask]:
    """A reference whose classes may be replaced, another as the judge, and the task."""
    trained, judge = course.current().reference("04_peeky"), course.current().reference("04_peeky")
    return trained, judge, toy_tasks.repeating(judge, SETTINGS)


def train(name: str, seed: int) -> float:
    """The share that the suite computes, for one answer and one seed."""
    reference, judge, task = prepared()
    answers = {REFERENCE: {}, PLAIN: {"TimeLSTM": loops()}, ALONE: {}} | mistakes(reference)
    model_class = "Seq2seq" if name == ALONE else "PeekySeq2seq"
    with thresholds.exchanged(reference.train_toy_repeater.__globals__, answers[name]):
        model = reference.train_toy_repeater(getattr(reference, model_class), *task.train, task.vocab_size, seed)
    return toy_tasks.reached(getattr(judge, model_class)(*task.shape), model.params, task.unseen, reverse=True)


def main() -> None:
    """Measure, and write the report."""
    reference, _, task = prepared()
    seeds = {name: thresholds.RIGHT_SEEDS for name in (REFERENCE, PLAIN)}
    seeds |= dict.fromkeys([ALONE, *mistakes(reference)], thresholds.WRONG_SEEDS)
    shares = thresholds.measure(train, seeds)
    description = "words that the model never saw and repeats without a mistake"
    asked = Calibration("The trained PeekySeq2seq", description, len(task.unseen[0]), SETTINGS.threshold)
    head = "Written by `python -m solutions.04_peeky.calibration.peeky_training`; not edited by hand."
    compared = thresholds.comparison(asked.rows, [*shares[REFERENCE], *shares[PLAIN]], shares[ALONE])
    text = f"# peeky_training\n\n{head}\n\n{thresholds.section(asked, shares)}\n{compared}"
    REPORT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
