"""Encoders, decoders and models of both, the student's and the oracle's, filled with the suite's own weights.

A class is given by its name; shapes are those of the reference's `params`. The student's arrays are matched by shape,
so another order of `params` fails only the test of that order.

Greedy answers are computed with the oracle's `forward` on growing texts. A case is used only if the best score of
each step is clearly above the second, so that sums in another order give the same answer, and if the answers would
reveal the mistakes in question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import TRIALS, hidden_rng
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.weights import (
    LARGE,
    Sizes,
    check_differ_without_rng,
    check_grads_fit,
    check_initial,
    own_weights,
    text,
)
from autograder.testing.student import RemoteObject, Student

ENCODER = ("W of the embedding", "Wx", "Wh", "b")
DECODER = (*ENCODER, "W of the affine layer", "b of the affine layer")
BOTH_WAYS = (ENCODER[0], *(f"{part} {way}" for way in ("left to right", "right to left") for part in ENCODER[1:]))
N, S, T = 2, 13, 5
LOOKS_BACK = ("AttentionDecoder",)  # takes all hidden states of the encoder, enc_hs (N, S, H), not h (N, H)
EVEN = ("BiEncoder", "BiAttentionSeq2seq")  # H is split between two directions
MARGIN = 1e-2  # between the two best scores of a step; float32 sums in another order differ by about 1e-6
LIVELY = 3.0  # gain of matrices at which each generated word depends on all words before it


def names_of(oracle: Any) -> tuple[str, ...]:
    """A name for each of the oracle's `params`."""
    parts = {len(part): part for part in (ENCODER, BOTH_WAYS, DECODER)}
    if not hasattr(oracle, "encoder"):
        return parts[len(oracle.params)]
    read, write = parts[len(oracle.encoder.params)], parts[len(oracle.decoder.params)]
    return (*(f"{part} in the encoder" for part in read), *(f"{part} in the decoder" for part in write))


def shapes_of(oracle: Any) -> list[tuple[int, ...]]:
    """Shapes of the oracle's `params`."""
    return [param.shape for param in oracle.params]


def sizes_of(name: str) -> Sizes:
    """V, D and H for a class: different primes; an even H is twice a prime."""
    return Sizes(H=14) if name in EVEN else Sizes()


def large_of(name: str) -> Sizes:
    """Sizes with enough weights to test their distribution."""
    return replace(LARGE, H=2 * LARGE.H) if name in EVEN else LARGE


def model_pair(
    student: Student, reference: SimpleNamespace, name: str, seed: int, sizes: Sizes | None = None, gain: float = 1.5
) -> ModelPair:
    """The student's and the oracle's object of a class, with the same weights."""
    sizes = sizes or sizes_of(name)
    oracle = filled_oracle(reference, name, seed, sizes, gain)
    yours = student.new(name, *sizes.arguments, rng=student.rng(seed))
    weights = [param.copy() for param in oracle.params]
    fill(name, yours, weights)
    return ModelPair(yours, oracle, weights)


def filled_oracle(
    reference: SimpleNamespace, name: str, seed: int, sizes: Sizes | None = None, gain: float = 1.5
) -> Any:
    """The reference's object of that class, with weights of the suite's own."""
    oracle = getattr(reference, name)(*(sizes or sizes_of(name)).arguments, rng=hidden_rng(seed))
    own = own_weights(names_of(oracle), shapes_of(oracle), seed, gain)
    for param, value in zip(oracle.params, own, strict=True):
        param[...] = value
    return oracle


