"""Tests whether draws follow a distribution; false alarms are bounded for every sample size and every alpha.

The statistic is n * KL(observed shares || probabilities), half of the G statistic. Its chi-square limit is not a
bound far out in the tail, where cells are small. The following is one, for k cells and every x > k - 1:

    P(n KL >= x)  <=  exp(-x) * (e x / (k - 1)) ** (k - 1)

R. Agrawal, "Finite-Sample Concentration of the Multinomial in Relative Entropy", IEEE Transactions on
Information Theory 66 (10), 2020, section 1 (arXiv 1904.02291): the moment generating function of n KL is at most
that of a gamma variable of shape k - 1; the line above is its Chernoff bound. Compared with the limit it costs only
a factor of two in the degrees of freedom.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.errors import CheckFailed, TaskError
from autograder.testing.checks import comparison_count
from autograder.testing.checks.plain_values import array_of, described, place, short

SMALL_CELL = 5.0  # expected counts below this are pooled (by the probabilities alone): fewer cells, more power
CELLS = 16  # for `draws`


def distribution(label: str, counts: Any, probabilities: np.ndarray, *, alpha: float) -> None:
    """Check that counts of independent draws fit `probabilities`; a right answer fails with probability at most alpha.

    counts          int (k,): number of draws of each outcome
    probabilities   float (k,), sums to 1; an outcome of probability 0 that was drawn fails at once
    """
    p = _probabilities(label, np.asarray(probabilities, dtype=np.float64), alpha)
    comparison_count.note()
    n_of = _counts(label, counts, p)
    _refuse_impossible(label, n_of, p)
    observed, expected = pooled(n_of, p * n_of.sum())
    if len(expected) < 2 and np.count_nonzero(p) > 1:
        raise CheckFailed(label, f"{int(n_of.sum())} draws in all", "draws enough to tell a distribution from another")
    bound = tail_bound(divergence(observed, expected), len(expected))
    if bound < alpha:
        worst = int(np.argmax(np.abs(n_of / n_of.sum() - p)))
        mine, theirs = n_of[worst] / n_of.sum(), p[worst]
        shares = f"{int(n_of.sum())} draws: outcome {worst} in {short(100 * mine)} % of them"
        wanted = f"outcome {worst} in about {short(100 * theirs)} % of them"
        raise CheckFailed(label, f"{shares}; the chance of such draws is {_chance(bound)}", wanted)


def draws(label: str, chosen: Any, probabilities: np.ndarray, *, alpha: float, seed: int) -> None:
    """Check that draw i follows row i of `probabilities`, each row its own distribution (a text, word by word).

    chosen          int (n,)
    probabilities   float (n, k)
    Outcomes are laid out on [0, 1) by decreasing probability. A random point (`seed`) in the interval of the chosen
    outcome is uniform if the draw was right (Rosenblatt, Annals of Mathematical Statistics 23, 1952); these points are
    counted in bins.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    ids = array_of(chosen)
    if p.ndim != 2 or len(p) == 0:
        raise TaskError(f"{label}: draws() wants one row of probabilities per draw")
    if (
        ids is None
        or ids.shape != (len(p),)
        or ids.dtype.kind not in "iu"
        or not (ids < p.shape[1]).all()
        or (ids < 0).any()
    ):
        comparison_count.note()
        raise CheckFailed(label, described(chosen), f"{len(p)} ids from 0 to {p.shape[1] - 1}")
    ids = ids.astype(np.int64)
    impossible = np.take_along_axis(p, ids[:, None], axis=1)[:, 0] == 0
    if impossible.any():
        comparison_count.note()
        first = place(np.argwhere(impossible)[0])
        raise CheckFailed(label, f"an outcome of probability 0, at {first}", "outcomes of positive probability")
    bins = np.clip((_uniform(ids, p, seed) * CELLS).astype(np.int64), 0, CELLS - 1)
    _judge_bins(label, np.bincount(bins, minlength=CELLS), alpha)


def _uniform(ids: np.ndarray, p: np.ndarray, seed: int) -> np.ndarray:
    """One point per draw in the interval of the outcome drawn, the outcomes laid out by falling probability."""
    order = np.argsort(-p, axis=1, kind="stable")
    ends = np.cumsum(np.take_along_axis(p, order, axis=1), axis=1)
    rows, rank = np.arange(len(p)), np.argmax(order == ids[:, None], axis=1)
    points = ends[rows, rank] - p[rows, ids] * np.random.default_rng(seed).random(len(p))
    return np.asarray(points / ends[:, -1])


def _judge_bins(label: str, counts: np.ndarray, alpha: float) -> None:
    try:
        distribution(label, counts, np.full(CELLS, 1 / CELLS), alpha=alpha)
    except CheckFailed:
        low = 100 * counts[: CELLS // 2].sum() / counts.sum()
        yours = f"{int(counts.sum())} draws: {short(low)} % of them from the likelier half of the probability"
        raise CheckFailed(label, yours, "about 50 %, and as even within the halves") from None


def tail_bound(x: float, cells: int) -> float:
    """The bound on P(n KL >= x) over `cells` cells; 1 where there is no bound."""
    d = cells - 1
    if x <= d or d == 0:
        return 1.0 if d or x <= 1e-9 else 0.0
    return math.exp(min(0.0, d - x + d * math.log(x / d)))


def divergence(observed: np.ndarray, expected: np.ndarray) -> float:
    """n * KL: sum of observed * log(observed / expected), with 0 log 0 = 0."""
    seen = observed > 0
    return float(np.sum(observed[seen] * np.log(observed[seen] / expected[seen])))


def pooled(observed: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pool the cells of small expectation into one, and add the next smallest cells until it is large enough."""
    order = np.argsort(expected, kind="stable")
    seen, awaited = observed[order], expected[order]
    count = max(int(np.sum(awaited < SMALL_CELL)), 1)
    while count < len(awaited) and awaited[:count].sum() < SMALL_CELL:
        count += 1
    return np.append(seen[count:], seen[:count].sum()), np.append(awaited[count:], awaited[:count].sum())


def _probabilities(label: str, p: np.ndarray, alpha: float) -> np.ndarray:
    if p.ndim != 1 or not (p >= 0).all() or abs(p.sum() - 1) > 1e-6 or not 0 < alpha < 1:
        raise TaskError(f"{label}: probabilities must be (k,), not negative, of sum 1, and alpha in (0, 1)")
    return np.asarray(p / p.sum())


def _counts(label: str, counts: Any, p: np.ndarray) -> np.ndarray:
    got = array_of(counts)
    if got is None or got.shape != p.shape or got.dtype.kind not in "iu" or (got < 0).any() or not got.any():
        raise CheckFailed(label, described(counts), f"{len(p)} counts of draws")
    return got.astype(np.float64)


def _refuse_impossible(label: str, counts: np.ndarray, p: np.ndarray) -> None:
    impossible = (p == 0) & (counts > 0)
    if impossible.any():
        times = int(counts[impossible].sum())
        first = f"outcome {int(np.argmax(impossible))} was drawn, of probability 0 ({times} such draws in all)"
        raise CheckFailed(label, first, "outcomes of positive probability")


def _chance(bound: float) -> str:
    return "below 1e-12" if bound < 1e-12 else f"below {bound:.0e}"
