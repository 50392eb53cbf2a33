"""Calibrate `seq2seq_training` with right and named wrong answers over many seeds; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.02_seq2seq.calibration.seq2seq_training

About twenty minutes on two cores. The rows are those of the hidden suite; right answers differ in the
order in which they draw their weights, so different seeds stand for right answers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.language_models import plain_time_lstm, without_gradients
from autograder.calibration.thresholds import PLAIN, REFERENCE, Calibration
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "seq2seq_training")

REPORT = Path(__file__).with_suffix(".md")


def mistakes(reference: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """Name of each wrong answer -> its wrong classes."""
    return {
        "the decoder starts from zero": {"Decoder": deaf(reference.Decoder)},
        "the encoder gives its first state": {"Encoder": first_state(reference.Encoder)},
        "no gradient reaches the encoder": {"Encoder": without_gradients(reference.Encoder, *range(4))},
        "no gradient of the encoder's Wh": {"Encoder": without_gradients(reference.Encoder, 2)},
        "the decoder is not trained": {"Seq2seq": without_gradients(reference.Seq2seq, *range(4, 10))},
        "the decoder reads what it is to predict": {"Seq2seq": reads_and_predicts(reference.Seq2seq, 1, 1)},
        "the decoder predicts what it reads": {"Seq2seq": reads_and_predicts(reference.Seq2seq, 0, 0)},
    }


def deaf(decoder: type) -> type:
    """A decoder that starts from zero and ignores h."""

    def forward(self: Any, xs: Array, h: Array) -> Any:
        return decoder.forward(self, xs, 0 * h)  # type: ignore[attr-defined]

    return type("Deaf", (decoder,), {"forward": forward})


def first_state(encoder: type) -> type:
    """An encoder that reads only one character."""

    def forward(self: Any, xs: Array) -> Any:
        return encoder.forward(self, xs[:, :1])  # type: ignore[attr-defined]

    return type("FirstState", (encoder,), {"forward": forward})


def reads_and_predicts(model: type, read_from: int, predict_from: int) -> type:
    """A model whose decoder reads and predicts target tokens from these places on; 0 and 1 would be right."""

    def forward(self: Any, xs: Array, ts: Array) -> Any:
        steps = ts.shape[1] - 1
        scores = self.decoder.forward(ts[:, read_from : read_from + steps], self.encoder.forward(xs))
        return self.loss_layer.forward(scores, ts[:, predict_from : predict_from + steps])

    return type("NotShifted", (model,), {"forward": forward})


def loops() -> type:
    """A TimeLSTM as a student writes it."""
    return plain_time_lstm(course.current().reference("01_rnn_lm_sampling"))


@lru_cache
def prepared() -> tuple[SimpleNamespace, SimpleNamespace, toy_tasks.ToyTask]:
    """A reference whose classes may be replaced, another as the judge, and the task."""
    trained, judge = course.current().reference("02_seq2seq"), course.current().reference("02_seq2seq")
    return trained, judge, toy_tasks.adding(judge, SETTINGS)


def train(name: str, seed: int) -> float:
    """The share that the suite computes, for one answer and one seed."""
    reference, judge, task = prepared()
    answers = {REFERENCE: {}, PLAIN: {"TimeLSTM": loops()}} | mistakes(reference)
    with thresholds.exchanged(reference.train_toy_adder.__globals__, answers[name]):
        model = reference.train_toy_adder(*task.train, task.vocab_size, seed)
    return toy_tasks.reached(judge.Seq2seq(*task.shape), model.params, task.unseen)


def main() -> None:
    """Measure, and write the report."""
    reference, _, task = prepared()
    seeds = {name: thresholds.RIGHT_SEEDS for name in (REFERENCE, PLAIN)}
    seeds |= dict.fromkeys(mistakes(reference), thresholds.WRONG_SEEDS)
    shares = thresholds.measure(train, seeds)
    description = "sums that the model never saw and answers without a mistake"
    asked = Calibration("The trained Seq2seq", description, len(task.unseen[0]), SETTINGS.threshold)
    head = "Written by `python -m solutions.02_seq2seq.calibration.seq2seq_training`; not edited by hand."
    REPORT.write_text(f"# seq2seq_training\n\n{head}\n\n{thresholds.section(asked, shares)}", encoding="utf-8")


if __name__ == "__main__":
    main()
