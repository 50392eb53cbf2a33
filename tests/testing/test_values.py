"""Planted errors that the checks must catch, and arbitrary values that must never break them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.agent.wire import Ref, StandInRef
from autograder.errors import CallFailed, CheckFailed, NotWritten, TaskError
from autograder.testing import checks
from autograder.testing.checks import comparison_count
from autograder.testing.student import BareConnection, RemoteObject, Student

N, T, D, H = 2, 5, 3, 11


def some(*shape: int, seed: int = 0) -> np.ndarray:
    """An array of distinct values."""
    return np.random.default_rng(seed).normal(size=shape)


def fails(check: Callable[..., Any], *args: Any, **kwargs: Any) -> CheckFailed:
    """The CheckFailed of a check that must fail, and must have counted as a comparison."""
    before = comparison_count.made()
    with pytest.raises(CheckFailed, match=r"\Ahere.*\nyours   .+\nwanted  .+\Z") as caught:
        check("here", *args, **kwargs)
    assert comparison_count.made() > before
    return caught.value


def passes(check: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Assert that the check passes and counts as a comparison."""
    before = comparison_count.made()
    check("here", *args, **kwargs)
    assert comparison_count.made() > before


# values ---------------------------------------------------------------------------------------------------------------

ONE_OFF = some(N, T, H).copy()
ONE_OFF[1, 3, 7] *= 1.001


@pytest.mark.parametrize(
    "yours",
    [
        ONE_OFF,
        some(N, T, H) * 1.001,
        -some(N, T, H),
        np.zeros((N, T, H)),
        some(N, T, H).transpose(1, 0, 2),
        some(N, T, H)[:, ::-1],
        some(N, T, H)[:1],
        some(N, T, H)[0],
        some(N, T, H)[None],
        np.where(some(N, T, H) > 2, np.nan, some(N, T, H)),
        np.where(some(N, T, H) > 2, np.inf, some(N, T, H)),
        np.full((N, T, H), np.nan),
        some(N, T, H) + 0j,
        some(N, T, H) > 0,
        some(N, T, H).tolist(),
        list(some(N, T, H)),
        (some(N, T, H),),
        {"hs": some(N, T, H)},
        None,
        1.0,
        "hs",
        np.zeros((0, T, H)),
        np.float64(1),
    ],
)
def test_values_rejects(yours: Any) -> None:
    fails(checks.values, yours, some(N, T, H))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_forgives_rounding_and_no_more(dtype: str) -> None:
    wanted = some(N, T, H).astype(dtype)
    error = 5e-2 if dtype == "float16" else 1e-3
    step = 4 * np.finfo(dtype).eps
    passes(checks.values, (wanted * (1 + step)).astype(dtype), wanted)
    fails(checks.values, (wanted * (1 + error)).astype(dtype), wanted)


def test_values_of_other_precision_than_wanted() -> None:
    fails(checks.values, some(N, H).astype(np.float32), some(N, H))
    passes(checks.values, some(N, H).astype(np.float32), some(N, H), precision="float32")
    fails(checks.values, 1.001 * some(N, H).astype(np.float32), some(N, H), precision="float32")


def test_values_with_limits_given() -> None:
    passes(checks.values, some(N, H) * 1.001, some(N, H), rtol=2e-3)
    fails(checks.values, some(N, H) * 1.001, some(N, H), rtol=0.5e-3)
    passes(checks.values, some(N, H) + 0.01, some(N, H), atol=0.011)
    fails(checks.values, some(N, H) + 0.01, some(N, H), atol=0.009)
    passes(checks.values, some(N, H), some(N, H), rtol=0, atol=0)
    fails(checks.values, np.nextafter(some(N, H), 9), some(N, H), rtol=0, atol=0)


def test_values_dtype() -> None:
    passes(checks.values, some(N, H).astype("float32"), some(N, H).astype("float32"), dtype=np.float32)
    fails(checks.values, some(N, H), some(N, H).astype("float32"), dtype=np.float32)
    fails(checks.values, some(N, H).astype("float32"), some(N, H), dtype="float64")


