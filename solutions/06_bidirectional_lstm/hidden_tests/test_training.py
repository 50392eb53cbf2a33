"""Assignment 06: bidirectional_training."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.checks.received import Array
from autograder.testing.plugin import question
from autograder.testing.sequence_models.remote_training import RemoteLayer, trained_here
from autograder.testing.student import Student

from . import oracle_tagging as tagging

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
    bound = tagging.one_way_bound(tagging.LINE_LENGTH, tagging.STATIONS, tagging.STATION_SHARE)
    assert bound + tagging.margin(tagging.UNSEEN_ROWS, ALPHA) < tagging.TAGS_REACH, "reading one way could suffice"
    learnt, (xs, tags) = tagging.lines(reference)
    train = trained_here(reference.train_toy_tagger, "TimeBiLSTM", partial(_reader, student))
    model = train(*learnt, tagging.STATIONS, True, tagging.MODEL_SEED)
    where = "the trained Tagger on lines that it never saw: the share of right tags"
    checks.at_least(where, tagging.share_right(model.predict(xs), tags), tagging.TAGS_REACH, "a share of right answers")
    share = tagging.reached(tagging.tagger(reference), model.params, (xs, tags))
    checks.at_least(
        f"{where}, with its weights in another Tagger", share, tagging.TAGS_REACH, "a share of right answers"
    )


def _reader(student: Student, *weights: Array) -> RemoteLayer:
    """The student's TimeBiLSTM with these weights, as a layer of the grader's tagger."""
    return RemoteLayer("the trained TimeBiLSTM", student.new("TimeBiLSTM", *weights), weights, 2 * tagging.HIDDEN_SIZE)
