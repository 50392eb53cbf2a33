"""Calibration of training questions judged by a share of right answers: many seeds, a table, false fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autograder.calibration.tail_fit import chance_above, chance_above_by_power_tail, student_t_tail

REFERENCE, PLAIN = "reference", "plain loops"  # the right answers of every table
RIGHT_SEEDS, WRONG_SEEDS = range(1000, 1030), range(2000, 2030)
Shares = dict[str, list[float]]
Namespace = dict[str, Any]


@dataclass(frozen=True)
class Calibration:
    """The facts in a report.

    name         the question, or a part of it
    description  the things of which a share is measured
    rows         their number
    threshold    the suite's threshold
    at_least     whether right answers are above it
    right        names of the right answers in the table
    trainings    number of trainings, each from its own seed, before the suite fails an answer
    """

    name: str
    description: str
    rows: int
    threshold: float
    at_least: bool = True
    right: Sequence[str] = (REFERENCE, PLAIN)
    trainings: int = 1


def measure(
    train: Callable[[str, int], Any], answers: Mapping[str, Sequence[int]], jobs: int = 2
) -> dict[str, list[Any]]:
    """Run `train(name, seed)` for all seeds of every answer, in separate processes; the results, by name.

    train   a module-level function
    """
    results: dict[str, list[Any]] = {}
    with ProcessPoolExecutor(jobs) as pool:
        for name, seeds in answers.items():
            results[name] = list(tqdm(pool.map(train, repeat(name), seeds), desc=name, total=len(seeds)))
    return results


@contextmanager
def exchanged(namespace: Namespace, classes: Mapping[str, Any]) -> Iterator[None]:
    """Replace some names of a namespace inside the block."""
    kept = {name: namespace[name] for name in classes}
    namespace.update(classes)
    try:
        yield
    finally:
        namespace.update(kept)


def table(asked: Calibration, shares: Mapping[str, Sequence[float]]) -> str:
    """A row for each answer."""
    side = "below" if asked.at_least else "above"
    rows = "\n".join(_row(asked, name, np.asarray(values)) for name, values in shares.items())
    return f"""| answer | seeds | least | median | most | {side} the threshold |
| --- | --- | --- | --- | --- | --- |
{rows}"""


def _row(asked: Calibration, name: str, values: np.ndarray[Any, Any]) -> str:
    failed = int(np.sum(values < asked.threshold if asked.at_least else values > asked.threshold))
    figures = " | ".join(f"{figure:.3f}" for figure in (values.min(), np.median(values), values.max()))
    return f"| {name} | {len(values)} | {figures} | {failed} of {len(values)} |"


def false_fails(asked: Calibration, shares: Mapping[str, Sequence[float]]) -> str:
    """The false-fail section: two tail fits to the shares that right answers miss, and the larger chance."""
    measured = [share for name in asked.right for share in shares[name]]
    away = [_smoothed(1 - share if asked.at_least else share, asked.rows) for share in measured]
    limit = _smoothed(1 - asked.threshold if asked.at_least else asked.threshold, asked.rows)
    normal = chance_above([_evened(part) for part in away], _evened(limit))
    power = chance_above_by_power_tail(away, limit)
    fitted = "1 - share" if asked.at_least else "share"
    return f"""Right answers differ in the order in which they draw: one more right answer is one more seed.
Its chance to fail, by two fits to {fitted} of all {len(measured)} trainings of right answers, counted as
(rows + 1/2) / ({asked.rows} + 1) so that none is 0:

{_tails("arcsine of the root", normal, power)}

