"""Decide whether a wrong forward is still nearly the function that was asked for.

Only then does backward earn marks of its own: the gradients of a forward that adds up all its numbers take no work.
The student's gradients are compared with the reference's at the same arguments. Where the reference's differ from
entry to entry, or turn when an argument moves, those of a nearly right forward usually do too. The bank's wrong
forwards lack at most 2 in 100 of these traits; forwards invented to have easy gradients lack 18 and more
(tests/testing/test_likeness.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.testing.checks.plain_values import Array

LEEWAY = 0.1  # of the traits may be missing ...
FEW_TRAITS = (
    0.3  # ... but more of simple functions, whose gradients do little: one that is not squashed lacks 27 in 100
)
MOVE = 0.5  # length of a move, relative to the size of the argument's numbers
NOTICEABLE = 0.05  # of the reference's gradients: a smaller change is not a trait
SHARE = 0.02  # of the reference's trait: a smaller one of the student's is missing
QUARTERS = 4  # an LSTM's four gates lie side by side on the last axis


@dataclass(frozen=True)
class Side:
    """A function from its arguments to the gradients of a loss, and the arguments at which it is examined.

    gradients   function from a list of arrays to one array for each that has a gradient
    arguments   arrays of floats; those that have a gradient come first, in the order of the gradients
    """

    gradients: Callable[[list[Array]], list[Array]]
    arguments: Sequence[Array]

    def moved(self, only: int | None = None, sign: int = 1) -> list[Array]:
        """The gradients after moving every argument, or only one, by a part of its size."""
        arguments = []
        for j, array in enumerate(self.arguments):
            step = sign * MOVE * max(_size(array), 0.1) * np.random.default_rng(j).standard_normal(array.shape)
            arguments.append((array + step).astype(array.dtype) if only in (None, j) else array)
        return self.gradients(arguments)


@dataclass(frozen=True)
class Trait:
    """One property of gradients, and its strength relative to their size, the student's and the reference's."""

    name: str
    yours: float
    reference: float

    @property
    def missing(self) -> bool:
        """Whether the reference's gradients have it and the student's do not."""
        return not self.yours > SHARE * self.reference


def is_alike(yours: Side, reference: Side, leeway: float = LEEWAY, may_be_idle: int = 0) -> bool:
    """Whether the student's gradients have most traits of the reference's.

    leeway        the share of the traits that may be missing
    may_be_idle   the number of arrays that may have no gradient at all without being counted
    """
    seen = [trait for trait in traits(yours, reference, may_be_idle) if trait.reference > NOTICEABLE]
    return sum(trait.missing for trait in seen) <= leeway * len(seen)


def traits(yours: Side, reference: Side, may_be_idle: int = 0) -> list[Trait]:
    """Traits of gradients: differing along an axis or between gates, turning when an argument moves, curving."""
    resting = [side.gradients(list(side.arguments)) for side in (yours, reference)]
    idle = [i for i, gradient in enumerate(resting[0]) if not gradient.any()]
    looked_at = [i for i in range(len(resting[1])) if i not in idle or len(idle) > may_be_idle]
    observed = [trait for i in looked_at for trait in _differences(i, resting[0][i], resting[1][i])]
    for j in range(len(reference.arguments)):
        if len(idle) > may_be_idle or j not in idle:
            displaced = [side.moved(only=j) for side in (yours, reference)]
            observed += _turns(f"when argument {j} moves", looked_at, resting, displaced)
    ahead, behind = ([side.moved(sign=sign) for side in (yours, reference)] for sign in (1, -1))
    middle = [[(a + b) / 2 for a, b in zip(*both, strict=True)] for both in zip(ahead, behind, strict=True)]
    return [*observed, *_turns("between two places", looked_at, resting, middle)]


def _differences(i: int, yours: Array, reference: Array) -> Iterator[Trait]:
    """Differences within one gradient: along each axis, and between gates."""
    if yours.shape != reference.shape:
        return
    for axis in range(reference.ndim):
        variations = (_size(g - g.mean(axis=axis, keepdims=True)) / max(_size(g), 1e-30) for g in (yours, reference))
        yield Trait(f"gradient {i} along axis {axis}", *variations)
    if reference.ndim and reference.shape[-1] % QUARTERS == 0 and reference.shape[-1] > QUARTERS:
        quarters = [np.split(g, QUARTERS, axis=-1) for g in (yours, reference)]
        for a, b in itertools.combinations(range(QUARTERS), 2):
            yield Trait(f"gradient {i} between gates {a} and {b}", *(_turned(side[a], side[b]) for side in quarters))


def _turns(
    name: str, looked_at: Sequence[int], resting: Sequence[Sequence[Array]], displaced: Sequence[Sequence[Array]]
) -> Iterator[Trait]:
    for i in looked_at:
        turned = (_turned(still[i], moved[i]) for still, moved in zip(resting, displaced, strict=True))
        yield Trait(f"gradient {i} {name}", *turned)


def _turned(still: Array, moved: Array) -> float:
    """The component of `moved` that is orthogonal to `still`, relative to the size of `moved`."""
    a, b = still.astype(np.float64), moved.astype(np.float64)
    along = a * (np.vdot(a, b) / max(float(np.vdot(a, a)), 1e-300))
    return _size(b - along) / max(_size(b), 1e-30)


def _size(array: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
