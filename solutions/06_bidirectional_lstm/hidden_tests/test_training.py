"""Assignment 06: bidirectional_training."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.question import question
from autograder.testing.sequence_models.remote_training import RemoteLayer, trained_here
from autograder.testing.student import Student

from . import oracle_tagging

ALPHA = 1e-9  # the chance that one who reads in one direction only comes this far


@question(
    "bidirectional_training", timeout_s=60,
    hint="Does each half of a hidden state belong to the step it stands at, and does each half's gradient come back?",
)  # fmt: skip
def test_bidirectional_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own TimeBiLSTM tells the station before and the next one, which no one-way reader can.

    Twice: as the student's layer reads the unseen lines, where the bound of a one-way reader holds whatever the layer
    is, and as the grader's own does with the trained weights, so that no answer is taken on its word.
    """
    bound = oracle_tagging.one_way_bound(
        oracle_tagging.LINE_LENGTH, oracle_tagging.STATIONS, oracle_tagging.STATION_SHARE
    )
    assert bound + oracle_tagging.margin(oracle_tagging.UNSEEN_ROWS, ALPHA) < oracle_tagging.TAGS_REACH, (
        "reading one way could suffice"
    )
    learnt, (xs, tags) = oracle_tagging.lines(reference)
    train = trained_here(reference.train_toy_tagger, "TimeBiLSTM", partial(_reader, student))
    model = train(*learnt, oracle_tagging.STATIONS, True, oracle_tagging.MODEL_SEED)
    label = "the trained Tagger on lines that it never saw: the share of right tags"
    checks.at_least(
        label,
        oracle_tagging.share_right(model.predict(xs), tags),
        oracle_tagging.TAGS_REACH,
        "a share of right answers",
    )
    share = oracle_tagging.reached(oracle_tagging.tagger(reference), model.params, (xs, tags))
    checks.at_least(
        f"{label}, with its weights in another Tagger", share, oracle_tagging.TAGS_REACH, "a share of right answers"
    )


def _reader(student: Student, *weights: Array) -> RemoteLayer:
    """The student's TimeBiLSTM with these weights, as a layer of the grader's tagger."""
    return RemoteLayer(
        "the trained TimeBiLSTM", student.new("TimeBiLSTM", *weights), weights, 2 * oracle_tagging.HIDDEN_SIZE
    )