The larger one is the false-fail bound: **{max(normal, power):.0e}**. (By counting alone, 0 of {len(measured)} says
only: below {1 - 0.05 ** (1 / len(measured)):.2f}.)"""


def false_fails_by_loss(asked: Calibration, losses: Sequence[float], tokens: int) -> str:
    """The false-fail section by losses, for shares that are nearly all 1 and have no tail to fit.

    losses  losses of the right answers on the unseen rows: mean nats per token, given the right tokens before
    tokens  tokens per row: a row counts as wrong if one of them is not the likeliest
    """
    limit = (1 - asked.threshold) * float(np.log(2)) / tokens
    least, median, most = np.quantile(losses, (0, 0.5, 1))
    normal = chance_above(np.log(losses).tolist(), float(np.log(limit)))
    power = chance_above_by_power_tail(losses, limit)
    return f"""Right answers differ in the order in which they draw: one more right answer is one more seed.
Nearly all of their shares are 1, which leaves no tail to fit. Losses have one, and bound the shares: where the right
token is not the likeliest, its probability is at most 1/2 and its loss at least log 2. So a share below
{asked.threshold} needs a mean loss on the unseen rows above
{1 - asked.threshold:.2f} log 2 / {tokens} = {limit:.5f} nats per token.
The {len(losses)} trainings of right answers had {least:.6f} to {most:.6f}, median {median:.6f}.
The chance of a loss above the limit, by two fits:

{_tails("logarithm", normal, power)}

{_bound_in_words(asked, max(normal, power))} (By counting alone, 0 of {len(losses)} says
only: below {1 - 0.05 ** (1 / len(losses)):.2f}.)"""


def _tails(scale: str, normal: float, power: float) -> str:
    """A row for each fit; `scale` is the scale of the normal fit."""
    return f"""| tail | chance |
| --- | --- |
| normal in the {scale}, mean and spread uncertain (Student t) | {normal:.1e} |
| a power, fitted to the upper fifth (Hill) | {power:.1e} |"""


def _bound_in_words(asked: Calibration, chance: float) -> str:
    """The sentence on the false-fail bound, for the number of trainings that the suite makes."""
    if asked.trainings == 1:
        return f"The larger one is the false-fail bound: **{chance:.0e}**."
    times = asked.trainings
    return f"""The larger one, {chance:.1e}, is the bound of one training. The suite trains again, from another
seed, where the first falls short; so the false-fail bound is that to the power of {times}: **{chance**times:.0e}**."""


def section(
    asked: Calibration, shares: Mapping[str, Sequence[float]], losses: Sequence[float] = (), tokens: int = 1
) -> str:
    """The section of a report: threshold, table, false fails (by losses if there are any) and the numbers."""
    sorted_shares = " ".join(f"{share:.4f}" for share in sorted(shares[asked.right[0]]))
    return f"""## {asked.name}

Share: {asked.description}, of {asked.rows}. The threshold is {asked.threshold}: right answers are {
        "at or above" if asked.at_least else "at or below"
    } it.

{table(asked, shares)}

{false_fails_by_loss(asked, losses, tokens) if losses else false_fails(asked, shares)}

The shares of the {asked.right[0]}, sorted: {sorted_shares}
"""


def comparison(rows: int, ahead: Sequence[float], behind: Sequence[float]) -> str:
    """The section on the chance that a new training of the first kind ends no higher than one of the second."""
    one, two = (np.array([_evened(_smoothed(share, rows)) for share in part]) for part in (ahead, behind))
    spread = float(np.sqrt(np.var(one, ddof=1) + np.var(two, ddof=1)))
    chance = student_t_tail(float(one.mean() - two.mean()) / spread, min(len(one), len(two)) - 1)
    lost = sum(first <= second for first in ahead for second in behind)
    return f"""## The comparison

Of {len(one)} x {len(two)} pairs of trainings, the one that must be ahead is ahead in all but {lost}. The chance that it
is not, for one more pair, by a normal fit to both on the arcsine scale (Student t): **{chance:.0e}**.
"""


def _evened(share: float) -> float:
    """The arcsine of a share's root: on this scale a share of n rows has the same spread wherever it lies."""
    return float(np.arcsin(np.sqrt(share)))


def _smoothed(share: float, rows: int) -> float:
    return (share * rows + 0.5) / (rows + 1)
