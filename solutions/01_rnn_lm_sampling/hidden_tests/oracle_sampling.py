"""The exact distribution of a language model's texts: every short text and its probability, by the reference."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, words
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.weights import Sizes
from autograder.testing.student import Call

ALPHA = 1e-7  # of one hypothesis test; those of `generate` together stay below 1e-6
DRAWS = 800  # texts per hypothesis test: calibration/sampling_power.md
TOGETHER = 50  # of them requested at once
SMALL = Sizes(V=5, D=3, H=7)
GAIN = 4.0  # weights that make the next word depend on every word so far


def next_distribution(reference: SimpleNamespace, oracle: Any, word: int, **controls: Any) -> Array:
    """The distribution of the word after `word`; the oracle's state moves on by one step."""
    scores = oracle.predict(np.array([[word]]))[0, -1].astype(np.float64)
    return np.asarray(reference.next_word_probabilities(scores, **controls))


def joint(
    reference: SimpleNamespace,
    oracle: Any,
    before: Sequence[int],
    start: int,
    follow: int,
    vocab_size: int,
    **controls: Any,
) -> dict[tuple[int, ...], float]:
    """Every text of `follow` words after `start`, with its probability, after the words `before` were read."""
    texts: dict[tuple[int, ...], float] = {(): 1.0}
    for length in range(follow):
        longer = {}
        for written, probability in texts.items():
            oracle.reset_state()
            for word in [*before, start, *written][:-1]:
                oracle.predict(np.array([[word]]))
            p = next_distribution(reference, oracle, [start, *written][-1], **controls)
            longer.update({(*written, word): probability * float(p[word]) for word in range(vocab_size)})
        texts = longer
        assert len(texts) == vocab_size ** (length + 1)
    return texts


def count_texts(
    label: str, pair: ModelPair, rng: Any, draws: int, before: Sequence[int], start: int, follow: int, **asked: Any
) -> Counter[tuple[int, ...]]:
    """The frequency of each text of the student's model, which each time starts afresh and reads the words `before`."""
    seen: Counter[tuple[int, ...]] = Counter()
    reads = [Call("reset_state"), *([Call("predict", np.array([list(before)]))] if before else [])]
    text = [*reads, Call("generate", start, sample_size=follow + 1, rng=rng, **asked)]
    for _ in range(0, draws, TOGETHER):
        for value in pair.yours.many(text * TOGETHER)[len(reads) :: len(text)]:
            written = words(label, value)
            checks.equal(f"{label}: its length", len(written), follow + 1)
            seen[tuple(written[1:])] += 1
    return seen


def read_before(call: Any, before: Sequence[int]) -> None:
    """Reset the state and read some words, one text of one row."""
    call("reset_state")
    if before:
        call("predict", np.array([list(before)]))


def of_oracle(oracle: Any) -> Any:
    """The oracle's methods, called like those of a student's object."""
    return lambda method, *args, **kwargs: getattr(oracle, method)(*args, **kwargs)


def check_texts(label: str, seen: Counter[tuple[int, ...]], exact: dict[tuple[int, ...], float]) -> None:
    """Test the texts written against the exact distribution: a hypothesis test at ALPHA."""
    strange = [written for written in seen if written not in exact]
    checks.equal(f"{label}: texts of words that are not in the vocabulary", len(strange), 0)
    order = list(itertools.islice(exact, None))
    counts = np.array([seen[written] for written in order])
    checks.distribution(label, counts, np.array([exact[written] for written in order]), alpha=ALPHA)
