"""The toy tasks of 02 to 05, and the success rate of a trained model on them.

A trained model is judged by its weights: they are copied into the grader's own model, which answers the unseen
rows. The student's process has neither these rows nor their answers, so it cannot make its answers up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing.checks.received import Array, arrays
from autograder.testing.student import RemoteObject

Pair = tuple[Array, Array]
WORDVEC_SIZE, HIDDEN_SIZE, REPEATER_HIDDEN_SIZE = 16, 64, 96
UNSEEN_ROWS = 400
TASK_SEED, MODEL_SEED = 211, 212
SUM_LIMIT, SUM_TEST_SHARE = 50, 0.2
# The thresholds between right and wrong answers, and their error rates, come from calibration/seq2seq_training.md,
# calibration/reversal_training.md, calibration/peeky_training.md, calibration/attention_training.md.
ADDER_REACHES = 0.7
REPEATER_LENGTH, REPEATER_ROWS = 12, 1500
REPEATER_LETTERS = 0.65  # reached by the reversed model, not by the plain one
LONG_REPEATER_LENGTH, LONG_REPEATER_ROWS = 16, 4000
PEEKY_REACHES = 0.8
DATES_ROWS, DATES_WIDTH, ISO_WIDTH = 3000, 12, 11
DATES_REACHES, DATES_SEEDS = 0.9, (213, 214)  # the second where the first falls short


@dataclass(frozen=True)
class ToyTask:
    """Training rows and unseen rows, each (xs (N, S), ts (N, T)); targets begin with the start id."""

    train: Pair
    unseen: Pair
    vocab_size: int
    hidden_size: int = HIDDEN_SIZE

    @property
    def shape(self) -> tuple[int, int, int]:
        """Vocabulary, word vector and hidden size of the models that learn it."""
        return self.vocab_size, WORDVEC_SIZE, self.hidden_size


def adding(reference: SimpleNamespace) -> ToyTask:
    """Sums of numbers below 50; both orders of a pair of numbers are in the same set."""
    train, unseen = reference.toy_sums(SUM_LIMIT, SUM_TEST_SHARE, np.random.default_rng(TASK_SEED))
    characters = " +0123456789_"
    return ToyTask(_encoded(reference, characters, train), _encoded(reference, characters, unseen), len(characters))


def repeating(reference: SimpleNamespace) -> ToyTask:
    """The words of 03."""
    return _words(reference, REPEATER_LENGTH, REPEATER_ROWS, REPEATER_HIDDEN_SIZE)


def repeating_at_length(reference: SimpleNamespace) -> ToyTask:
    """The longer words of 04."""
    return _words(reference, LONG_REPEATER_LENGTH, LONG_REPEATER_ROWS, HIDDEN_SIZE)


def dating(reference: SimpleNamespace) -> ToyTask:
    """Dates in four forms, to be rewritten in one; no day is in both sets."""
    count = DATES_ROWS + UNSEEN_ROWS
    dates, answers, characters = reference.toy_dates(count, np.random.default_rng(TASK_SEED))
    numbers = {char: id for id, char in enumerate(characters)}
    xs = reference.encode_texts(dates, numbers, DATES_WIDTH)
    ts = reference.encode_texts(answers, numbers, ISO_WIDTH)
    rows = slice(DATES_ROWS), slice(DATES_ROWS, count)
    train, unseen = ((xs[part], ts[part]) for part in rows)
    return ToyTask(train, unseen, len(characters))


def _words(reference: SimpleNamespace, length: int, rows: int, hidden_size: int) -> ToyTask:
    """Different words of a and b, to be repeated."""
    words = reference.toy_words(rows + UNSEEN_ROWS, length, "ab", np.random.default_rng(TASK_SEED))
    characters = " ab_"
    train, unseen = (
        _encoded(reference, characters, (part, [f"_{word}" for word in part])) for part in (words[:rows], words[rows:])
    )
    return ToyTask(train, unseen, len(characters), hidden_size)


def _encoded(reference: SimpleNamespace, characters: str, texts: tuple[Sequence[str], Sequence[str]]) -> Pair:
    numbers = dict(zip(characters, range(len(characters)), strict=True))
    xs, ts = (reference.encode_texts(part, numbers, max(map(len, part))) for part in texts)
    return xs, ts


def reached(oracle: Any, weights: Sequence[Array], rows: Pair, reverse: bool = False) -> float:
    """The share of rows that a model with these weights answers without a mistake.

    oracle   the grader's own model, of the right sizes; its weights are overwritten
    reverse  whether the sources are read backwards
    """
    return float(np.mean(np.all(_right(oracle, weights, rows, reverse), axis=1)))


def letters_reached(oracle: Any, weights: Sequence[Array], rows: Pair, reverse: bool) -> float:
    """The share of single letters that a model with these weights answers correctly."""
    return float(np.mean(_right(oracle, weights, rows, reverse)))


def _right(oracle: Any, weights: Sequence[Array], rows: Pair, reverse: bool) -> Array:
    """Mask of the correct letters, bool (N, T - 1)."""
    for mine, trained in zip(oracle.params, weights, strict=True):
        mine[...] = trained
    xs, ts = rows
    answers = oracle.generate(xs[:, ::-1].copy() if reverse else xs, int(ts[0, 0]), ts.shape[1] - 1)
    return np.asarray(answers == ts[:, 1:])


def first_rows(rows: Pair, count: int = 50) -> Pair:
    """The first rows, to measure a learning curve on."""
    return rows[0][:count], rows[1][:count]


def trained_weights(label: str, model: RemoteObject, oracle: Any) -> list[Array]:
    """`params` of a student's model, of the shapes of the oracle's."""
    return arrays(f"{label}: params", model.get("params"), [param.shape for param in oracle.params])
