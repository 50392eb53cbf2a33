"""Hidden inputs: the random arguments of a suite's questions, in one of several variants.

The variant of a submission is chosen before its suite runs (`autograder.grading.variants`). A suite draws only
through `hidden_rng`, and passes a seed on only as `hidden_seed`. Variant 0 uses the plain seed. Calibrated inputs
(training tasks and their thresholds) do not vary: they are drawn with the plain seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from autograder.errors import TaskError

VARIANTS = 4
STRIDE = 1_000_003  # between the same seed in two variants: far above any seed that a suite writes down

TRIALS = 1000

_variant: ContextVar[int] = ContextVar("variant", default=0)


@contextmanager
def in_variant(variant: int) -> Iterator[None]:
    """Draw the hidden inputs of this variant inside the block. Raises ValueError for a negative one."""
    if variant < 0:
        raise ValueError(f"a variant is not negative: {variant}")
    before = _variant.set(variant)
    try:
        yield
    finally:
        _variant.reset(before)


def hidden_seed(seed: int) -> int:
    """The seed that replaces `seed` in the current variant, for code that takes a seed and not a generator."""
    return seed + STRIDE * _variant.get()


def hidden_rng(seed: int) -> np.random.Generator:
    """A fresh generator of the current variant; `numpy.random.default_rng(seed)` in variant 0."""
    return np.random.default_rng(hidden_seed(seed))


def telling_seed(seed: int, tells: Callable[[int], bool]) -> int:
    """The first of seed, seed + 1000, seed + 2000 ... whose draws, in the current variant, would reveal a mistake.

    tells  whether the draws from a seed would reveal one; computed with the reference alone, never with student code
    Raises TaskError if none of TRIALS does.
    """
    for trial in range(seed, seed + 1000 * TRIALS, 1000):
        if tells(trial):
            return trial
    raise TaskError(f"of {TRIALS} draws from {seed} on, none in variant {_variant.get()} would show a mistake")
