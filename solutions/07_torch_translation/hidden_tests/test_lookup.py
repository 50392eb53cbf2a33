"""Assignment 07, a dictionary whose look-up is soft: soft_lookup."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules.module_checks import (
    check_gradients,
    check_inputs_untouched,
    check_rows,
    check_values,
)
from autograder.testing.torch_modules.module_pair import Handed, ModulePair, function_pair, module_pair, sent

NAMES = ("value", "weights")
soft_lookup = partial(
    question, "soft_lookup",
    hint="Which of query, keys and values are compared, and which are mixed? What is a weight where the mask is False?",
)  # fmt: skip


def score_pair(
    student: Student, reference: SimpleNamespace, seed: int, size: int, dtype: str = "float32"
) -> ModulePair:
    """A DistanceScore of random weights."""
    return module_pair(student, reference, "DistanceScore", size, seed=seed, dtype=dtype)


def entries(seed: int, sizes: Sequence[int], dtype: str = "float32") -> list[Array]:
    """A query (N, Q), keys (N, S, K) and values (N, S, M) for sizes N, S, Q, K, M."""
    N, S, Q, K, M = sizes
    rng = hidden_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in ((N, Q), (N, S, K), (N, S, M))]


def gappy_mask(seed: int, N: int, S: int) -> Array:
    """A mask (N, S) that is not all True in any row but the last, with at least one True in each."""
    rng = hidden_rng(seed)
    mask = rng.random((N, S)) < 0.5
    for row in mask:
        first, second = rng.permutation(S)[:2]
        row[first], row[second] = True, False
    mask[-1] = True
    return mask


def check_weights(label: str, weights: Array, mask: Array) -> None:
    """Check that each row of weights adds up to 1, and that masked ones are exactly 0."""
    checks.values(f"{label}: the sums of the weights", weights.sum(1), np.ones(len(weights), weights.dtype))
    checks.equal(f"{label}: the weights where it is False", weights[~mask], np.zeros((~mask).sum()))


@soft_lookup(points=3)
def test_lookup_values(student: Student, reference: SimpleNamespace) -> None:
    """The weights are the softmax of the scores; the value is the sum of the values, each times its weight."""
    pair = function_pair(student, reference, "soft_lookup")
    for seed, sizes in ((301, (3, 4, 5, 6, 2)), (302, (2, 5, 3, 4, 7))):
        label = "soft_lookup, N, S, Q, K, M = {}, {}, {}, {}, {}".format(*sizes)
        inputs = [*entries(seed, sizes), score_pair(student, reference, seed, 3)]
        check_values(label, pair, inputs, NAMES)
        check_values(f"{label}, mask None", pair, [*inputs, None], NAMES)


@soft_lookup(points=2)
def test_lookup_of_one_size(student: Student, reference: SimpleNamespace) -> None:
    """All sizes the same: a mixed-up axis shows in the values alone."""
    pair = function_pair(student, reference, "soft_lookup")
    inputs = [*entries(304, (3, 3, 3, 3, 3)), score_pair(student, reference, 305, 3)]
    check_values("soft_lookup, all sizes 3", pair, inputs, NAMES)
    mask = gappy_mask(306, 3, 3)
    check_values(f"soft_lookup, all sizes 3, mask {mask.tolist()}", pair, [*inputs, mask], NAMES)


@soft_lookup(points=3)
def test_lookup_with_a_mask(student: Student, reference: SimpleNamespace) -> None:
    """Weights are exactly 0 where the mask is False; the others are a softmax among themselves."""
    pair = function_pair(student, reference, "soft_lookup")
    for seed, sizes in ((311, (4, 5, 3, 4, 2)), (312, (3, 4, 6, 3, 5))):
        mask = gappy_mask(seed, *sizes[:2])
        label = f"soft_lookup with the mask {mask.tolist()}"
        inputs = [*entries(seed, sizes), score_pair(student, reference, seed, 3), mask]
        wanted = check_values(label, pair, inputs, NAMES)
        _, weights = checks.tensors(label, pair.yours.call("forward", *map(sent, inputs)), wanted, NAMES)
        check_weights(label, weights, mask)
    inputs = [*entries(313, (4, 4, 3, 3, 3)), score_pair(student, reference, 314, 3), np.eye(4, dtype=bool)]
    check_values("soft_lookup, one True in each row", pair, inputs, NAMES)


@soft_lookup(points=2)
def test_lookup_of_large_scores(student: Student, reference: SimpleNamespace) -> None:
    """Where one score is far above the others, it is an ordinary look-up; no score is too large or too small."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(321, 4, 5)
    query, keys, values = entries(322, (4, 5, 3, 3, 2))
    score = score_pair(student, reference, 323, 3)
    for size in (1e2, 1e4):
        label = f"soft_lookup, query and keys times {size:g}"
        inputs = [(query * size).astype("float32"), (keys * size).astype("float32"), values, score]
        check_values(label, pair, inputs, NAMES)
        check_values(f"{label}, mask {mask.tolist()}", pair, [*inputs, mask], NAMES)


