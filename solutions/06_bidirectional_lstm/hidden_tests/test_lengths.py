"""Assignment 06, padding: bilstm_lengths.

Values are those of torch's packed sequences, or, where the student's layer reads in another way even without
lengths, those that it gives for texts cut to each length (`oracles_bilstm`): so this question is about lengths alone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student

from .oracle_bilstm import (
    NAME,
    PARAMETERS,
    BiCase,
    bi_case,
    bi_run,
    dxs_of,
    gradients_of,
    gradients_of_each_length,
    hs_of_each_length,
    ragged_case,
)
from .oracle_torch import packed_both_ways

bilstm_lengths = partial(
    question, "bilstm_lengths", timeout_s=60,  # of which loading torch takes a few
    hint="Where does each row's last real step stand, and what may be said about the steps after it?",
)  # fmt: skip


def read(student: Student, case: BiCase, lengths: Any = None) -> Any:
    """What a fresh layer of the student's gives, told the lengths of the case or those given."""
    told = case.lengths if lengths is None else lengths
    return student.new(NAME, *case.weights).call("forward", case.xs, told)


def check_hs(label: str, yours: Any, student: Student, case: BiCase) -> None:
    """Hidden states against torch's, or else against the student's own of each length."""
    assert case.lengths is not None
    title = f"{NAME}.forward{label}, lengths {case.lengths}: hs"
    try:
        checks.values(title, yours, packed_both_ways(case.weights, case.xs, case.lengths, case.dhs).hs)
    except CheckFailed as failure:
        own, other = (hs_of_each_length(student, part) for part in (case, replace(case, xs=case.xs + 1)))
        moves = np.abs(own - other).max(axis=2) > 1e-6
        if not np.isfinite(own).all() or not moves[~case.padding].all() or not _fits(title, yours, own):
            raise failure from None


def check_gradients(label: str, student: Student, case: BiCase) -> Array:
    """dxs and grads against torch's, or else against the student's own of each length; returns dxs."""
    assert case.lengths is not None
    yours = gradients_of(bi_run(student, case))
    theirs = packed_both_ways(case.weights, case.xs, case.lengths, case.dhs)
    title = f"{NAME}.backward{label}, lengths {case.lengths}"
    titles = [f"{title}: dxs", *(f"{title}: the gradient of {name}" for name in PARAMETERS)]
    try:
        for name, mine, wanted in zip(titles, (yours.dxs, *yours.grads), (theirs.dxs, *theirs.grads), strict=True):
            checks.values(name, mine, wanted)
    except CheckFailed as failure:
        own = gradients_of_each_length(student, case)
        parts = own.dxs, *own.grads
        if not all(np.isfinite(part).all() for part in parts) or not any(part.any() for part in parts):
            raise
        if not all(_fits(*both) for both in zip(titles, (yours.dxs, *yours.grads), parts, strict=True)):
            raise failure from None
    return yours.dxs


def _fits(title: str, yours: Any, own: Array) -> bool:
    try:
        checks.values(title, yours, own)
    except CheckFailed:
        return False
    return True


@bilstm_lengths(points=4)
def test_bilstm_lengths_values(student: Student) -> None:
    """Lengths in any order: every real step is read as if there were no padding."""
    for seed in (31, 32, 36):
        case = ragged_case(seed)
        check_hs("", read(student, case), student, case)


@bilstm_lengths(points=1)
def test_bilstm_lengths_of_padding_is_zero(student: Student) -> None:
    """Exactly zero, not nearly; in both halves."""
    case = ragged_case(34)
    hs = array(f"{NAME}.forward: hs", read(student, case), bi_run(student, case).upstream[0].shape)
    check_hs("", hs, student, case)
    checks.equal(f"{NAME}.forward, lengths {case.lengths}: entries at padding that are not 0", _count(hs, case), 0)


