"""Attention maps really show year, month and day: measured on the models trained for the calibration."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.calibration.thresholds import REFERENCE

from . import attention_training as calibration

pytestmark = pytest.mark.slow


def masses(answer: str) -> dict[str, float]:
    """The masses of the maps of a model trained by one answer of the calibration, over unseen dates."""
    reference, judge, task = calibration.prepared()
    model = judge.AttentionSeq2seq(*task.shape)
    for mine, trained in zip(
        model.params, calibration.trained(reference, answer, calibration.SETTINGS.seeds[0]).params, strict=True
    ):
        mine[...] = trained
    return calibration.map_masses(judge, model, task.unseen)


def test_the_references_maps_lie_on_the_right_part_of_the_date() -> None:
    assert min(masses(REFERENCE).values()) >= calibration.MAPS_REACH


def test_without_gradient_through_the_weights_they_do_not() -> None:
    assert min(masses("no gradient through the weights").values()) < calibration.MAPS_REACH


def test_an_untrained_model_looks_everywhere() -> None:
    _, judge, task = calibration.prepared()
    untrained = judge.AttentionSeq2seq(*task.shape, np.random.default_rng(0))
    assert max(calibration.map_masses(judge, untrained, task.unseen).values()) < calibration.MAPS_REACH
