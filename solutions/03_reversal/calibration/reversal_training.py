"""Calibrate `reversal_training` with right and named wrong answers over many seeds; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.03_reversal.calibration.reversal_training

About half an hour on two cores. The model is handed out, so right answers differ only in their use of the
random generator; the seeds, for weights and order of rows, cover that and more.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.thresholds import PLAIN, REFERENCE, Calibration
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "reversal_training")

REPORT = Path(__file__).with_suffix(".md")
Curve = list[float]


def plain_loops(reference: SimpleNamespace) -> Any:
    """learning_curve with its own loops over rows and batches instead of Trainer."""

    def learning_curve(
        make_model: Any, train: Any, test: Any, epochs: int, batch_size: int, reverse: bool, rng: np.random.Generator
    ) -> Curve:
        def read(rows: Array) -> Array:
            return np.array([list(reversed(row)) if reverse else list(row) for row in rows.tolist()])

        model, optimizer, curve = make_model(rng), reference.Adam(0.001), []
        xs, ts = read(train[0]), train[1]
        for _ in range(epochs):
            order = np.arange(len(xs))
            rng.shuffle(order)
            for batch in np.array_split(order, -(-len(order) // batch_size)):
                model.forward(xs[batch], ts[batch])
                model.backward()
                norm = np.sqrt(sum(np.sum(grad**2) for grad in model.grads))
                for grad in model.grads:
                    grad *= min(1.0, 5.0 / norm)
                optimizer.update(model.params, model.grads)
            answers = model.generate(read(test[0]), test[1][0, 0], test[1].shape[1] - 1)
            curve.append(float(np.mean([np.array_equal(*pair) for pair in zip(answers, test[1][:, 1:], strict=True)])))
        return curve

    return learning_curve


def mistakes(reference: SimpleNamespace) -> dict[str, Any]:
    """Name of each wrong answer -> its learning_curve."""
    right = reference.learning_curve

    def changed(**new: Any) -> Any:
        def learning_curve(*args: Any) -> Curve:
            names = ("make_model", "train", "test", "epochs", "batch_size", "reverse", "rng")
            curve: Curve = right(**(dict(zip(names, args, strict=True)) | new))
            return curve

        return learning_curve

    def on_the_test_rows(make_model: Any, train: Any, test: Any, *rest: Any) -> Curve:
        curve: Curve = right(make_model, test, test, *rest)
        return curve

    return {
        "never reversed": changed(reverse=False),
        "one epoch only": changed(epochs=1),
        "trained on the test rows": on_the_test_rows,
    }


@lru_cache
def prepared() -> tuple[SimpleNamespace, toy_tasks.ToyTask]:
    """The reference, and the task."""
    reference = course.current().reference("03_reversal")
    return reference, toy_tasks.repeating(reference, SETTINGS)


def train(name: str, seed: int) -> tuple[float, float]:
    """The shares of right letters that the suite computes for one answer: of its reversed model, of its plain one."""
    reference, task = prepared()
    right = {REFERENCE: reference.learning_curve, PLAIN: plain_loops(reference)}
    answer = (right | mistakes(reference))[name]
    with thresholds.exchanged(reference.train_toy_repeater.__globals__, {"learning_curve": answer}):
        reversed_model, plain_model = (
            reference.train_toy_repeater(task.train, toy_tasks.first_rows(task.train), task.vocab_size, reverse, seed)[
                0
            ]
            for reverse in (True, False)
        )
    oracle = reference.Seq2seq(*task.shape)
    return (
        toy_tasks.letters_reached(oracle, reversed_model.params, task.unseen, True),
        max(toy_tasks.letters_reached(oracle, plain_model.params, task.unseen, reverse) for reverse in (False, True)),
    )


def main() -> None:
    """Measure, and write the report."""
    reference, task = prepared()
    seeds = {name: thresholds.RIGHT_SEEDS for name in (REFERENCE, PLAIN)}
    seeds |= dict.fromkeys(mistakes(reference), thresholds.WRONG_SEEDS)
    shares = thresholds.measure(train, seeds)
    letters = len(task.unseen[0]) * SETTINGS.length
    description = "letters, of words that the model never saw, that it repeats rightly"
    asked = Calibration("The reversed model", description, letters, SETTINGS.threshold)
    plain_description = f"{description}, read plain or reversed, whichever is more"
    plain = Calibration("The plain model", plain_description, letters, SETTINGS.threshold, at_least=False)
    head = "Written by `python -m solutions.03_reversal.calibration.reversal_training`; not edited by hand."
    parts = [
        thresholds.section(calibration, {name: [pair[place] for pair in pairs] for name, pairs in shares.items()})
        for place, calibration in enumerate((asked, plain))
    ]
    pairs = [*shares[REFERENCE], *shares[PLAIN]]
    compared = thresholds.comparison(letters, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    REPORT.write_text("\n".join([f"# reversal_training\n\n{head}\n", *parts, compared]), encoding="utf-8")


if __name__ == "__main__":
    main()
