"""What to expect on full addition: train the models of 02, 03 and 04; write the component that draws the curves.

    OPENBLAS_NUM_THREADS=1 python -m solutions.04_peeky.calibration.addition_curves

A quarter of an hour on one core: three models, three seeds each, 25 epochs. Every training is as in the notebooks'
experiments: word vectors of 16, 128 hidden units, batches of 128, Adam(0.001), gradients clipped to a norm of 5.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autograder import course
from autograder.calibration import expected_curves
from autograder.testing.checks.plain_values import Array

SEEDS, EPOCHS, BATCH_SIZE = range(100, 103), 25, 128
WORDVEC_SIZE, HIDDEN_SIZE = 16, 128
QUESTION_WIDTH, ANSWER_WIDTH = 7, 5
SETTINGS = f"""5,000 test rows of `datasets/addition.txt`: word vectors of {WORDVEC_SIZE},
{HIDDEN_SIZE} hidden units, batches of {BATCH_SIZE}, Adam(0.001), gradients clipped to a norm of 5.0."""
EXPERIMENT = expected_curves.Experiment(
    Path(__file__), "full addition", "expected_curves", SETTINGS, SEEDS, EPOCHS, (5, 10, 15, 20, 25)
)
Pair = tuple[Array, Array]


def encoded() -> tuple[Pair, Pair, int]:
    """Full addition as ids: train and test, each (xs (N, 7), ts (N, 5)), and the vocabulary's size."""
    handed_out = course.current().reference("02_seq2seq")
    train, test, characters = handed_out.load_addition()
    char_to_id = {char: id for id, char in enumerate(characters)}

    def ids(texts: tuple[list[str], list[str]]) -> Pair:
        questions, answers = texts
        encode = handed_out.encode_texts
        return encode(questions, char_to_id, QUESTION_WIDTH), encode(answers, char_to_id, ANSWER_WIDTH)

    return ids(train), ids(test), len(characters)


def trainings() -> Iterator[tuple[str, type, bool]]:
    """(name, class of the model, whether the questions are read backwards)."""
    plain = course.current().reference("03_reversal").Seq2seq
    peeky = course.current().reference("04_peeky").PeekySeq2seq
    yield "plain", plain, False
    yield "reversed", plain, True
    yield "reversed + peeky", peeky, True


def measure() -> dict[str, list[list[float]]]:
    """For each training, the exact match on the test rows after every epoch, one list per seed."""
    train, test, vocab_size = encoded()
    learning_curve = course.current().reference("03_reversal").learning_curve
    curves = {}
    for name, model_class, reverse in trainings():
        make = maker(model_class, vocab_size)
        curves[name] = [
            learning_curve(make, train, test, EPOCHS, BATCH_SIZE, reverse, np.random.default_rng(seed))
            for seed in tqdm(SEEDS, desc=name)
        ]
    return curves


def maker(model_class: type, vocab_size: int) -> Callable[[np.random.Generator], Any]:
    """The function that learning_curve calls for a fresh model."""
    return lambda rng: model_class(vocab_size, WORDVEC_SIZE, HIDDEN_SIZE, rng)


def main() -> None:
    """Measure, and write the component and the report."""
    expected_curves.write(EXPERIMENT, measure())


if __name__ == "__main__":
    main()