def test_values_infinities() -> None:
    wanted = np.array([-np.inf, 0.5, np.inf])
    passes(checks.values, wanted.copy(), wanted)
    fails(checks.values, -wanted, wanted)
    fails(checks.values, np.array([-1e308, 0.5, 1e308]), wanted)
    fails(checks.values, np.array([np.nan, 0.5, np.inf]), wanted)


def test_values_scalars() -> None:
    for yours in (0.25, np.float64(0.25), np.array(0.25), np.float32(0.25)):
        passes(checks.values, yours, 0.25)
    for yours in (True, "0.25", [0.25], np.array([0.25]), None, math.nan, 0.25 + 0j, 10**400):
        fails(checks.values, yours, 0.25)
    passes(checks.values, 1, 1.0)
    fails(checks.values, True, 1.0)
    fails(checks.values, 3.0, 3)


def test_values_of_tuples_lists_and_dicts() -> None:
    wanted = (some(N, D), some(N, H, seed=1))
    passes(checks.values, [part.copy() for part in wanted], wanted)
    for yours in (wanted[::-1], wanted[:1], (*wanted, 1), wanted[0], None, (wanted[0], wanted[1] * 1.001), {}):
        fails(checks.values, yours, wanted)
    named = {"weight": wanted[0], "bias": wanted[1]}
    passes(checks.values, {"bias": wanted[1], "weight": wanted[0]}, named)
    for yours in ({"weight": wanted[0]}, {**named, "more": 1}, {**named, "bias": wanted[1] + 1}, wanted, None):
        fails(checks.values, yours, named)
    passes(checks.values, np.array([0.5, 1.5]), [0.5, 1.5])


@pytest.mark.parametrize("wanted", [np.array([1.0, np.nan]), np.zeros((0, 3)), [], "text", None, object(), 1j])
def test_values_that_cannot_be_wanted_are_the_suites_fault(wanted: Any) -> None:
    with pytest.raises(TaskError, match=r"here: "):
        checks.values("here", np.zeros(3), wanted)


# exact, shapes, bounds ------------------------------------------------------------------------------------------------


def test_equal() -> None:
    for yours, wanted in (
        ([1, 2], [1, 2]), ((1, 2), [1, 2]), ([np.int64(1), 2], [1, 2]), (3, 3), (np.int32(3), 3), (True, True),
        (np.bool_(True), True), ("a", "a"), (None, None), (np.array([1, 2], np.int8), np.array([1, 2])), ([], []),
        ([[1], []], [[1], []]), (["a", 1], ["a", 1]), ([0.0], [0.0]), (np.zeros(3), np.zeros(3)),
    ):  # fmt: skip
        passes(checks.equal, yours, wanted)
    for yours, wanted in (
        ([1, 3], [1, 2]), ([1], [1, 2]), ([1.0, 2], [1, 2]), ([True, 2], [1, 2]), (np.array([1, 2]), [1, 2]), (1, True),
        (True, 1), (3.0, 3), ("b", "a"), (b"a", "a"), ("None", None), (np.array([1.0, 2]), np.array([1, 2])),
        ([1, 2], np.array([1, 2])), ([1], []), (math.nan, 0.0), ([[1], [2]], [[1], []]), (None, [1]), (0, None),
        (np.array([0.0, 1e-300]), np.zeros(2)), (10**60, 1), ([10**60], [1]),
    ):  # fmt: skip
        fails(checks.equal, yours, wanted)


def test_shape_and_dtype() -> None:
    array = np.zeros((3, 11), np.float32)
    passes(checks.shape, array, (3, 11))
    passes(checks.shape, 0.5, ())
    passes(checks.dtype, array, "float32")
    passes(checks.dtype, [array, np.float32(1)], np.float32)
    for yours in (array.T, array[None], array.tolist(), None, 3, "ab", array + 0j):
        fails(checks.shape, yours, (3, 11))
    for yours in (array.astype(float), array.tolist(), None, [], [array, array.astype(float)], 0.5):
        fails(checks.dtype, yours, np.float32)
    for yours in (None, "1", [1.0], True, 1j):
        fails(checks.shape, yours, ())


