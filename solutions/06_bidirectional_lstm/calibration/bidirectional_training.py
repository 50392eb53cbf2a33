"""Calibrate `bidirectional_training` with right and named wrong answers; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.06_bidirectional_lstm.calibration.bidirectional_training

Five minutes on one core, many seeds. A share is that of right tags by the student's own model, or by its weights in the
grader's own tagger, whichever is less: the suite requires both.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.language_models import plain_time_lstm
from autograder.calibration.thresholds import PLAIN, REFERENCE, Calibration
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models.toy_tasks import Pair

from ..hidden_tests import oracle_tagging

REPORT = Path(__file__).with_suffix(".md")
ONE_WAY = "a TimeLSTM of 64 units, from left to right"


def mistakes(reference: SimpleNamespace) -> dict[str, type]:
    """Name of each wrong answer -> its TimeBiLSTM."""
    lstm = reference.TimeBiLSTM
    return {
        "both halves from left to right": forward_with(lstm, turns_input=False, turns_back=False),
        "right to left, not turned back": forward_with(lstm, turns_back=False),
        "the left-to-right half is missing": forward_with(lstm, keeps=(False, True)),
        "the right-to-left half is missing": forward_with(lstm, keeps=(True, False)),
        "the right-to-left half gets no gradient": backward_with(lstm, turned=True, right_to_left=0),
        "the right-to-left gradient is not turned": backward_with(lstm, turned=False, right_to_left=1),
    }


def forward_with(
    lstm: type, turns_input: bool = True, turns_back: bool = True, keeps: tuple[bool, bool] = (True, True)
) -> type:
    """A TimeBiLSTM whose forward and backward leave out the same operations."""

    def turn(array: Array, really: bool) -> Array:
        return np.ascontiguousarray(array[:, ::-1]) if really else array

    def forward(self: Any, xs: Array, lengths: Any = None) -> Array:
        ahead, back = self.left_to_right.forward(xs), self.right_to_left.forward(turn(xs, turns_input))
        return np.concatenate([ahead * keeps[0], turn(back, turns_back) * keeps[1]], axis=2).astype(xs.dtype)

    def backward(self: Any, dhs: Array) -> Array:
        dahead, dback = np.split(dhs, 2, axis=2)
        dxs = self.right_to_left.backward(turn(dback * dhs.dtype.type(keeps[1]), turns_back))
        return np.asarray(self.left_to_right.backward(dahead * dhs.dtype.type(keeps[0])) + turn(dxs, turns_input))

    return type("Wrong", (lstm,), {"forward": forward, "backward": backward})


def backward_with(lstm: type, turned: bool, right_to_left: int) -> type:
    """A TimeBiLSTM with the reference's forward and a wrong gradient of the second half."""

    def backward(self: Any, dhs: Array) -> Array:
        dahead, dback = np.split(dhs * dhs.dtype.type(1), 2, axis=2)
        dback = dback * dhs.dtype.type(right_to_left)
        dxs = self.left_to_right.backward(dahead)
        return np.asarray(dxs + self.right_to_left.backward(dback[:, ::-1].copy() if turned else dback)[:, ::-1])

    return type("Wrong", (lstm,), {"backward": backward})


def loops() -> type:
    """A TimeLSTM as a student writes it."""
    return plain_time_lstm(course.current().reference("01_rnn_lm_sampling"))


@lru_cache
def prepared() -> tuple[SimpleNamespace, SimpleNamespace, Pair, Pair]:
    """A reference whose classes may be replaced, another as the judge, training rows and test rows."""
    trained, judge = (course.current().reference("06_bidirectional_lstm") for _ in range(2))
    return trained, judge, *oracle_tagging.lines(judge)


def train(name: str, seed: int) -> tuple[float, float]:
    """For one answer and seed: the share that the suite computes, and the loss on the same lines."""
    reference, judge, learnt, unseen = prepared()
    answers: dict[str, dict[str, type]] = {REFERENCE: {}, PLAIN: {"TimeLSTM": loops()}, ONE_WAY: {}}
    answers |= {mistake: {"TimeBiLSTM": lstm} for mistake, lstm in mistakes(reference).items()}
    both_ways = name != ONE_WAY
    with thresholds.exchanged(reference.train_toy_tagger.__globals__, answers[name]):
        model = reference.train_toy_tagger(*learnt, oracle_tagging.STATIONS, both_ways, seed)
        own, loss = oracle_tagging.share_right(model.predict(unseen[0]), unseen[1]), float(model.forward(*unseen))
    return min(
        own, oracle_tagging.reached(oracle_tagging.tagger(judge), model.params, unseen)
    ) if both_ways else own, loss


def main() -> None:
    """Measure, and write the report."""
    reference, *_ = prepared()
    seeds = {name: thresholds.RIGHT_SEEDS for name in (REFERENCE, PLAIN)}
    seeds |= dict.fromkeys([ONE_WAY, *mistakes(reference)], thresholds.WRONG_SEEDS)
    REPORT.write_text(report(thresholds.measure(train, seeds)), encoding="utf-8")


def report(trainings: dict[str, list[tuple[float, float]]]) -> str:
    """The report on the results of `train` for every answer and seed."""
    reached = {name: [share for share, _ in pairs] for name, pairs in trainings.items()}
    losses = [loss for name in (REFERENCE, PLAIN) for _, loss in trainings[name]]
    rows, steps = oracle_tagging.UNSEEN_ROWS, oracle_tagging.UNSEEN_ROWS * oracle_tagging.LINE_LENGTH
    asked = Calibration("The trained Tagger", "right tags on unseen lines", steps, oracle_tagging.TAGS_REACH)
    bound = oracle_tagging.one_way_bound(
        oracle_tagging.LINE_LENGTH, oracle_tagging.STATIONS, oracle_tagging.STATION_SHARE
    )
    highest, beyond = max(reached[ONE_WAY]), bound + oracle_tagging.margin(rows, 1e-9)
    head = f"Written by `python -m {__spec__.name}`; not edited by hand."
    return f"""# bidirectional_training

{head}

{thresholds.section(asked, reached, losses)}
## The bound

One who reads in one direction only has {bound:.4f} right at best, in expectation; on {rows} lines more than
{beyond:.4f} with a probability of at most 1e-9 (Hoeffding). The best of the one-way taggers above had {highest:.4f}.
"""


if __name__ == "__main__":
    main()
