"""Assignment 03, reading backwards: reverse_inputs, reverse_tokens, time_lags."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import DTypeLike

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student

from .oracle_reversal import lags

reverse_inputs = partial(
    question, "reverse_inputs",
    hint="Which axis of xs is time, and does xs still hold what it held before?",
)  # fmt: skip
reverse_tokens = partial(
    question, "reverse_tokens",
    hint="Where does a row's padding begin, if the same id may stand between two tokens, or in every place?",
)  # fmt: skip
time_lags = partial(
    question, "time_lags",
    hint="At which step of recurrence is source token i read, and at which one is target token i emitted?",
)  # fmt: skip
LENGTHS = (1, 2, 3, 5, 7)


def rows(seed: int, N: int, S: int, dtype: DTypeLike = np.int64) -> Array:
    """Ids (N, S) from 1 to 12; if there is room, every row but the first ends in zeros."""
    xs = hidden_rng(seed).integers(1, 13, size=(N, S)).astype(dtype)
    for n in range(N):
        xs[n, S - min(n, S - 1) :] = 0
    return xs


def check_reversed(student: Student, xs: Array, kind: str, dtype: DTypeLike | None = None) -> None:
    """Check reverse_inputs of xs: every row's ids in the opposite order, including padding."""
    wanted = np.array([row[::-1] for row in xs.tolist()])
    checks.values(f"reverse_inputs {kind}", student.call("reverse_inputs", xs), wanted, dtype=dtype)


@reverse_inputs(points=2)
def test_reverse_inputs_values(student: Student) -> None:
    """Time is reversed, including padding; rows keep their places."""
    for seed, (N, S) in enumerate(((2, 5), (5, 3), (3, 2))):
        check_reversed(student, rows(seed, N, S), f"of {N} x {S} ids")


@reverse_inputs(points=1)
def test_reverse_inputs_of_one(student: Student) -> None:
    """One row, and one step, next to a case in which something moves."""
    check_reversed(student, rows(3, 1, 7), "of one row")
    check_reversed(student, rows(4, 5, 1), "of one step")


@reverse_inputs(points=1)
def test_reverse_inputs_leaves_xs_alone(student: Student) -> None:
    """The argument is unchanged."""
    xs = rows(5, 3, 5)
    kept = student.put(xs)
    wanted = np.array([row[::-1] for row in xs.tolist()])
    checks.values("reverse_inputs", student.call("reverse_inputs", kept), wanted)
    checks.untouched("reverse_inputs: its argument xs", kept, xs)


@reverse_inputs(points=1)
def test_reverse_inputs_keeps_the_dtype(student: Student) -> None:
    """Narrow ids in, narrow ids out."""
    for dtype in (np.int32, np.int16):
        check_reversed(student, rows(6, 2, 7, dtype), f"of {np.dtype(dtype)} ids", dtype)


def check_tokens(
    student: Student, xs: list[list[int]], wanted: list[list[int]], pad_id: int, kind: str, dtype: DTypeLike = np.int64
) -> None:
    """Check reverse_tokens of rows reversed by hand; the argument is unchanged."""
    label = f"reverse_tokens {kind}"
    sent = np.array(xs, dtype=dtype)
    kept = student.put(sent)
    exact = None if dtype == np.int64 else dtype
    checks.values(label, student.call("reverse_tokens", kept, pad_id), np.array(wanted), dtype=exact)


@reverse_tokens(points=3)
def test_reverse_tokens_values(student: Student) -> None:
    """Each row has its own length; padding stays on the right."""
    check_tokens(student, [[4, 7, 2, 0, 0], [3, 5, 8, 6, 0]], [[2, 7, 4, 0, 0], [6, 8, 5, 3, 0]], 0, "of padded rows")
    check_tokens(student, [[5, 1, 9, 0, 0, 0, 0]], [[9, 1, 5, 0, 0, 0, 0]], 0, "of one row")
    check_tokens(student, [[4, 0, 0], [7, 3, 0]], [[4, 0, 0], [3, 7, 0]], 0, "of a row with a single token")


@reverse_tokens(points=2)
def test_reverse_tokens_without_padding(student: Student) -> None:
    """A full row is reversed from end to end, alone and next to one that is not full."""
    check_tokens(student, [[4, 7, 2, 9, 5], [3, 8, 0, 0, 0]], [[5, 9, 2, 7, 4], [8, 3, 0, 0, 0]], 0, "of a full row")
    check_tokens(student, [[1, 2, 3], [6, 5, 4]], [[3, 2, 1], [4, 5, 6]], 0, "of rows without padding")
    check_tokens(student, [[6, 5, 5], [4, 4, 4]], [[5, 5, 6], [4, 4, 4]], 0, "of rows that end in two equal tokens")
    check_tokens(student, [[6, 4]], [[4, 6]], 0, "of one row without padding")


