"""False alarms and power of the tests on draws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from autograder.errors import CheckFailed, TaskError
from autograder.testing import checks
from autograder.testing.checks.distributions import divergence, pooled, tail_bound

ALPHAS = (1e-6, 1e-9)
P = np.array([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.015, 0.005])


def share_failed(true: np.ndarray, claimed: np.ndarray, draws: int, alpha: float, seeds: range) -> float:
    """The share of seeds whose draws from `true` are refused as draws from `claimed`."""
    failed = 0
    for seed in seeds:
        counts = np.random.default_rng(seed).multinomial(draws, true)
        try:
            checks.distribution("here", counts, claimed, alpha=alpha)
        except CheckFailed:
            failed += 1
    return failed / len(seeds)


@pytest.mark.parametrize("p", [(0.5, 0.5), (0.9, 0.1), (0.6, 0.3, 0.1), (0.98, 0.01, 0.01), (0.25,) * 4])
@pytest.mark.parametrize("n", [1, 4, 12, 20])
def test_the_tail_bound_is_a_bound(p: tuple[float, ...], n: int) -> None:
    """Enumerate every outcome of a small multinomial: P(n KL >= x) is never above the bound at x."""
    probabilities = np.array(p)
    outcomes = []
    for counts in itertools.product(range(n + 1), repeat=len(p) - 1):
        if (last := n - sum(counts)) >= 0:
            cells = np.array([*counts, last])
            ways = math.lgamma(n + 1) - sum(math.lgamma(c + 1) for c in cells)
            outcomes.append(
                (divergence(cells, n * probabilities), math.exp(ways + float(cells @ np.log(probabilities))))
            )
    assert math.isclose(sum(weight for _, weight in outcomes), 1, rel_tol=1e-9)
    for x, _ in outcomes:
        exact = sum(weight for y, weight in outcomes if y >= x - 1e-12)
        assert exact <= tail_bound(x, len(p)) * (1 + 1e-9)


def chi_square_tail(x: float, freedom: int) -> float:
    """P(chi-square >= x), for an even number of degrees of freedom."""
    return math.exp(-x / 2) * sum((x / 2) ** j / math.factorial(j) for j in range(freedom // 2))


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("freedom", [2, 10, 30])
def test_the_tail_bound_is_not_far_above_the_chi_square_limit(alpha: float, freedom: int) -> None:
    """The bound refuses statistics at 1.8 times the chi-square limit."""
    limit = next(x for x in np.arange(1, 200, 0.25) if chi_square_tail(x, freedom) < alpha)
    assert tail_bound(1.8 * limit / 2, freedom + 1) < alpha


@pytest.mark.parametrize("draws", [20, 200, 5000])
def test_no_false_alarm_where_alpha_allows_none(draws: int) -> None:
    for alpha in ALPHAS:
        assert share_failed(P, P, draws, alpha, range(2000)) == 0


@pytest.mark.parametrize("alpha", [0.5, 0.9, 0.99])
def test_false_alarms_at_a_large_alpha_occur_and_stay_below_it(alpha: float) -> None:
    """A test that does nothing would give 0, a broken one more than alpha."""
    assert 0 < share_failed(P, P, 300, alpha, range(4000)) < alpha
    assert 0 < share_failed(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 300, alpha, range(4000)) < alpha


WRONG = {
    "uniform": np.full(8, 1 / 8),
    "temperature ignored": P**1.5 / np.sum(P**1.5),
    "hotter": P**0.7 / np.sum(P**0.7),
    "argmax": np.eye(8)[0],
    "two swapped": P[[1, 0, 2, 3, 4, 5, 6, 7]],
    "reversed": P[::-1],
}


@pytest.mark.parametrize("name", WRONG)
def test_power(name: str) -> None:
    assert share_failed(WRONG[name], P, 3000, 1e-9, range(300)) == 1


def test_an_impossible_outcome_fails_at_once() -> None:
    p = np.array([0.5, 0.5, 0])
    checks.distribution("here", np.array([50, 50, 0]), p, alpha=1e-9)
    with pytest.raises(CheckFailed, match="outcome 2 was drawn, of probability 0"):
        checks.distribution("here", np.array([50, 50, 1]), p, alpha=1e-9)
    checks.distribution("here", np.array([0, 0, 100]), np.array([0, 0, 1.0]), alpha=1e-9)


def test_pooling_goes_by_the_probabilities_alone() -> None:
    observed, expected = pooled(np.array([90, 4, 3, 3]), np.array([88.0, 6, 3, 3]))
    assert expected.tolist() == [6, 88, 6]
    assert observed.tolist() == [4, 90, 6]
    assert pooled(np.array([97, 2, 1]), np.array([94.0, 5.5, 0.5]))[1].tolist() == [94, 6]
    assert pooled(np.array([2, 1]), np.array([1.5, 1.5]))[1].tolist() == [3]


@pytest.mark.parametrize("counts", [[1, 2], [0, 0, 0], [-1, 2, 3], [0.5, 1, 1], [1, 2, 3, 4], None, [2, 1, 1]])
def test_counts_that_tell_nothing(counts: object) -> None:
    with pytest.raises(CheckFailed, match="draws"):
        checks.distribution("here", counts, np.array([0.5, 0.25, 0.25]), alpha=1e-6)


@pytest.mark.parametrize("p", [[0.5, 0.6], [1.5, -0.5], [[1.0]], [0.5, np.nan]])
def test_probabilities_that_are_none_are_the_suites_fault(p: list[float]) -> None:
    with pytest.raises(TaskError, match="sum 1"):
        checks.distribution("here", np.array([5, 5]), np.array(p), alpha=1e-6)


@pytest.mark.parametrize("alpha", [0, 1, -1, math.nan])
def test_alpha_must_be_between_0_and_1(alpha: float) -> None:
    with pytest.raises(TaskError, match="alpha"):
        checks.distribution("here", np.array([5, 5]), np.array([0.5, 0.5]), alpha=alpha)


# one distribution per draw --------------------------------------------------------------------------------------------


def rows(n: int, seed: int) -> np.ndarray:
    """Distributions over 7 words, all different, one word cut from each."""
    p = np.random.default_rng(seed).dirichlet(np.full(7, 0.7), size=n)
    p[np.arange(n), np.arange(n) % 7] = 0
    return p / p.sum(axis=1, keepdims=True)


def drawn(p: np.ndarray, seed: int) -> np.ndarray:
    """One draw from each row."""
    return (p.cumsum(axis=1) > np.random.default_rng(seed).random((len(p), 1))).argmax(axis=1)


def refused(chosen: np.ndarray, p: np.ndarray, alpha: float, seed: int) -> bool:
    """Whether `draws` refuses."""
    try:
        checks.draws("here", chosen, p, alpha=alpha, seed=seed)
    except CheckFailed:
        return True
    return False


def test_draws_false_alarms() -> None:
    p = rows(400, 0)
    assert not any(refused(drawn(p, seed), p, 1e-6, seed) for seed in range(1000))
    assert sum(refused(drawn(p, seed), p, 0.3, seed) for seed in range(1000)) < 300


@pytest.mark.parametrize("power", [0, 0.5, 2, 50], ids=["uniform", "hotter", "colder", "argmax"])
def test_draws_power(power: float) -> None:
    p = rows(2000, 0)
    other = np.where(p > 0, p, 0) ** power * (p > 0)
    other /= other.sum(axis=1, keepdims=True)
    assert all(refused(drawn(other, seed), p, 1e-9, seed) for seed in range(50))


def test_draws_refuses_what_cannot_be() -> None:
    p = rows(100, 0)
    right = drawn(p, 0)
    impossible = right.copy()
    impossible[41] = 41 % 7
    with pytest.raises(CheckFailed, match=r"an outcome of probability 0, at \[41\]"):
        checks.draws("here", impossible, p, alpha=1e-9, seed=0)
    for chosen in (right[:-1], right + 7, right - 7, right.astype(float), None, "a" * 100, right[:, None]):
        with pytest.raises(CheckFailed, match="100 ids from 0 to 6"):
            checks.draws("here", chosen, p, alpha=1e-9, seed=0)
    checks.draws("here", right.tolist(), p, alpha=1e-9, seed=0)
    with pytest.raises(TaskError, match="one row"):
        checks.draws("here", right, p[0], alpha=1e-9, seed=0)