@bilstm_lengths(points=1)
def test_bilstm_lengths_in_any_form(student: Student) -> None:
    """A list, an array of int64 or of int32."""
    case = ragged_case(35)
    for dtype in (None, np.int32, np.int64):
        kept = student.put(case.lengths if dtype is None else np.array(case.lengths, dtype))
        note = f" with lengths in {'a list' if dtype is None else f'an array of {dtype.__name__}'}"
        check_hs(note, read(student, case, kept), student, case)
        checks.equal(f"{NAME}.forward{note}: its argument lengths", np.asarray(kept.fetch()).tolist(), case.lengths)


@bilstm_lengths(points=1)
def test_bilstm_lengths_of_all_steps_or_one(student: Student) -> None:
    """All T, all 1, N = 1, T = 1."""
    for N, T, lengths in ((2, 5, [5, 5]), (3, 5, [1, 1, 1]), (1, 5, [3]), (3, 1, [1, 1, 1]), (1, 1, [1])):
        case = bi_case(36, N, T, lengths=lengths)
        check_hs(f" of {N} x {T} steps", read(student, case), student, case)


@bilstm_lengths(points=2)
def test_bilstm_lengths_what_stands_at_padding_is_not_read(student: Student) -> None:
    """Other numbers at padding in xs change nothing at all."""
    case = ragged_case(37)
    other = case.with_padding(x=30.0, dh=0.0)
    check_hs("", read(student, case), student, case)
    check_hs(" with other numbers at padding", read(student, other), student, other)