@reverse_tokens(points=3)
def test_reverse_tokens_with_pad_id_inside(student: Student) -> None:
    """A pad_id before another token is a token: between two tokens, and at the front."""
    check_tokens(
        student, [[4, 0, 7, 0, 0], [3, 5, 0, 0, 6]], [[7, 0, 4, 0, 0], [6, 0, 0, 5, 3]], 0, "with pad_id inside"
    )
    check_tokens(student, [[0, 0, 8, 5, 0, 0, 0]], [[5, 8, 0, 0, 0, 0, 0]], 0, "with pad_id in front")
    check_tokens(student, [[0, 2, 0], [0, 0, 9]], [[2, 0, 0], [9, 0, 0]], 0, "with pad_id in front")


@reverse_tokens(points=2)
def test_reverse_tokens_of_padding_alone(student: Student) -> None:
    """A row without a token stays as it is and does not affect its neighbours."""
    check_tokens(student, [[0, 0, 0], [5, 2, 0]], [[0, 0, 0], [2, 5, 0]], 0, "with a row of padding alone")
    check_tokens(student, [[6, 1, 8], [4, 4, 4]], [[8, 1, 6], [4, 4, 4]], 4, "with a row of padding alone")


@reverse_tokens(points=2)
def test_reverse_tokens_with_another_pad_id(student: Student) -> None:
    """Any id may be the padding; 0 is then a token like any other."""
    check_tokens(student, [[4, 0, 2, 7, 7], [0, 7, 5, 1, 0]], [[2, 0, 4, 7, 7], [0, 1, 5, 7, 0]], 7, "with pad_id 7")
    check_tokens(student, [[3, 6, 0], [9, 12, 12]], [[0, 6, 3], [9, 12, 12]], 12, "with pad_id 12")
    check_tokens(student, [[2, 5, -1], [8, 0, 1]], [[5, 2, -1], [1, 0, 8]], -1, "with pad_id -1")


@reverse_tokens(points=1)
def test_reverse_tokens_leaves_xs_alone(student: Student) -> None:
    """The argument is unchanged."""
    xs = np.array([[4, 7, 2, 0, 0], [3, 5, 8, 6, 0]])
    kept = student.put(xs)
    answer = student.call("reverse_tokens", kept, 0)
    checks.values("reverse_tokens", answer, np.array([[2, 7, 4, 0, 0], [6, 8, 5, 3, 0]]))
    checks.untouched("reverse_tokens: its argument xs", kept, xs)


@reverse_tokens(points=1)
def test_reverse_tokens_keeps_the_dtype(student: Student) -> None:
    """Narrow ids in, narrow ids out."""
    for dtype in (np.int32, np.int16):
        kind = f"of {np.dtype(dtype)} ids"
        check_tokens(student, [[4, 7, 2, 0, 0], [3, 0, 8, 6, 0]], [[2, 7, 4, 0, 0], [6, 8, 0, 3, 0]], 0, kind, dtype)


def check_lags(student: Student, source_length: int, target_length: int, reverse: bool) -> Array:
    """Compare time_lags with the timeline; return the student's result."""
    way = "read backwards" if reverse else "read forwards"
    label = f"time_lags of {source_length} source and {target_length} target tokens, {way}"
    wanted = np.array(lags(source_length, target_length, reverse))
    answer = student.call("time_lags", source_length, target_length, reverse)
    checks.values(label, answer, wanted)
    return array(label, answer, wanted.shape)


@time_lags(points=2)
def test_time_lags_plain(student: Student) -> None:
    """Every token waits for as many steps as the source has, including the decoder's own step."""
    for S in LENGTHS:
        for T in LENGTHS:
            check_lags(student, S, T, False)


@time_lags(points=3)
def test_time_lags_reversed(student: Student) -> None:
    """The first token waits for one step, each further one for two more."""
    for S in LENGTHS:
        for T in LENGTHS:
            check_lags(student, S, T, True)


@time_lags(points=1)
def test_time_lags_mean_and_minimum(student: Student) -> None:
    """For T >= S reversal keeps the mean and reduces the smallest lag to one."""
    for S, T in ((2, 2), (5, 5), (7, 11), (11, 13)):
        plain, backwards = (check_lags(student, S, T, reverse) for reverse in (False, True))
        label = f"time_lags of {S} source and {T} target tokens, read backwards"
        checks.values(f"{label}: their mean, against that of reading forwards", backwards.mean(), plain.mean())
        checks.equal(f"{label}: the smallest", int(backwards.min()), 1)
