"""Texts and rows of assignment 07, and what collate and bucketed_batches are to make of them, by plain loops."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks import comparison_count, distribution
from autograder.testing.checks.plain_values import Array, described
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.student import RemoteObject, Student

PAD, SOS, EOS, UNK = 0, 1, 2, 3
KNOWN, UNKNOWN = "red two cats 2031 월 blue dogs".split(), "zorkmid 77 zébu".split()  # one token each
ALPHA = 4e-10  # of each of two tests of chance: a right answer fails one of them with probability at most 8e-10


def drawn_pairs(seed: int, counts: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    """A pair of texts for each pair of numbers of words; about a quarter of the words have no id."""
    rng = hidden_rng(seed)

    def text(count: int) -> str:
        return " ".join(str(rng.choice(UNKNOWN if rng.random() < 0.25 else KNOWN)) for _ in range(count))

    return [(text(source), text(target)) for source, target in counts]


def batch_of(pairs: Sequence[tuple[str, str]], src_vocab: Any, tgt_vocab: Any) -> list[Array]:
    """src, src_lengths and tgt, filled in id by id."""
    sources = [[*src_vocab.encode(source), EOS] for source, _ in pairs]
    targets = [[SOS, *tgt_vocab.encode(target), EOS] for _, target in pairs]
    return [_filled(sources), np.array([len(row) for row in sources]), _filled(targets)]


def _filled(rows: Sequence[Sequence[int]]) -> Array:
    filled = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for n, row in enumerate(rows):
        for t, id in enumerate(row):
            filled[n, t] = id
    return filled


def listed_batches(label: str, batches: Any, count: int) -> list[list[int]]:
    """The batches, if they are lists of plain ints from 0 to count - 1 and none is empty. Raises CheckFailed."""
    comparison_count.note()
    if type(batches) is not list or not all(type(batch) is list for batch in batches):
        inner = next((batch for batch in batches if type(batch) is not list), None) if type(batches) is list else None
        raise CheckFailed(label, described(batches) if inner is None else f"a batch is {described(inner)}",
                          "a list of lists of int")  # fmt: skip
    for index in itertools.chain(*batches):
        if type(index) is not int:
            raise CheckFailed(label, f"an index is {described(index)}", "plain ints")
        if not 0 <= index < count:
            raise CheckFailed(label, f"an index is {index}", f"indices from 0 to {count - 1}")
    if not all(batches):
        raise CheckFailed(label, "a batch is empty", "batches with a row at least")
    return batches


def padding(batches: Sequence[Sequence[int]], lengths: Sequence[int]) -> int:
    """How many places are filled up if each batch is as wide as its longest row."""
    return sum(max(lengths[i] for i in batch) - lengths[j] for batch in batches for j in batch)


def allowed_padding(lengths: Sequence[int], size: int) -> int:
    """The larger padding of two ways to cut sorted rows: from the shortest on, and from the longest on."""
    rows = sorted(range(len(lengths)), key=lambda i: lengths[i])
    ways = (rows, rows[::-1])
    return max(padding([way[i : i + size] for i in range(0, len(way), size)], lengths) for way in ways)


def drawn_orders(student: Student, rng: RemoteObject, lengths: list[int], size: int, times: int) -> list[list[Any]]:
    """What bucketed_batches gives, again and again, with one generator."""
    kept = student.put(lengths)
    label = f"bucketed_batches of {len(lengths)} rows"
    return [
        listed_batches(label, student.call("bucketed_batches", kept, size, rng), len(lengths)) for _ in range(times)
    ]


def check_orders(label: str, orders: Sequence[tuple[int, ...]], things: Sequence[int]) -> None:
    """Check that every order of different things is equally likely."""
    places = {order: place for place, order in enumerate(itertools.permutations(things))}
    comparison_count.note()
    for order in orders:
        if order not in places:
            raise CheckFailed(label, f"one call gives {list(order)}", f"{list(things)}, in any order")
    counts = Counter(places[order] for order in orders)
    if len(counts) == 1:
        raise CheckFailed(label, f"the same order every time, {list(orders[0])}", "every order equally often")
    shares = np.full(len(places), 1 / len(places))
    seen = np.array([counts[place] for place in range(len(places))])
    try:
        distribution(label, seen, shares, alpha=ALPHA)
    except CheckFailed:
        order, worst = max(zip(places, seen, strict=True), key=lambda pair: abs(pair[1] / seen.sum() - shares[0]))
        yours, wanted = (f"in {100 * share:.2g} % of them" for share in (worst / seen.sum(), shares[0]))
        raise CheckFailed(label, f"the order {list(order)} {yours}", f"each of {len(places)} orders {wanted}") from None
