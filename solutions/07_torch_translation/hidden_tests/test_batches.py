"""Assignment 07, batches: collate, bucketed_batches, embed_one_hot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng, telling_seed
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules import Tensor

from .oracle_batches import (
    ALPHA,
    KNOWN,
    PAD,
    allowed_padding,
    batch_of,
    check_orders,
    drawn_orders,
    drawn_pairs,
    listed_batches,
    padding,
)

collate = partial(question, "collate", hint="Which marks stand in a source, which in a target, and where do rows end?")
bucketed_batches = partial(
    question, "bucketed_batches", hint="Which rows share a batch, and how many orders of the batches are there?"
)
embed_one_hot = partial(question, "embed_one_hot", hint="Which axis of one_hot says which word it is?")
PARTS = ("src", "src_lengths", "tgt")
COUNTS = [(3, 2), (5, 8), (1, 4), (6, 1)]  # words of each source and target: no S is a T, no row is the longest twice


def vocabularies(make: Any, unit: str = "word") -> list[Any]:
    """Two vocabularies in which hardly a word has the same id, by a function that makes one."""
    texts = [" ".join(KNOWN), "red two red", "l'an"], [" ".join(KNOWN[2:]), "dogs cats dogs", "d'août,"]
    return [make(side, unit=unit) for side in texts]


def check_batch(
    label: str, student: Student, reference: SimpleNamespace, pairs: Sequence[tuple[str, str]], unit: str = "word"
) -> list[Array]:
    """Compare collate's three tensors."""
    wanted = batch_of(pairs, *vocabularies(reference.Vocabulary, unit))
    yours = student.call("collate", pairs, *vocabularies(partial(student.new, "Vocabulary"), unit))
    return checks.tensors(f"collate of {label}", yours, wanted, PARTS, dtype=np.int64)


@collate(points=3)
def test_collate_values(student: Student, reference: SimpleNamespace) -> None:
    """Marks, ids of known and unknown words, padding, lengths; rows as they come."""
    for seed in (1, 2):
        check_batch(f"{len(COUNTS)} pairs", student, reference, drawn_pairs(seed, COUNTS))


@collate(points=1)
def test_collate_other_widths(student: Student, reference: SimpleNamespace) -> None:
    """Sources wider than targets, targets wider than sources, no padding at all."""
    for seed, counts in ((3, [(9, 2), (4, 3), (2, 1)]), (4, [(1, 2), (3, 11)]), (5, [(4, 6), (4, 6)])):
        pairs = drawn_pairs(seed, counts)
        check_batch(f"{len(counts)} pairs of {counts} words", student, reference, pairs)


@collate(points=1)
def test_collate_one_pair(student: Student, reference: SimpleNamespace) -> None:
    """One pair is as wide as it needs, whatever was in the batch with it."""
    pairs = drawn_pairs(6, COUNTS)
    src, lengths, tgt = check_batch("4 pairs", student, reference, pairs)
    for n, pair in enumerate(pairs):
        alone = check_batch(f"pair {n} alone", student, reference, [pair])
        assert np.array_equal(alone[0][0], src[n, : lengths[n]]) and np.array_equal(alone[2][0], tgt[n][tgt[n] != PAD])


@collate(points=1)
def test_collate_empty_texts(student: Student, reference: SimpleNamespace) -> None:
    """A source without a word is EOS alone; so is a target, after SOS."""
    check_batch("one pair of empty texts", student, reference, [("", "")])
    full = drawn_pairs(7, [(3, 4)])
    for pairs in ([("", full[0][1]), (full[0][0], "")], [*full, ("", "")]):
        check_batch("two pairs, with empty texts", student, reference, pairs)


@collate(points=1)
def test_collate_words_are_those_of_the_vocabulary(student: Student, reference: SimpleNamespace) -> None:
    """The vocabulary says what the tokens of a text are, not its spaces; they may be characters."""
    pairs = [("l'an 2031, red", "d'août, dogs"), ("two", "cats l'an"), ("d'août", "2031")]
    for unit in ("word", "character"):
        check_batch(f"{len(pairs)} pairs, tokens are {unit}s", student, reference, pairs, unit)


@collate(points=1)
def test_collate_leaves_pairs_alone(student: Student, reference: SimpleNamespace) -> None:
    """The pairs are as they were, in their order."""
    pairs = drawn_pairs(9, COUNTS)
    kept = student.put(list(pairs))
    wanted = batch_of(pairs, *vocabularies(reference.Vocabulary))
    yours = student.call("collate", kept, *vocabularies(partial(student.new, "Vocabulary")))
    checks.tensors("collate of 4 pairs", yours, wanted, PARTS, dtype=np.int64)
    checks.equal("collate: its argument pairs", [list(pair) for pair in kept.fetch()], [list(pair) for pair in pairs])


