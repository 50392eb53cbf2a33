"""What wrong generators write, exactly: so that a hypothesis test of `generate` is made where it finds their mistakes.

A text of three words has an exact distribution, and so has what a wrong generator writes, as long as its mistake is
known: both are worked out with the reference's model at the suite's weights. Weights whose words do not depend enough
on what was read would hide a mistake; weights are drawn until they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing.checks.distributions import divergence, pooled, tail_bound
from autograder.testing.checks.received import Array
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
SURELY = 4  # standard deviations between what a mistake leads to and what would pass
READS = 6  # how often the last word is read in all, at most, by one who draws again instead of skipping
Texts = dict[tuple[int, ...], float]


@dataclass(frozen=True)
class Scenario:
    """One hypothesis test: the weights' seed, the words read before, and what generate is asked for.

    skips  how many of the likeliest first words are to be skipped: `at` says which
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
        """The same with other weights."""
        moved = replace(self, seed=seed)
        if not self.skips:
            return moved
        likely = next_distribution(reference, moved.model(reference), START)
        return replace(moved, asked={**self.asked, "skip_ids": np.argsort(-likely)[: self.skips].tolist()})

    def telling(self, reference: SimpleNamespace) -> Scenario:
        """The same with weights at which its named mistakes are found."""
        return self.drawn(reference, telling_seed(self.seed, lambda seed: self.drawn(reference, seed).tells(reference)))

    def tells(self, reference: SimpleNamespace) -> bool:
        """Whether its test finds each of its mistakes but for one time in ten thousand and fewer."""
        right = exact(reference, self)
        return all(is_found(written, right) for _, written in mistakes(reference, self, right))


FRESH = Scenario("from a fresh state", 198)
AFTER_TWO_WORDS = Scenario("after two words were read", 182, (3, 0))
AT_TEMPERATURE = Scenario("at temperature 2.5", 193, asked={"temperature": 2.5})
SKIPPING = Scenario("with two words skipped", 132, skips=2)
SCENARIOS = (FRESH, AFTER_TWO_WORDS, AT_TEMPERATURE, SKIPPING)


def exact(reference: SimpleNamespace, case: Scenario, **changed: Any) -> Texts:
    """The distribution of the texts; `changed` asks for something else, as a wrong answer does."""
    asked = {**case.asked, **changed}
    before: Sequence[int] = asked.pop("before", case.before)
    return joint(reference, case.model(reference), before, START, FOLLOW, SMALL.V, **asked)


def mistakes(reference: SimpleNamespace, case: Scenario, right: Texts) -> Iterator[tuple[str, Texts]]:
    """What named mistakes write that this scenario is there to find, those quickly worked out first."""
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
    """Whether texts that come as `written` says fail the test, even where they look SURELY better than they are."""
    expected = np.array(list(right.values()))
    shares = np.array([written[text] for text in right])
    if np.any((expected == 0) & (shares > 0.05)):
        return True
    observed, awaited = pooled(shares / shares.sum() * DRAWS, expected / expected.sum() * DRAWS)
    statistic = divergence(observed, awaited)
    spread = np.sqrt(2 * statistic + (len(awaited) - 1) / 2)  # twice the statistic is about noncentral chi-square
    return tail_bound(float(statistic - SURELY * spread), len(awaited)) < ALPHA


def argmax(texts: Texts) -> Texts:
    """What picking the most probable word each time writes, given the right distribution."""
    first = max(range(SMALL.V), key=lambda word: sum(p for text, p in texts.items() if text[0] == word))
    best = max((text for text in texts if text[0] == first), key=lambda text: texts[text])
    return {text: float(text == best) for text in texts}


def uniform(texts: Texts) -> Texts:
    """Every word that may come, equally often."""
    words = sorted({text[0] for text, p in texts.items() if p > 0})
    return {text: float(set(text) <= set(words)) / len(words) ** FOLLOW for text in texts}


def stateless(reference: SimpleNamespace, case: Scenario, right: Texts) -> Texts:
    """Each word drawn as if only the one before it had been read."""
    steps = [next_distribution(reference, case.model(reference), last, **case.asked) for last in range(SMALL.V)]
    return {(a, b): float(steps[START][a] * steps[a][b]) for a, b in right}


def resampled(reference: SimpleNamespace, case: Scenario, right: Texts) -> Texts:
    """Words to skip are drawn and thrown away, but the model has read its last word once more each time."""
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
    """(word that is kept, how probably, what the model has read by then)."""
    mass = 1.0
    for _ in range(READS):
        p = after(reference, case, read)
        yield from ((word, mass * float(p[word]), read) for word in range(SMALL.V) if word not in skip)
        mass *= float(p[list(skip)].sum())
        read = [*read, read[-1]]


def after(reference: SimpleNamespace, case: Scenario, read: Sequence[int]) -> Array:
    """The model's next-word probabilities, nothing skipped, after reading those words from a fresh state."""
    scores = case.model(reference).predict(np.array([list(read)]))[0, -1].astype(np.float64)
    return np.asarray(reference.next_word_probabilities(scores))
