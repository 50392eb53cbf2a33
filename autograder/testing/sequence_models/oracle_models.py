"""Encoders, decoders and models of both, with weights of the suite's own in the student's and in the oracle's.

A class is given by its name; shapes are those of the reference's `params`. The student's arrays are found by shape,
so that another order of `params` costs the test of that order and no other.

Greedy answers are worked out by the oracle's `forward` on growing texts. A case is taken only if the best score of
each step stands clear of the second, so that sums in another order give the same answer, and if the answers tell
apart what they must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.received import Array
from autograder.testing.hidden_inputs import TRIALS, hidden_rng
from autograder.testing.sequence_models import weights as drawn
from autograder.testing.sequence_models.model_pair import Twins
from autograder.testing.sequence_models.weights import LARGE, Sizes, own_weights, text
from autograder.testing.student import RemoteObject, Student

ENCODER = ("W of the embedding", "Wx", "Wh", "b")
DECODER = (*ENCODER, "W of the affine layer", "b of the affine layer")
BOTH_WAYS = (ENCODER[0], *(f"{part} {way}" for way in ("left to right", "right to left") for part in ENCODER[1:]))
N, S, T = 2, 13, 5
LOOKS_BACK = ("AttentionDecoder",)  # is handed all hidden states of the encoder, enc_hs (N, S, H), not h (N, H)
EVEN = ("BiEncoder", "BiAttentionSeq2seq")  # their H is shared by two directions
MARGIN = 1e-2  # between the two best scores of a step; float32 sums in another order differ by about 1e-6
LIVELY = 3.0  # gain of matrices that make each word written depend on all before it


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
    """V, D and H of the objects of that class, different primes; an even H is twice one."""
    return Sizes(H=14) if name in EVEN else Sizes()


def large_of(name: str) -> Sizes:
    """Sizes with weights enough to tell how they were drawn."""
    return replace(LARGE, H=2 * LARGE.H) if name in EVEN else LARGE


def twins(
    student: Student, reference: SimpleNamespace, name: str, seed: int, sizes: Sizes | None = None, gain: float = 1.5
) -> Twins:
    """Two objects of the class of that name with the same weights."""
    sizes = sizes or sizes_of(name)
    oracle = filled_oracle(reference, name, seed, sizes, gain)
    yours = student.new(name, *sizes.arguments, rng=student.rng(seed))
    weights = [param.copy() for param in oracle.params]
    fill(name, yours, weights)
    return Twins(yours, oracle, weights)


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
    """Order, shapes, dtype and spread of the weights that the student's class draws; grads that fit them."""
    sizes = large_of(name)
    oracle = getattr(reference, name)(*sizes.arguments)
    drawn.check_initial(student, name, names_of(oracle), sizes, shapes_of(oracle))
    drawn.check_differ_without_rng(student, name, sizes, shapes_of(oracle))
    drawn.check_grads_fit(student, name, sizes, shapes_of(oracle))


def fill(name: str, yours: RemoteObject, weights: Sequence[Array]) -> None:
    """Write weights into the student's `params`; if these are not all there, into those of its two parts."""
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
    """For each shape received, which of those wanted it is; None if they are not the same shapes.

    Of arrays of one shape the first comes first, unless all that is wanted has come with the decoder's part in front.
    """
    read = len(wanted) - len(DECODER)  # the arrays of a model's encoder
    turned = [*range(read, len(wanted)), *range(read)]
    if read >= len(ENCODER) and list(received) == [wanted[i] for i in turned]:
        return turned
    left, found = list(range(len(wanted))), []
    for shape in received:
        place = next((i for i in left if wanted[i] == shape), None)
        if place is None:
            return None
        left.remove(place)
        found.append(place)
    return found if not left else None


def handed(name: str, seed: int, rows: int = N, source: int = S) -> Array:
    """What a decoder of that class starts from: h (rows, H), or enc_hs (rows, source, H) if it looks back.

    float32, between -1 and 1, as an LSTM gives them.
    """
    H = sizes_of(name).H
    shape = (rows, source, H) if name in LOOKS_BACK else (rows, H)
    return hidden_rng(seed).uniform(-0.9, 0.9, shape).astype(np.float32)


def title_of(name: str) -> str:
    """What the second argument of a decoder of that class is called."""
    return "enc_hs" if name in LOOKS_BACK else "h"


def target(seed: int, rows: int, length: int, V: int, start_id: int = 1) -> Array:
    """Ids (rows, length), led by the start id."""
    ids = text(seed, rows, length, V)
    ids[:, 0] = start_id
    return ids


@dataclass(frozen=True)
class Asked:
    """What a decoder or a model is asked to write, and what it must write.

    seed       of the weights
    given      h (N, H) or enc_hs (N, S, H) of a decoder, or the source xs (N, S) of a model
    ids        the answer (N, size), without the start id
    """

    seed: int
    given: Array
    start_id: int
    ids: Array

    @property
    def size(self) -> int:
        """How many ids are asked for."""
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
    """A case for `generate` of that class: the first of many seeds whose answers are clear and telling.

    repeats  whether all rows are to write an id twice running, and then go on with others
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
    """Whether every row writes an id twice at the same two steps, and something else later."""
    twice = np.all(ids[:, 1:] == ids[:, :-1], axis=0)
    return any(bool(np.any(ids[:, t + 2 :] != ids[:, t : t + 1])) for t in np.flatnonzero(twice))


def with_every_id(reference: SimpleNamespace, name: str, size: int = 8, start_id: int = 4) -> list[Asked]:
    """Cases of one row in which every id is written before another one: it does not end the answer."""
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
    """The oracle's decoder and what it starts from: `given` itself, or what the encoder makes of it."""
    return (oracle.decoder, oracle.encoder.forward(given)) if hasattr(oracle, "encoder") else (oracle, given)


def _telling(decoder: Any, h: Array, start_id: int, ids: Array) -> bool:
    """Whether a mistake would show: another h, another start, a state forgotten at each step, a word fed again.

    Of all hidden states of a source also: the last one alone, and all of them the other way round.
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
    """What is written if every step starts from h again."""
    written = np.full((len(h), 1), start_id)
    for _ in range(size):
        scores = decoder.forward(written[:, -1:], h)[:, -1]
        written = np.concatenate([written, scores.argmax(axis=1)[:, None]], axis=1)
    return written[:, 1:]
