"""Assignment 07, three ways to compare a query with keys: score_modules."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

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
from autograder.testing.torch_modules.module_pair import ModulePair, module_pair, sent

score_modules = partial(
    question, "score_modules",
    hint="Which sizes may differ in this score, and which axis of the keys is left over when it is done?",
)  # fmt: skip
CLASSES = ("DotScore", "GeneralScore", "ConcatScore")
every_score = pytest.mark.parametrize("name", CLASSES)


def score_pair(
    student: Student,
    reference: SimpleNamespace,
    name: str,
    seed: int,
    Q: int,
    K: int,
    A: int = 4,
    dtype: str = "float32",
) -> ModulePair:
    """A score of these sizes; DotScore takes none."""
    sizes = {"DotScore": (), "GeneralScore": (Q, K), "ConcatScore": (Q, K, A)}[name]
    return module_pair(student, reference, name, *sizes, seed=seed, dtype=dtype)


def query_and_keys(seed: int, name: str, N: int, S: int, Q: int, K: int, dtype: str = "float32") -> list[Array]:
    """A query (N, Q) and keys (N, S, K); a DotScore's query is as long as its keys."""
    rng = hidden_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in ((N, K if name == "DotScore" else Q), (N, S, K))]


def check_scores(student: Student, reference: SimpleNamespace, name: str, seed: int, *sizes: int) -> None:
    """Compare the scores for sizes N, S, Q, K, A."""
    N, S, Q, K, A = sizes
    pair = score_pair(student, reference, name, seed, Q, K, A)
    label = f"{name}.forward, N, S, Q, K = {N}, {S}, {K if name == 'DotScore' else Q}, {K}"
    if name == "ConcatScore":
        label += f", A = {A}"
    check_values(label, pair, query_and_keys(seed + 1, name, N, S, Q, K), ("scores",))


@every_score
@score_modules(points=3)
def test_scores_of_different_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Each key's score, by the formula; query and keys of different sizes where the score allows it."""
    check_scores(student, reference, name, 401, 3, 4, 5, 6, 2)
    check_scores(student, reference, name, 403, 2, 5, 6, 3, 7)


@every_score
@score_modules(points=2)
def test_scores_of_one_size(student: Student, reference: SimpleNamespace, name: str) -> None:
    """All sizes the same: a transposed matrix or a mixed-up axis shows in the scores alone."""
    check_scores(student, reference, name, 411, 3, 3, 3, 3, 3)
    check_scores(student, reference, name, 413, 4, 4, 4, 4, 4)


@every_score
@score_modules(points=1)
def test_scores_of_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """One row, one key, one number: no axis is lost."""
    for seed, sizes in ((421, (1, 4, 3, 2, 5)), (423, (3, 1, 3, 2, 5)), (425, (3, 4, 1, 1, 1)), (427, (1, 1, 1, 1, 1))):
        check_scores(student, reference, name, seed, *sizes)


@every_score
@score_modules(points=1)
def test_scores_keep_the_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """A module in float64 gives float64."""
    pair = score_pair(student, reference, name, 431, 5, 3, dtype="float64")
    inputs = query_and_keys(432, name, 3, 4, 5, 3, "float64")
    check_values(f"{name}.forward in float64", pair, inputs, ("scores",))


@every_score
@score_modules(points=1)
def test_scores_of_rows_and_keys_alone(student: Student, reference: SimpleNamespace, name: str) -> None:
    """A row alone, and a key alone, gives what it gives among others, in train and in eval mode."""
    pair = score_pair(student, reference, name, 441, 5, 3)
    query, keys = query_and_keys(442, name, 3, 4, 5, 3)
    check_rows(f"{name}.forward", pair, [query, keys], ("scores",), (0,))
    (scores,) = check_values(f"{name}.forward", pair, [query, keys], ("scores",))
    for place in range(4):
        received = pair.yours.call("forward", sent(query), sent(keys[:, place : place + 1]))
        checks.tensor(f"{name}.forward of key {place} alone", received, scores[:, place : place + 1])
    pair.set_mode(True)
    check_values(f"{name}.forward in train mode", pair, [query, keys], ("scores",))


@every_score
@score_modules(points=2)
def test_scores_gradients(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Query, keys and parameters get their gradients; in float64."""
    for seed, Q, K in ((451, 5, 3), (454, 3, 3)):
        pair = score_pair(student, reference, name, seed, Q, K, dtype="float64")
        inputs = query_and_keys(seed + 1, name, 3, 4, Q, K, "float64")
        upstream = hidden_rng(seed + 2).normal(size=(3, 4))
        check_gradients(f"{name}.forward", pair, inputs, ("scores",), (upstream,))


@every_score
@score_modules(points=1)
def test_scores_change_no_argument(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Query and keys are as they were."""
    pair = score_pair(student, reference, name, 461, 5, 3)
    check_inputs_untouched(f"{name}.forward", pair, query_and_keys(462, name, 3, 4, 5, 3))


@score_modules(points=1)
def test_scores_can_learn_from_the_start(student: Student) -> None:
    """A new ConcatScore gets a gradient for some of its parameters: they are not all 0."""
    score = student.new("ConcatScore", 3, 2, 5)
    query, keys = query_and_keys(471, "ConcatScore", 3, 4, 3, 2)
    upstream = hidden_rng(472).normal(size=(3, 4)).astype("float32")
    score.keep("forward", sent(query), sent(keys)).call("backward", sent(upstream))
    moved = [name for name, tensor in score.gradients().items() if tensor is not None and np.any(tensor.array)]
    checks.at_least(
        "a new ConcatScore: how many of its parameters get a gradient that is not 0", len(moved), 1, "parameters"
    )
