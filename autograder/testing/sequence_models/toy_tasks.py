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

from autograder.testing.checks.plain_values import Array, arrays
from autograder.testing.student import RemoteObject

Pair = tuple[Array, Array]
WORDVEC_SIZE = 16


@dataclass(frozen=True)
class ToyTask:
    """Training rows and unseen rows, each (xs (N, S), ts (N, T)); targets begin with the start id."""

    train: Pair
    unseen: Pair
    vocab_size: int
    hidden_size: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Vocabulary, word vector and hidden size of the models that learn it."""
        return self.vocab_size, WORDVEC_SIZE, self.hidden_size


def adding(reference: SimpleNamespace, settings: SimpleNamespace) -> ToyTask:
    """Sums of numbers below `settings.limit`; both orders of a pair of numbers are in the same set."""
    rng = np.random.default_rng(settings.task_seed)
    train, unseen = reference.toy_sums(settings.limit, settings.test_share, rng)
    characters = " +0123456789_"
    rows = _encoded(reference, characters, train), _encoded(reference, characters, unseen)
    return ToyTask(*rows, len(characters), settings.hidden_size)


def repeating(reference: SimpleNamespace, settings: SimpleNamespace) -> ToyTask:
    """Different words of a and b, of length `settings.length`, to be repeated."""
    rows, rng = settings.train_rows, np.random.default_rng(settings.task_seed)
    words = reference.toy_words(rows + settings.unseen_rows, settings.length, "ab", rng)
    characters = " ab_"
    train, unseen = (
        _encoded(reference, characters, (part, [f"_{word}" for word in part])) for part in (words[:rows], words[rows:])
    )
    return ToyTask(train, unseen, len(characters), settings.hidden_size)


def dating(reference: SimpleNamespace, settings: SimpleNamespace) -> ToyTask:
    """Dates in four forms, to be rewritten in one; no day is in both sets."""
    rows, count = settings.train_rows, settings.train_rows + settings.unseen_rows
    dates, answers, characters = reference.toy_dates(count, np.random.default_rng(settings.task_seed))
    numbers = {char: id for id, char in enumerate(characters)}
    xs = reference.encode_texts(dates, numbers, settings.source_width)
    ts = reference.encode_texts(answers, numbers, settings.target_width)
    train, unseen = ((xs[part], ts[part]) for part in (slice(rows), slice(rows, count)))
    return ToyTask(train, unseen, len(characters), settings.hidden_size)


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
