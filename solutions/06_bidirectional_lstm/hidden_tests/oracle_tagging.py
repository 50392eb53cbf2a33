"""The toy task of 06, the best possible share for a reader of one direction, and the share of a trained tagger.

Lines are drawn so that every step has a station with probability `STATION_SHARE`, whatever the other steps have. At a
step with r steps after it, no station follows with probability (1 - share)^r; otherwise each of K stations is equally
likely to be next. A reader of all steps up to that one, but not of the r steps, names the next station rightly with
probability max((1 - share)^r, (1 - (1 - share)^r) / K) at best. A reader from right to left knows as little of the
station before, by symmetry. The share of right tags of either is at most the mean of this over r = 0 .. T - 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models.toy_tasks import Pair
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "bidirectional_training")

LINE_LENGTH, STATIONS, STATION_SHARE = SETTINGS.line_length, SETTINGS.stations, SETTINGS.station_share
TRAIN_ROWS, UNSEEN_ROWS = SETTINGS.train_rows, SETTINGS.unseen_rows
WORDVEC_SIZE, HIDDEN_SIZE = 8, 32
TASK_SEED, MODEL_SEED = SETTINGS.task_seed, SETTINGS.seeds[0]
TAGS_REACH = SETTINGS.threshold


def lines(reference: SimpleNamespace) -> tuple[Pair, Pair]:
    """(training lines, test lines), each (xs (N, T), tags (N, T))."""
    rows = TRAIN_ROWS + UNSEEN_ROWS
    xs, tags = reference.toy_journeys(rows, LINE_LENGTH, STATIONS, STATION_SHARE, np.random.default_rng(TASK_SEED))
    return (xs[:TRAIN_ROWS], tags[:TRAIN_ROWS]), (xs[TRAIN_ROWS:], tags[TRAIN_ROWS:])


def one_way_bound(length: int, stations: int, share: float) -> float:
    """The largest expected share of right tags for a reader of one direction only."""
    none_follows = (1 - share) ** np.arange(length)
    return float(np.mean(np.maximum(none_follows, (1 - none_follows) / stations)))


def margin(rows: int, alpha: float) -> float:
    """An excess of the mean of `rows` lines over its expectation with probability at most `alpha` (Hoeffding 1963)."""
    return float(np.sqrt(np.log(1 / alpha) / (2 * rows)))


def tagger(reference: SimpleNamespace) -> Any:
    """A Tagger of the grader's own, with train_toy_tagger's sizes and zero weights."""
    D, H, tags = WORDVEC_SIZE, HIDDEN_SIZE, (STATIONS + 1) ** 2
    directions = [np.zeros(shape, np.float32) for shape in ((D, 4 * H), (H, 4 * H), (4 * H,)) * 2]
    embed = reference.TimeEmbedding(np.zeros((STATIONS + 1, D), np.float32))
    affine = reference.TimeAffine(np.zeros((2 * H, tags), np.float32), np.zeros(tags, np.float32))
    return reference.Tagger(embed, reference.TimeBiLSTM(*directions), affine)


def reached(oracle: Any, weights: Sequence[Array], rows: Pair) -> float:
    """The share of steps to which a tagger with these weights gives the right tag.

    oracle  a tagger of the grader's own; its weights are overwritten
    """
    for mine, trained in zip(oracle.params, weights, strict=True):
        mine[...] = trained
    xs, tags = rows
    return share_right(oracle.predict(xs), tags)


def share_right(scores: Array, tags: Array) -> float:
    """The share of steps at which the right tag (N, T) has the largest score (N, T, number of tags)."""
    return float(np.mean(scores.argmax(axis=2) == tags))