def test_bounds() -> None:
    passes(checks.at_most, 3, 3, "a loss")
    passes(checks.at_least, np.float32(3), 3, "a loss")
    passes(checks.between, 3.0, 3, 4, "a loss")
    for yours in (3.1, math.nan, None, "3", [3], True, 1j, math.inf):
        fails(checks.at_most, yours, 3, "a loss")
    for yours in (2.9, math.nan, None, -math.inf, np.array([3.0])):
        fails(checks.at_least, yours, 3, "a loss")
    for yours in (2.9, 4.1, math.nan, {}, b"3"):
        fails(checks.between, yours, 3, 4, "a loss")


def raising(error: Exception) -> Callable[[], Any]:
    """An action that raises."""

    def action() -> Any:
        raise error

    return action


def test_raises() -> None:
    failure = CallFailed("xs has shape (3,)", "Mine", ("Mine", "ValueError", "Exception"))
    passes(checks.raises, "ValueError", raising(failure))
    passes(checks.raises, "ValueError", raising(failure), mentions=["XS"])
    fails(checks.raises, "ValueError", raising(failure), mentions=["mask"])
    fails(checks.raises, "ValueError", raising(CallFailed("no", "TypeError", ("TypeError", "Exception"))))
    fails(checks.raises, "ValueError", lambda: np.zeros(3))
    with pytest.raises(NotWritten, match="softmax"):
        checks.raises("here", "NotImplementedError", raising(NotWritten("softmax")))


# remote arrays --------------------------------------------------------------------------------------------------------