@bilstm_lengths(points=1)
def test_bilstm_lengths_of_vectors_that_are_zero(student: Student) -> None:
    """A real step is real whatever stands there."""
    case = ragged_case(46)
    for n, length in enumerate(case.lengths or ()):
        case.xs[n, [length // 2, length - 1]] = 0
    check_hs(" where some real steps are zero vectors", read(student, case), student, case)


@bilstm_lengths(points=1)
def test_bilstm_lengths_in_float32(student: Student) -> None:
    """Values in float32, and their dtype, unless it is another even without lengths."""
    case = ragged_case(38, dtype=np.float32)
    yours = read(student, case)
    check_hs(" in float32", yours, student, case)
    without = np.asarray(student.new(NAME, *case.weights).call("forward", case.xs)).dtype
    dtype = np.asarray(yours).dtype
    checks.equal(f"{NAME}.forward with lengths, in float32: whether hs is, too", dtype in (np.float32, without), True)


@bilstm_lengths(points=2)
def test_bilstm_lengths_are_of_one_call(student: Student) -> None:
    """A call without lengths reads all steps, whatever lengths came before; other lengths are other lengths."""
    case, other = ragged_case(39), ragged_case(47)
    assert case.lengths != other.lengths
    run = bi_run(student, replace(case, lengths=None))
    layer, fresh, twice = run.layer(), run.layer(), run.layer()
    check_hs("", layer.call("forward", case.xs, case.lengths), student, case)
    (hs,) = run.outputs(fresh)
    if _carries_on(twice, case, hs):  # another question's loss, and nothing can be seen here
        return
    checks.values(f"{NAME}.forward without lengths after one with lengths: hs", run.outputs(layer)[0], hs)
    for lengths in (case.lengths, other.lengths):
        again = replace(case, lengths=lengths)
        check_hs(" after other lengths", layer.call("forward", case.xs, lengths), student, again)


@bilstm_lengths(points=1)
def test_bilstm_lengths_gradients_are_of_one_call(student: Student) -> None:
    """Backward goes the way of the last forward, whatever lengths came before."""
    case = ragged_case(57)
    check_gradients("", student, case)
    run = bi_run(student, replace(case, lengths=None))
    layer, fresh, twice = run.layer(), run.layer(), run.layer()
    layer.call("forward", case.xs, case.lengths)
    layer.call("backward", *run.upstream)
    dxs = dxs_of(run, fresh)
    if not _carries_on(twice, case, run.outputs(run.layer())[0]):
        checks.values(f"{NAME}.backward without lengths after one with lengths: dxs", dxs_of(run, layer), dxs)


def _carries_on(layer: RemoteObject, case: BiCase, first: Array) -> bool:
    """Whether the student's layer reads the same text otherwise the second time, even without lengths."""
    layer.call("forward", case.xs)
    again = layer.call("forward", case.xs)
    return not np.allclose(array(f"{NAME}.forward: hs", again, first.shape), first)


@bilstm_lengths(points=2)
def test_bilstm_lengths_out_of_range(student: Student) -> None:
    """0, below 0, above T, not whole, too many or too few: ValueError."""
    case = ragged_case(40, N=3, T=5)
    check_hs("", read(student, case), student, case)
    for wrong in ([2, 0, 3], [2, 6, 3], [-1, 2, 3], [2, 3], [2, 3, 1, 4], [3], [2, 2.5, 3]):
        label = f"{NAME}.forward of 3 x 5 steps with lengths {wrong}"
        checks.raises(label, "ValueError", partial(read, student, case, wrong))
        label = f"{label}, in an array"
        checks.raises(label, "ValueError", partial(read, student, case, np.array(wrong)))


@bilstm_lengths(points=3)
def test_bilstm_lengths_gradients(student: Student) -> None:
    """dxs and the gradients of the six arrays."""
    for seed in (41, 42):
        check_gradients("", student, ragged_case(seed))


@bilstm_lengths(points=2)
def test_bilstm_lengths_gradient_at_padding(student: Student) -> None:
    """What stands at padding in xs or dhs changes no gradient, and the gradient there is exactly zero."""
    case = ragged_case(43).with_padding(x=30.0, dh=1e3)
    dxs = check_gradients(" with other numbers at padding", student, case)
    label = f"{NAME}.backward, lengths {case.lengths}: entries of dxs at padding that are not 0"
    checks.equal(label, _count(dxs, case), 0)


@bilstm_lengths(points=1)
def test_bilstm_lengths_gradients_of_all_steps_or_one(student: Student) -> None:
    """All T, all 1, N = 1."""
    for N, T, lengths in ((2, 5, [5, 5]), (3, 5, [1, 1, 1]), (1, 5, [3])):
        check_gradients(f" of {N} x {T} steps", student, bi_case(44, N, T, lengths=lengths))


@bilstm_lengths(points=1)
def test_bilstm_lengths_leave_xs_alone(student: Student) -> None:
    """What stands in xs is still there, at padding too."""
    case = ragged_case(45).with_padding(x=3.0, dh=3.0)
    check_hs("", read(student, case), student, case)
    told, not_told = (_changes_xs(student, lengths, case) for lengths in (case.lengths, None))
    checks.equal(f"{NAME}.forward with lengths: whether it changes its argument xs", told and not not_told, False)


@bilstm_lengths(points=1)
def test_bilstm_lengths_gradients_leave_dhs_alone(student: Student) -> None:
    """What stands in dhs is still there, at padding too."""
    case = ragged_case(49).with_padding(x=3.0, dh=3.0)
    check_gradients("", student, case)
    told, not_told = (_changes_dhs(student, replace(case, lengths=lengths)) for lengths in (case.lengths, None))
    checks.equal(f"{NAME}.backward after lengths: whether it changes its argument dhs", told and not not_told, False)


def _changes_xs(student: Student, lengths: list[int] | None, case: BiCase) -> bool:
    kept = student.put(case.xs)
    student.new(NAME, *case.weights).call("forward", kept, *(() if lengths is None else (lengths,)))
    return not np.array_equal(kept.fetch(), case.xs)


def _changes_dhs(student: Student, case: BiCase) -> bool:
    run = bi_run(student, case)
    layer, kept = run.layer(), student.put(run.upstream[0])
    run.outputs(layer)
    layer.call("backward", kept)
    return not np.array_equal(kept.fetch(), run.upstream[0])


def _count(values: Array, case: BiCase) -> int:
    """How many entries at padding are not zero."""
    return int(np.count_nonzero(values[case.padding]))