@soft_lookup(points=2)
def test_lookup_where_only_low_scores_are_real(student: Student, reference: SimpleNamespace) -> None:
    """Masked entries may have the highest scores by far, and the real ones far lower ones: it makes no difference."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(325, 4, 5)
    keys = np.where(mask, 1e3, 0.0)[:, :, None].astype("float32") * np.ones(1, "float32")
    query, values = np.zeros((4, 1), "float32"), entries(326, (4, 5, 1, 1, 3))[2]
    score = score_pair(student, reference, 327, 1)
    score.yours.load({"weight": np.ones(1, "float32")})
    score.oracle.load_state_dict({"weight": torch.ones(1)})
    label = f"soft_lookup, scores -1e6 where the mask is True and 0 elsewhere, mask {mask.tolist()}"
    check_values(label, pair, [query, keys, values, score, mask], NAMES)


@soft_lookup(points=2)
def test_lookup_refuses_an_empty_row(student: Student, reference: SimpleNamespace) -> None:
    """A row of mask without a True is a ValueError, whichever row it is; other masks are not."""
    score = score_pair(student, reference, 331, 3)
    query, keys, values = entries(332, (3, 4, 3, 3, 2))
    for row in range(3):
        mask = gappy_mask(333, 3, 4)
        mask[row] = False
        action = partial(student.call, "soft_lookup", *map(sent, [query, keys, values, score, mask]))
        checks.raises(f"soft_lookup, row {row} of the mask all False", "ValueError", action)
    alone = map(sent, [query[:1], keys[:1], values[:1], score, np.zeros((1, 4), bool)])
    checks.raises(
        "soft_lookup of one row, its mask all False", "ValueError", partial(student.call, "soft_lookup", *alone)
    )


@soft_lookup(points=1)
def test_lookup_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one entry, one number: no axis is lost."""
    pair = function_pair(student, reference, "soft_lookup")
    for seed, sizes in ((341, (1, 4, 3, 3, 2)), (342, (3, 1, 3, 3, 2)), (343, (3, 4, 1, 1, 1)), (344, (1, 1, 1, 1, 1))):
        label = "soft_lookup, N, S, Q, K, M = {}, {}, {}, {}, {}".format(*sizes)
        inputs = [*entries(seed, sizes), score_pair(student, reference, seed, sizes[2])]
        for more in ([], [np.ones(sizes[:2], bool)]):
            check_values(label + (", mask all True" if more else ""), pair, [*inputs, *more], NAMES)


@soft_lookup(points=1)
def test_lookup_by_any_score(student: Student, reference: SimpleNamespace) -> None:
    """The score is a module or a function, of any formula; it gets the query first, then the keys."""
    pair = function_pair(student, reference, "soft_lookup")
    for seed in (351, 352):
        inputs, score = entries(seed, (3, 4, 5, 2, 3)), score_pair(student, reference, seed, 2)
        function = Handed(score.yours.ref("forward"), score.oracle.forward)
        check_values("soft_lookup, the score a function", pair, [*inputs, function], NAMES)


@soft_lookup(points=1)
def test_lookup_keeps_the_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float64 in, float64 out."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(361, 3, 4)
    inputs = [*entries(362, (3, 4, 3, 5, 2), "float64"), score_pair(student, reference, 363, 3, "float64")]
    check_values("soft_lookup in float64", pair, inputs, NAMES)
    check_values(f"soft_lookup in float64, mask {mask.tolist()}", pair, [*inputs, mask], NAMES)


@soft_lookup(points=1)
def test_lookup_rows_and_padding(student: Student, reference: SimpleNamespace) -> None:
    """A row alone gives what it gives in a batch; masked entries more change nothing."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(371, 3, 4)
    query, keys, values = entries(372, (3, 4, 3, 3, 2))
    score = score_pair(student, reference, 373, 3)
    check_rows("soft_lookup", pair, [query, keys, values, score, mask], NAMES, (0, 0))
    wanted = check_values("soft_lookup", pair, [query, keys, values, score, mask], NAMES)
    more = hidden_rng(374).normal(size=(3, 2, 3)).astype("float32")
    wide = [query, np.concatenate([keys, more], 1), np.concatenate([values, more[:, :, :2]], 1), score]
    wide_mask = np.pad(mask, ((0, 0), (0, 2)))
    received = student.call("soft_lookup", *map(sent, [*wide, wide_mask]))
    padded = wanted[0], np.pad(wanted[1], ((0, 0), (0, 2)))
    checks.tensors("soft_lookup, 2 masked entries more", received, padded, NAMES)


@soft_lookup(points=2)
def test_lookup_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Query, keys, values and the score's own weights get their gradients, from the value and from the weights."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(381, 3, 4)
    rng = hidden_rng(382)
    back = rng.normal(size=(3, 2)), rng.normal(size=(3, 4))
    score = score_pair(student, reference, 383, 3, "float64")
    for more, masked in (([], ""), ([mask], f", mask {mask.tolist()}")):
        inputs = [*entries(384, (3, 4, 3, 5, 2), "float64"), score, *more]
        for upstream, source in (((back[0], None), "value"), ((None, back[1]), "weights")):
            check_gradients(f"soft_lookup{masked}, back from {source}", pair, inputs, NAMES, upstream)


@soft_lookup(points=1)
def test_lookup_changes_no_argument(student: Student, reference: SimpleNamespace) -> None:
    """The values are right, and query, keys, values and mask are as they were."""
    pair, mask = function_pair(student, reference, "soft_lookup"), gappy_mask(391, 3, 4)
    inputs = [*entries(392, (3, 4, 3, 5, 2)), score_pair(student, reference, 393, 3)]
    check_values("soft_lookup", pair, inputs, NAMES)
    check_inputs_untouched("soft_lookup", pair, inputs)
    check_inputs_untouched("soft_lookup with a mask", pair, [*inputs, mask])