def check_batches(label: str, batches: Any, lengths: list[int], size: int) -> list[list[int]]:
    """Check that each index is there once, that one batch at most is smaller, and how much is padding."""
    listed = listed_batches(f"bucketed_batches of {label}", batches, len(lengths))
    title = f"bucketed_batches of {label}, {size} to a batch"
    checks.equal(f"{title}: all indices, sorted", sorted(i for batch in listed for i in batch), [*range(len(lengths))])
    left = len(lengths) % size
    wanted = [left] * (left > 0) + [size] * (len(lengths) // size)
    checks.equal(f"{title}: rows of each batch, sorted", sorted(map(len, listed)), wanted)
    checks.at_most(title, padding(listed, lengths), allowed_padding(lengths, size), "padding")
    return listed


@bucketed_batches(points=3)
def test_bucketed_batches_of_drawn_lengths(student: Student) -> None:
    """Every index once, batches of one size but one, no more padding than sorted and cut; many sizes."""
    for seed, (count, size) in enumerate(((23, 4), (24, 4), (50, 7), (31, 2), (120, 16)), 21):
        lengths = hidden_rng(seed).integers(1, 40, size=count).tolist()
        batches = student.call("bucketed_batches", lengths, size, student.rng(seed))
        check_batches(f"{count} rows", batches, lengths, size)


@bucketed_batches(points=1)
def test_bucketed_batches_of_few_rows(student: Student) -> None:
    """One row, one row to a batch, fewer rows than fit in a batch, exactly as many."""
    for count, size in ((1, 1), (1, 5), (6, 1), (3, 7), (5, 5), (6, 5)):
        lengths = hidden_rng(30 + count).integers(1, 9, size=count).tolist()
        batches = student.call("bucketed_batches", lengths, size, student.rng(size))
        check_batches(f"{count} row{'s' if count > 1 else ''}", batches, lengths, size)


@bucketed_batches(points=1)
def test_bucketed_batches_of_equal_lengths(student: Student) -> None:
    """Rows of one length, and of two."""
    for lengths in ([5] * 11, [3, 8] * 9, [8] * 5 + [3] * 6):
        batches = student.call("bucketed_batches", lengths, 4, student.rng(41))
        check_batches(f"lengths {lengths}", batches, lengths, 4)


@bucketed_batches(points=3)
def test_bucketed_batches_every_order(student: Student) -> None:
    """Four full batches come in each of 24 orders equally often."""
    rng = hidden_rng(42)
    lengths = np.concatenate([step + rng.permutation(3) for step in (1, 11, 21, 31)])[rng.permutation(12)].tolist()
    orders = [
        tuple(min(lengths[i] for i in batch) for batch in batches)
        for batches in drawn_orders(student, student.rng(43), lengths, 3, 1200)
    ]
    check_orders("the shortest row of each of 4 batches of 3, 1200 times", orders, (1, 11, 21, 31))


@bucketed_batches(points=2)
def test_bucketed_batches_place_of_the_smaller(student: Student) -> None:
    """The smaller batch is as likely to be first as last."""
    lengths = hidden_rng(44).permutation(np.arange(1, 12)).tolist()
    drawn = drawn_orders(student, student.rng(45), lengths, 3, 600)
    places = Counter(min(range(len(batches)), key=lambda i: len(batches[i])) for batches in drawn)
    counts = np.array([places[place] for place in range(4)])
    label = "the place of the smaller of 4 batches, 600 times"
    checks.equal(f"{label}: batches", [len(batches) for batches in drawn], [4] * len(drawn))
    checks.distribution(label, counts, np.full(4, 1 / 4), alpha=ALPHA)


@bucketed_batches(points=1)
def test_bucketed_batches_are_drawn_from_rng(student: Student) -> None:
    """A generator in the same state gives the same order, whatever was drawn elsewhere; a later call another one."""
    lengths = hidden_rng(46).permutation(np.arange(1, 81)).tolist()
    label = "80 rows, with a generator in the same state"
    rngs = student.rng(47), student.rng(47)

    def order(rng: RemoteObject) -> list[int]:
        batches = student.call("bucketed_batches", lengths, 4, rng)
        return [max(lengths[i] for i in batch) for batch in check_batches("80 rows", batches, lengths, 4)]

    first, again, later = order(rngs[0]), order(rngs[1]), order(rngs[0])
    checks.equal(f"bucketed_batches of {label}: the longest row of each batch", again, first)
    checks.equal(f"bucketed_batches of {label}, and once more with it: whether nothing changes", later == first, False)


@bucketed_batches(points=1)
def test_bucketed_batches_leave_lengths_alone(student: Student) -> None:
    """The list of lengths is as it was."""
    lengths = hidden_rng(48).integers(1, 30, size=17).tolist()
    kept = student.put(list(lengths))
    check_batches("17 rows", student.call("bucketed_batches", kept, 5, student.rng(49)), lengths, 5)
    checks.equal("bucketed_batches: its argument lengths", kept.fetch(), lengths)


def drawn_words(seed: int, shape: tuple[int, ...], V: int, D: int, dtype: Any) -> tuple[Array, Array]:
    """Ids of words of which one at least is 0, one comes twice, and V - 1 is not there; and W."""

    def ids(trial: int) -> Array:
        return hidden_rng(trial).integers(0, V - 1, size=shape)

    def tells(trial: int) -> bool:
        drawn = ids(trial)
        return bool((drawn == 0).any()) and len(np.unique(drawn)) < drawn.size

    return ids(telling_seed(seed, tells)), hidden_rng(seed + 1).normal(size=(V, D)).astype(dtype)


def one_hot(ids: Array, V: int, dtype: Any) -> Array:
    """A row of V numbers for each id: a single 1."""
    return np.asarray(ids[..., None] == np.arange(V)).astype(dtype)


def check_vectors(label: str, student: Student, ids: Array, W: Array, dtype: Any) -> None:
    """Compare embed_one_hot with the rows of W, exactly."""
    yours = student.call("embed_one_hot", Tensor(one_hot(ids, len(W), dtype)), Tensor(W))
    checks.tensor(f"embed_one_hot of {np.dtype(dtype)} rows{label}, W in {W.dtype}", yours, W[ids], rtol=0, atol=0)


@embed_one_hot(points=2)
def test_embed_one_hot_values(student: Student) -> None:
    """Exactly the rows of W."""
    for seed, dtype in ((61, np.float32), (63, np.float64)):
        ids, W = drawn_words(seed, (3, 5), 7, 4, dtype)
        check_vectors(" (3, 5, 7)", student, ids, W, dtype)


@embed_one_hot(points=1)
def test_embed_one_hot_other_dtypes(student: Student) -> None:
    """Long or float rows; the result has the dtype of W, whatever theirs is."""
    for seed, dtype, of_W in ((65, np.int64, np.float32), (67, np.int64, np.float64), (69, np.float32, np.float64),
                              (71, np.float64, np.float32)):  # fmt: skip
        ids, W = drawn_words(seed, (2, 6), 5, 3, of_W)
        check_vectors(" (2, 6, 5)", student, ids, W, dtype)


@embed_one_hot(points=1)
def test_embed_one_hot_small_and_square(student: Student) -> None:
    """N = 1, T = 1, D = 1, and all sizes the same."""
    for seed, shape, V, D in ((73, (1, 4), 3, 5), (75, (4, 1), 3, 2), (77, (3, 4), 6, 1), (79, (4, 4), 4, 4)):
        ids, W = drawn_words(seed, shape, V, D, np.float32)
        check_vectors(f" {(*shape, V)}", student, ids, W, np.float32)
    check_vectors(" (1, 1, 2)", student, np.array([[1]]), np.array([[5.0, 7], [2, 3]], np.float32), np.float32)


@embed_one_hot(points=2)
def test_embed_one_hot_gradient(student: Student) -> None:
    """Each row of W gets the sum of the gradients of all places where its word is; a word never seen gets nothing."""
    for seed, dtype in ((81, np.float64), (83, np.int64)):
        ids, W = drawn_words(seed, (3, 5), 7, 4, np.float64)
        upstream = hidden_rng(seed + 2).normal(size=(3, 5, 4))
        kept = student.put(Tensor(W, requires_grad=True))
        vectors = student.keep("embed_one_hot", Tensor(one_hot(ids, 7, dtype)), kept)
        vectors.call("backward", Tensor(upstream))
        wanted = np.zeros_like(W)
        for place in np.ndindex(ids.shape):
            wanted[ids[place]] += upstream[place]
        label = f"embed_one_hot of {np.dtype(dtype)} rows (3, 5, 7): the gradient of W"
        gradient = checks.tensor(label, kept.get("grad"), wanted)
        checks.equal(f"{label}, in the row of a word never seen", gradient[6], np.zeros(4))


@embed_one_hot(points=1)
def test_embed_one_hot_leaves_its_arguments_alone(student: Student) -> None:
    """Rows and matrix are as they were."""
    ids, W = drawn_words(85, (3, 5), 7, 4, np.float64)
    sent = one_hot(ids, 7, np.float64), 5 * W
    kept = [student.put(Tensor(array)) for array in sent]
    checks.tensor("embed_one_hot of rows (3, 5, 7)", student.call("embed_one_hot", *kept), sent[1][ids], rtol=0, atol=0)
    for name, ref, array in zip(("one_hot", "W"), kept, sent, strict=True):
        checks.tensor(f"embed_one_hot: its argument {name} after the call", ref.fetch(), array, rtol=0, atol=0)
