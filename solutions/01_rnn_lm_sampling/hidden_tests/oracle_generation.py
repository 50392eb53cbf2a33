"""Exact distributions of wrong generators, to place a hypothesis test of `generate` where it finds their mistakes.

Texts of three words have an exact distribution, and so have those of a wrong generator if its mistake is
known: both are computed with the reference's model at the suite's weights. Weights whose words depend too little
on earlier words would hide a mistake, so weights are drawn again until none is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing.checks.distributions import divergence, pooled, tail_bound
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import telling_seed

from .oracle_rnnlm import filled_oracle
from .oracle_sampling import (
    ALPHA,
    DRAWS,
    GAIN,
    SMALL,
    joint,
    next_distribution,
)

START, FOLLOW = 1, 2
SURELY = 4  # standard deviations between the statistic of a mistake and one that would pass
READS = 6  # upper limit of all reads of the last word, by a generator that redraws instead of skipping
Texts = dict[tuple[int, ...], float]


@dataclass(frozen=True)
class Scenario:
    """One hypothesis test: the weights' seed, the words read before, and the arguments of generate.

    skips  the number of likeliest first words to be skipped: `drawn` finds them
    """

    name: str
    seed: int
    before: tuple[int, ...] = ()
    asked: dict[str, Any] = field(default_factory=dict)
    skips: int = 0

    def model(self, reference: SimpleNamespace) -> Any:
        """The reference's generator at the scenario's weights."""
        return filled_oracle(reference, "RnnlmGen", SMALL, self.seed, GAIN)

    def drawn(self, reference: SimpleNamespace, seed: int) -> Scenario:
        """The same scenario with other weights."""
        moved = replace(self, seed=seed)
        if not self.skips:
            return moved
        likely = next_distribution(reference, moved.model(reference), START)
        return replace(moved, asked={**self.asked, "skip_ids": np.argsort(-likely)[: self.skips].tolist()})

    def telling(self, reference: SimpleNamespace) -> Scenario:
        """The same scenario with weights at which its named mistakes are found."""
        return self.drawn(reference, telling_seed(self.seed, lambda seed: self.drawn(reference, seed).tells(reference)))

    def tells(self, reference: SimpleNamespace) -> bool:
        """Whether its test misses each of its mistakes at most once in ten thousand times."""
        right = exact(reference, self)
        return all(is_found(written, right) for _, written in mistakes(reference, self, right))


FRESH = Scenario("from a fresh state", 198)
AFTER_TWO_WORDS = Scenario("after two words were read", 182, (3, 0))
AT_TEMPERATURE = Scenario("at temperature 2.5", 193, asked={"temperature": 2.5})
SKIPPING = Scenario("with two words skipped", 132, skips=2)
SCENARIOS = (FRESH, AFTER_TWO_WORDS, AT_TEMPERATURE, SKIPPING)


def exact(reference: SimpleNamespace, case: Scenario, **changed: Any) -> Texts:
    """The distribution of the texts; `changed` replaces arguments, as a wrong answer does."""
    asked = {**case.asked, **changed}
    before: Sequence[int] = asked.pop("before", case.before)
    return joint(reference, case.model(reference), before, START, FOLLOW, SMALL.V, **asked)


def mistakes(reference: SimpleNamespace, case: Scenario, right: Texts) -> Iterator[tuple[str, Texts]]:
    """Name and distribution of each mistake that this scenario must find, those quickly computed first."""
    yield "state lost after each word", stateless(reference, case, right)
    yield "argmax", argmax(right)
    yield "uniform", uniform(right)
    if case.before:
        yield "state reset first", exact(reference, case, before=())
    if "temperature" in case.asked:
        yield "temperature ignored", exact(reference, case, temperature=1.0)
    elif case.skips:
        yield "skip by resampling that advances the state", resampled(reference, case, right)
    else:
        yield "temperature 1.5 throughout", exact(reference, case, temperature=1.5)


def is_found(written: Texts, right: Texts) -> bool:
    """Whether texts distributed as in `written` fail the test, even if they look SURELY deviations better."""
    expected = np.array(list(right.values()))
    shares = np.array([written[text] for text in right])
    if np.any((expected == 0) & (shares > 0.05)):
        return True
    observed, awaited = pooled(shares / shares.sum() * DRAWS, expected / expected.sum() * DRAWS)
    statistic = divergence(observed, awaited)
    spread = np.sqrt(2 * statistic + (len(awaited) - 1) / 2)  # twice the statistic is roughly noncentral chi-square
    return tail_bound(float(statistic - SURELY * spread), len(awaited)) < ALPHA


def argmax(texts: Texts) -> Texts:
    """The distribution when the most probable word is picked each time, given the right distribution."""
    first = max(range(SMALL.V), key=lambda word: sum(p for text, p in texts.items() if text[0] == word))
    best = max((text for text in texts if text[0] == first), key=lambda text: texts[text])
    return {text: float(text == best) for text in texts}


def uniform(texts: Texts) -> Texts:
    """The distribution when all possible words are equally frequent."""
    words = sorted({text[0] for text, p in texts.items() if p > 0})
    return {text: float(set(text) <= set(words)) / len(words) ** FOLLOW for text in texts}


def stateless(reference: SimpleNamespace, case: Scenario, right: Texts) -> Texts:
    """The distribution when each word is drawn as if only the one before it had been read."""
    steps = [next_distribution(reference, case.model(reference), last, **case.asked) for last in range(SMALL.V)]
    return {(a, b): float(steps[START][a] * steps[a][b]) for a, b in right}


def resampled(reference: SimpleNamespace, case: Scenario, right: Texts) -> Texts:
    """The distribution when words to skip are drawn and discarded, but each time the model rereads its last word."""
    skip = case.asked["skip_ids"]
    written: Texts = {}
    for first, p, read in _draws(reference, case, [START], skip):
        for second, q, _ in _draws(reference, case, [*read, first], skip):
            written[first, second] = written.get((first, second), 0.0) + p * q
    total = sum(written.values())
    return {text: written.get(text, 0.0) / total for text in right}


def _draws(
    reference: SimpleNamespace, case: Scenario, read: list[int], skip: Sequence[int]
) -> Iterator[tuple[int, float, list[int]]]:
    """(kept word, its probability, words read by the model up to then)."""
    mass = 1.0
    for _ in range(READS):
        p = after(reference, case, read)
        yield from ((word, mass * float(p[word]), read) for word in range(SMALL.V) if word not in skip)
        mass *= float(p[list(skip)].sum())
        read = [*read, read[-1]]


def after(reference: SimpleNamespace, case: Scenario, read: Sequence[int]) -> Array:
    """The model's next-word probabilities, nothing skipped, after reading these words from a fresh state."""
    scores = case.model(reference).predict(np.array([list(read)]))[0, -1].astype(np.float64)
    return np.asarray(reference.next_word_probabilities(scores))