class Doubler:
    """A layer that returns twice its input and stores the input's sum as its gradient, correctly or not."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.grads = [np.zeros(3), np.zeros(3)]

    def backward(self, x: np.ndarray) -> np.ndarray:
        if self.manner == "rebinds":
            self.grads = [self.grads[0], x + 1]
        elif self.manner == "rebinds all":
            self.grads = [x + 1, x + 1]
        elif self.manner != "does nothing":
            for grad in self.grads:
                grad[...] = x + 1
        if self.manner == "mutates":
            x *= 2
        return 2 * x


def doubler(manner: str) -> tuple[Student, RemoteObject]:
    """A student with a Doubler, and the layer."""
    student = Student(BareConnection({"Doubler": Doubler}))
    return student, student.new("Doubler", manner)


def test_untouched() -> None:
    for manner, check in (("well", passes), ("mutates", fails)):
        student, layer = doubler(manner)
        sent = some(3)
        kept = student.put(sent)
        layer.call("backward", kept)
        check(checks.untouched, kept, sent)


@pytest.mark.parametrize(
    "now", [None, "x", [1.0, 2.0], np.zeros(4), np.zeros(3, np.float32), np.array([0.0, 0, 1e-300])]
)
def test_untouched_rejects(now: Any) -> None:
    student, _ = doubler("well")
    fails(checks.untouched, student.put(now), np.zeros(3))


def test_untouched_knows_nan_from_nan() -> None:
    student, _ = doubler("well")
    passes(checks.untouched, student.put(np.array([np.nan, 1])), np.array([np.nan, 1]))


@pytest.mark.parametrize("manner", ["well", "rebinds", "rebinds all", "does nothing"])
def test_in_place(manner: str) -> None:
    _, layer = doubler(manner)
    refs = [layer.ref("grads", i) for i in range(2)]
    layer.call("backward", some(3))
    (passes if manner == "well" else fails)(checks.in_place, refs, layer.get("grads"))


@pytest.mark.parametrize("now", [None, 3, [], [np.ones(3)], [None, None], [np.ones(3), "x"], [np.ones(2), np.ones(3)]])
def test_in_place_rejects(now: Any) -> None:
    _, layer = doubler("well")
    layer.call("backward", np.zeros(3))
    fails(checks.in_place, [layer.ref("grads", i) for i in range(2)], now)


def test_in_place_without_references_is_the_suites_fault() -> None:
    with pytest.raises(TaskError, match="no references"):
        checks.in_place("here", [], [])


# any value from the wire ----------------------------------------------------------------------------------------------

NUMBERS = st.integers() | st.floats() | st.complex_numbers() | st.booleans()
DTYPES = st.sampled_from(
    ["bool", "int8", "uint64", "int64", "float16", "float32", "float64", "complex64", "complex128"]
)
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)))
LEAVES = NUMBERS | ARRAYS | st.none() | st.text(max_size=5) | st.binary(max_size=5) | ARRAYS.map(lambda a: a[()])
REFERENCES = st.sampled_from([Ref(3), StandInRef(4), np.random.default_rng(0)])
PLAIN = st.recursive(
    LEAVES | REFERENCES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner)
    ),
    max_leaves=12,
)
STUDENT = Student(BareConnection({}))
THREE = np.array([0.5, 1.5, -2.5])

CHECKS: dict[str, Callable[[Any], Any]] = {
    "values array": lambda x: checks.values("here", x, THREE),
    "values integers": lambda x: checks.values("here", x, np.array([[1, 2], [3, 4]])),
    "values number": lambda x: checks.values("here", x, 0.5),
    "values tuple": lambda x: checks.values("here", x, (THREE, np.ones((2, 2)))),
    "values dict": lambda x: checks.values("here", x, {"a": THREE, "b": 1.0}),
    "values list": lambda x: checks.values("here", x, [0.5, 1.5], dtype="float64"),
    "equal integers": lambda x: checks.equal("here", x, [1, 2, 3]),
    "equal nested": lambda x: checks.equal("here", x, [[1], ["a", None]]),
    "equal text": lambda x: checks.equal("here", x, "a"),
    "equal none": lambda x: checks.equal("here", x, None),
    "equal bool": lambda x: checks.equal("here", x, True),
    "equal array": lambda x: checks.equal("here", x, np.array([1, 2])),
    "shape": lambda x: checks.shape("here", x, (3,)),
    "dtype": lambda x: checks.dtype("here", x, np.float32),
    "at_most": lambda x: checks.at_most("here", x, 1.0, "x"),
    "between": lambda x: checks.between("here", x, 0, 1, "x"),
    "untouched": lambda x: checks.untouched("here", STUDENT.put(x), THREE),
    "in_place list": lambda x: checks.in_place("here", [STUDENT.put(THREE)], x),
    "in_place refs": lambda x: checks.in_place("here", [STUDENT.put(x)], [THREE]),
    "weighted_sum": lambda x: checks.weighted_sum("here", x, [THREE]),
    "weighted_sum two": lambda x: checks.weighted_sum("here", x, [THREE, THREE]),
    "analytic": lambda x: checks.gradient("here", lambda a: float(a[0] @ a[0]), [THREE], x, seed=1),
    "analytic item": lambda x: checks.gradient("here", lambda a: float(a[0] @ a[0]), [THREE], [x], seed=1),
    "loss": lambda x: checks.gradient("here", lambda a: x, [THREE], [THREE], seed=1),
    "distribution": lambda x: checks.distribution("here", x, np.array([0.25, 0.75]), alpha=1e-6),
    "draws": lambda x: checks.draws("here", x, np.array([[0.25, 0.75]] * 3), alpha=1e-6, seed=1),
    "raises": lambda x: checks.raises("here", "ValueError", lambda: x),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(value=PLAIN | st.lists(ARRAYS, min_size=1, max_size=2) | hnp.arrays("float64", (3,)))
def test_any_plain_value_passes_or_is_a_failed_check(name: str, value: Any) -> None:
    try:
        CHECKS[name](value)
    except CheckFailed as failed:
        assert len(str(failed).split("\n")) == 3  # noqa: PT017


def test_lists_within_themselves() -> None:
    endless: list[Any] = []
    endless.append(endless)
    for name in CHECKS.keys() - {"untouched", "in_place refs"}:  # these send the value first, which the wire refuses
        with pytest.raises(CheckFailed, match="here"):
            CHECKS[name](endless)