def check_drawn(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Check order, shapes, dtype and spread of the weights that the student's class draws, and the shapes of grads."""
    sizes = large_of(name)
    oracle = getattr(reference, name)(*sizes.arguments)
    check_initial(student, name, names_of(oracle), sizes, shapes_of(oracle))
    check_differ_without_rng(student, name, sizes, shapes_of(oracle))
    check_grads_fit(student, name, sizes, shapes_of(oracle))


def fill(name: str, yours: RemoteObject, weights: Sequence[Array]) -> None:
    """Write weights into the student's `params`; if some are missing there, into those of encoder and decoder."""
    wanted = [weight.shape for weight in weights]
    order = places(received_shapes(name, yours), wanted)
    if order is not None:
        yours.fill("params", [weights[i] for i in order])
    elif len(weights) > len(BOTH_WAYS):
        read = len(weights) - len(DECODER)
        fill(f"{name}.encoder", yours.ref("encoder"), weights[:read])
        fill(f"{name}.decoder", yours.ref("decoder"), weights[read:])
    else:
        raise CheckFailed(f"{name}.params: their shapes", str(received_shapes(name, yours))[:200], str(wanted))


def received_shapes(name: str, yours: RemoteObject, attribute: str = "params") -> list[tuple[int, ...]]:
    """Shapes of the student's `params` or `grads`, which must be a list of arrays."""
    value = yours.get(attribute)
    if type(value) not in (list, tuple) or not all(isinstance(item, np.ndarray) for item in value):
        raise CheckFailed(f"{name}.{attribute}", f"a {type(value).__name__}", "a list of arrays")
    return [item.shape for item in value]


def places(received: Sequence[tuple[int, ...]], wanted: Sequence[tuple[int, ...]]) -> list[int] | None:
    """For each shape received, the index of the wanted shape that it matches; None if the shapes differ.

    Arrays of one shape are matched in order, unless the decoder's arrays come before the encoder's.
    """
    read = len(wanted) - len(DECODER)  # the arrays of a model's encoder
    turned = [*range(read, len(wanted)), *range(read)]
    if read >= len(ENCODER) and list(received) == [wanted[i] for i in turned]:
        return turned
    left, positions = list(range(len(wanted))), []
    for shape in received:
        place = next((i for i in left if wanted[i] == shape), None)
        if place is None:
            return None
        left.remove(place)
        positions.append(place)
    return positions if not left else None


def handed(name: str, seed: int, rows: int = N, source: int = S) -> Array:
    """The initial state for a decoder of that class: h (rows, H), or enc_hs (rows, source, H) if it looks back.

    float32, between -1 and 1, like the states of an LSTM.
    """
    H = sizes_of(name).H
    shape = (rows, source, H) if name in LOOKS_BACK else (rows, H)
    return hidden_rng(seed).uniform(-0.9, 0.9, shape).astype(np.float32)


def title_of(name: str) -> str:
    """The name of the second argument of forward of that decoder class."""
    return "enc_hs" if name in LOOKS_BACK else "h"


def target(seed: int, rows: int, length: int, V: int, start_id: int = 1) -> Array:
    """Ids (rows, length) that begin with the start id."""
    ids = text(seed, rows, length, V)
    ids[:, 0] = start_id
    return ids


@dataclass(frozen=True)
class Asked:
    """A request to `generate` and the wanted answer.

    seed       seed of the weights
    given      h (N, H) or enc_hs (N, S, H) of a decoder, or the source xs (N, S) of a model
    ids        the answer (N, size), without the start id
    """

    seed: int
    given: Array
    start_id: int
    ids: Array

    @property
    def size(self) -> int:
        """The number of ids requested."""
        return int(self.ids.shape[1])


def greedy(decoder: Any, h: Array, start_id: int, size: int) -> tuple[Array, float]:
    """The oracle's answer (N, size) by `forward` on growing texts, and the smallest margin of its choices."""
    written = np.full((len(h), 1), start_id)
    margin = np.inf
    for _ in range(size):
        scores = decoder.forward(written, h)[:, -1]
        best = np.sort(scores, axis=1)
        margin = min(margin, float(np.min(best[:, -1] - best[:, -2])))
        written = np.concatenate([written, scores.argmax(axis=1)[:, None]], axis=1)
    return written[:, 1:], margin


def asked(
    reference: SimpleNamespace,
    name: str,
    seed: int,
    rows: int = 3,
    size: int = 5,
    start_id: int = 4,
    repeats: bool = False,
) -> Asked:
    """A case for `generate` of that class: the first of many seeds with clear and telling answers.

    repeats  whether all rows must contain an id twice in a row, followed by others
    """
    for trial in range(100 * seed, 100 * seed + TRIALS):
        oracle = filled_oracle(reference, name, trial, gain=LIVELY)
        given = text(trial, rows, S, 11) if hasattr(oracle, "encoder") else handed(name, trial, rows)
        decoder, h = decoder_of(oracle, given)
        ids, margin = greedy(decoder, h, start_id, size)
        if margin > MARGIN and (_repeats(ids) or not repeats) and _telling(decoder, h, start_id, ids):
            return Asked(trial, given, start_id, ids)
    raise AssertionError(f"no clear and telling answer of {name} in {TRIALS} seeds")


def _repeats(ids: Array) -> bool:
    """Whether every row repeats an id at the same two steps and has another id later."""
    twice = np.all(ids[:, 1:] == ids[:, :-1], axis=0)
    return any(bool(np.any(ids[:, t + 2 :] != ids[:, t : t + 1])) for t in np.flatnonzero(twice))


def with_every_id(reference: SimpleNamespace, name: str, size: int = 8, start_id: int = 4) -> list[Asked]:
    """Cases of one row in which every id occurs before another one, so that no id may end the answer."""
    left, cases = set(range(sizes_of(name).V)), []
    for seed in range(5000, 5400):
        oracle = filled_oracle(reference, name, seed, gain=LIVELY)
        given = text(seed, 1, S, 11) if hasattr(oracle, "encoder") else handed(name, seed, 1)
        ids, margin = greedy(*decoder_of(oracle, given), start_id, size)
        goes_on = {int(id) for t, id in enumerate(ids[0]) if np.any(ids[0, t + 1 :] != id)}
        if margin > MARGIN and left & goes_on:
            cases.append(Asked(seed, given, start_id, ids))
            left -= goes_on
        if not left:
            return cases
    raise AssertionError(f"{name} does not write every id in 400 seeds")


def decoder_of(oracle: Any, given: Array) -> tuple[Any, Array]:
    """The oracle's decoder and its initial state: `given` itself, or the encoder's result for it."""
    return (oracle.decoder, oracle.encoder.forward(given)) if hasattr(oracle, "encoder") else (oracle, given)


def _telling(decoder: Any, h: Array, start_id: int, ids: Array) -> bool:
    """Whether the answer reveals another h, another start id, a state forgotten at each step or a repeated input word.

    With all hidden states of a source also: the last one alone, and all of them in reverse order.
    """
    size = ids.shape[1]
    others = [greedy(decoder, -h, start_id, size)[0], greedy(decoder, h, start_id + 1, size)[0]]
    if size > 1:
        others += [_forgetful(decoder, h, start_id, size), np.repeat(ids[:, :1], size, axis=1)]
    if h.ndim > 2:
        others += [greedy(decoder, other, start_id, size)[0] for other in (h[:, -1:], h[:, ::-1])]
    rows_differ = len({tuple(row) for row in ids.tolist()}) == len(ids) or size == 1
    return rows_differ and all(np.any(ids != other) for other in others)


def _forgetful(decoder: Any, h: Array, start_id: int, size: int) -> Array:
    """The answer of a decoder that starts every step from h."""
    written = np.full((len(h), 1), start_id)
    for _ in range(size):
        scores = decoder.forward(written[:, -1:], h)[:, -1]
        written = np.concatenate([written, scores.argmax(axis=1)[:, None]], axis=1)
    return written[:, 1:]
