"""Planted errors in gradients: each must be caught whatever the seed, and named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.errors import CallFailed, CheckFailed, NotWritten, TaskError
from autograder.testing import checks
from autograder.testing.checks import comparison_count
from autograder.testing.student import BareConnection, RemoteObject, Student

N, D, H = 2, 3, 11
NAMES = ("Wx", "Wh", "b", "x", "h_prev", "c_prev")
SHAPES = ((D, 4 * H), (H, 4 * H), (4 * H,), (N, D), (N, H), (N, H))
Grads = list[np.ndarray]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


class Step:
    """One LSTM step, written for these tests; `spoil` changes the six gradients before they are returned."""

    def __init__(self, *weights: np.ndarray, spoil: Callable[[Grads], Grads] | None = None) -> None:
        self.params = list(weights)
        self.grads = [np.zeros_like(w) for w in weights]
        self.spoil = spoil

    def forward(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wx, wh, b = self.params
        f, g, i, o = np.split(x @ wx + h @ wh + b, 4, axis=1)
        f, g, i, o = sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o)
        new = f * c + g * i
        self.seen = x, h, c, f, g, i, o, new
        return o * np.tanh(new), new

    def backward(self, dh: np.ndarray, dc: np.ndarray) -> Any:
        x, h, c, f, g, i, o, new = self.seen
        ds = dc + dh * o * (1 - np.tanh(new) ** 2)
        gates = [ds * c * f * (1 - f), ds * i * (1 - g**2), ds * g * i * (1 - i), dh * np.tanh(new) * o * (1 - o)]
        da = np.concatenate(gates, axis=1)
        grads = [x.T @ da, h.T @ da, da.sum(axis=0), da @ self.params[0].T, da @ self.params[1].T, ds * f]
        grads = self.spoil(grads) if self.spoil else grads
        self.grads = grads[:3]
        return tuple(grads[3:])


class Zeros(Step):
    """A layer whose forward and backward agree but are useless: all zeros."""

    def forward(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros_like(h), np.zeros_like(c)

    def backward(self, dh: np.ndarray, dc: np.ndarray) -> Any:
        return np.zeros((N, D)), np.zeros((N, H)), np.zeros((N, H))


def judge(layer: type = Step, *, seed: int = 1, data: int = 0, **kwargs: Any) -> None:
    """layer_gradients of such a layer."""
    student = Student(BareConnection({"Step": lambda *weights: layer(*weights, **kwargs)}))
    rng = np.random.default_rng(data)
    arrays = [rng.normal(size=shape) for shape in SHAPES]
    upstream = [rng.normal(size=(N, H)) for _ in range(2)]

    def make(params: Sequence[np.ndarray]) -> RemoteObject:
        return student.new("Step", *params)

    checks.layer_gradients("Step.backward", make, arrays[:3], arrays[3:], upstream, seed=seed, names=NAMES)


def spoiled(array: int, change: Callable[[np.ndarray], Any]) -> Callable[[Grads], Grads]:
    """A change of one of the six gradients."""

    def spoil(grads: Grads) -> Grads:
        grads[array] = change(grads[array])
        return grads

    return spoil


def swapped(gradient: np.ndarray) -> np.ndarray:
    """The gradient with forget and input gate swapped."""
    f, g, i, o = np.split(gradient, 4, axis=-1)
    return np.concatenate([i, g, f, o], axis=-1)


def one_entry(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    """The gradient with its entry of middling size multiplied."""

    def change(gradient: np.ndarray) -> np.ndarray:
        flat = gradient.copy().reshape(-1)
        flat[np.argsort(np.abs(flat))[len(flat) // 2]] *= factor
        return flat.reshape(gradient.shape)

    return change


@pytest.mark.parametrize("data", range(10))
def test_right_gradients_pass(data: int) -> None:
    before = comparison_count.made()
    for seed in range(20):
        judge(seed=seed, data=data)
    assert comparison_count.made() >= before + 20


@pytest.mark.parametrize("array", range(6), ids=NAMES)
@pytest.mark.parametrize(
    "change", [lambda g: 1.001 * g, one_entry(1.001), one_entry(-1)], ids=["whole", "entry", "sign"]
)
def test_a_small_error_in_any_one_array_is_caught_for_every_seed(
    array: int, change: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "autograder.testing.checks.gradients.MAX_ENTRIES", 2
    )  # only the verdict matters here, not its message
    for seed in range(100):
        with pytest.raises(CheckFailed, match=f"the gradient of {NAMES[array]}\n"):
            judge(seed=seed, data=seed, spoil=spoiled(array, change))


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_a_small_error_beside_large_neighbours_is_caught(factor: float) -> None:
    """One array whose gradient is a thousand times smaller (or larger) than the others'."""
    a, b = np.random.default_rng(0).normal(size=(2, 4, 5))

    def loss(arrays: list[np.ndarray]) -> float:
        return float(np.sum(np.sin(arrays[0])) + factor * np.sum(np.sin(arrays[1])))

    for seed in range(200):
        checks.gradient("here", loss, [a, b], [np.cos(a), factor * np.cos(b)], seed=seed)
        with pytest.raises(CheckFailed, match="the gradient of array 1\n"):
            checks.gradient("here", loss, [a, b], [np.cos(a), 1.001 * factor * np.cos(b)], seed=seed)


SPOILED = {
    "swapped gates": (0, swapped, "the four quarters of the last axis stand in the order i, g, f, o"),
    "swapped gates of b": (2, swapped, "the four quarters of the last axis stand in the order i, g, f, o"),
    "transposed": (0, lambda g: g.T, r"an array of shape \(44, 3\): this is the transpose of the wanted shape"),
    "not summed over the batch": (2, lambda g: np.stack([g, g]), "not summed over the leading axes"),
    "mean over the batch": (2, lambda g: g / 44, "divided by 44: a mean where a sum is wanted"),
    "zeros": (1, np.zeros_like, ""),
    "sign": (4, np.negative, "every entry is -1 times the wanted"),
    "twice": (5, lambda g: np.full_like(g, 0.5), "the same number"),
    "NaN": (3, lambda g: np.where(g > g.mean(), np.nan, g), "NaN in . of 6 entries"),
    "inf": (3, lambda g: g * np.inf, "inf in 6 of 6 entries"),
    "huge": (3, lambda g: g * 1e308, "at"),
    "None": (5, lambda g: None, "None"),
    "list": (5, np.ndarray.tolist, "a list of length 2"),
    "complex": (5, lambda g: g + 0j, "a complex128 array"),
    "bool": (5, lambda g: g > 0, ""),
}


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_gradients_are_named(name: str) -> None:
    array, change, text = SPOILED[name]
    with pytest.raises(CheckFailed, match=f"the gradient of {NAMES[array]}\nyours .*{text}"):
        judge(spoil=spoiled(array, change))


def test_forward_and_backward_of_zeros_fail() -> None:
    with pytest.raises(CheckFailed, match="what your forward pass gives does not depend on Wx"):
        judge(Zeros)


@pytest.mark.parametrize("returned", [None, 1.0, [], np.zeros((N, H)), (np.zeros((N, D)),), "dx", {}])
def test_backward_that_returns_something_else(returned: Any) -> None:
    class Other(Step):
        def backward(self, dh: np.ndarray, dc: np.ndarray) -> Any:
            super().backward(dh, dc)
            return returned

    with pytest.raises(CheckFailed, match="wanted  backward: 3 arrays"):
        judge(Other)


@pytest.mark.parametrize("returned", [None, 1.0, (1, 2), (np.zeros((N, H)), None), [np.zeros((H, N))] * 2, "hs"])
def test_forward_that_returns_something_else(returned: Any) -> None:
    class Other(Zeros):
        def forward(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> Any:
            return returned

    with pytest.raises(CheckFailed, match="forward"):
        judge(Other)


def test_forward_that_gives_nan() -> None:
    class Other(Zeros):
        def forward(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> Any:
            return h * np.nan, c

    with pytest.raises(CheckFailed, match="a loss computed from your forward pass is NaN"):
        judge(Other)


def test_what_the_students_code_raises_comes_through() -> None:
    class Broken(Step):
        def backward(self, dh: np.ndarray, dc: np.ndarray) -> Any:
            raise KeyError("dh")

    class Stub(Step):
        def backward(self, dh: np.ndarray, dc: np.ndarray) -> Any:
            raise NotImplementedError("lstm_backward")

    with pytest.raises(CallFailed, match="dh"):
        judge(Broken)
    with pytest.raises(NotWritten, match="lstm_backward"):
        judge(Stub)


def test_a_forward_that_fails_later_does_not_change_the_verdict() -> None:
    calls = []

    def loss(arrays: list[np.ndarray]) -> Any:
        calls.append(1)
        if len(calls) > 20:
            raise CallFailed("tired", "RuntimeError")
        return float(np.sum(arrays[0] ** 2))

    with pytest.raises(CheckFailed, match="not the slope of the loss along a random direction"):
        checks.gradient("here", loss, [np.ones(50)], [np.ones(50)], seed=1)


def test_an_error_that_no_differenced_entry_shows_is_still_a_failure() -> None:
    point = np.random.default_rng(0).normal(size=20_000)
    wrong = 2 * point
    wrong[12_345] += 1
    for seed in range(20):
        with pytest.raises(CheckFailed, match="here: the gradient of array 0"):
            checks.gradient("here", lambda a: float(np.sum(a[0] ** 2)), [point], [wrong], seed=seed)


def test_few_losses_for_a_right_gradient_and_a_bounded_number_for_a_wrong_one() -> None:
    point, calls = np.random.default_rng(0).normal(size=(30, 40)), []

    def loss(arrays: list[np.ndarray]) -> float:
        calls.append(1)
        return float(np.sum(arrays[0] ** 2))

    checks.gradient("here", loss, [point], [2 * point], seed=1)
    assert len(calls) == 8
    with pytest.raises(CheckFailed, match=r"every entry is 0\.5 times the wanted"):
        checks.gradient("here", loss, [point], [point], seed=1)
    assert len(calls) <= 16 + 2 * 160


def test_a_huge_loss_excuses_no_error() -> None:
    point = np.random.default_rng(0).normal(size=7)
    for offset in (0, 1e3, 1e8, 5e8, 1e9, 1e12, 1e90):
        with pytest.raises(CheckFailed, match="here"):
            checks.gradient("here", lambda a, o=offset: float(np.sum(a[0] ** 2)) + o, [point], [2.002 * point], seed=3)


def test_expect_zero() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 3))

    def loss(arrays: list[np.ndarray]) -> float:
        return float(np.sum(arrays[0] ** 2))

    def check(db: np.ndarray, **kwargs: Any) -> None:
        checks.gradient("here", loss, [a, b], [2 * a, db], seed=1, names=["a", "b"], **kwargs)

    check(0 * b, expect_zero=["b"])
    with pytest.raises(CheckFailed, match="the gradient of b"):
        check(0 * b)
    with pytest.raises(CheckFailed, match="the gradient of b"):
        check(1e-6 + 0 * b, expect_zero=["b"])
    with pytest.raises(CheckFailed, match="the gradient of a"):
        check(0 * b, expect_zero=True)
    with pytest.raises(TaskError, match="expect_zero names"):
        check(0 * b, expect_zero=["c"])


@pytest.mark.parametrize("point", [[], [np.zeros(3, np.float32)], [np.zeros((0, 2))]])
def test_points_that_cannot_be_differenced_are_the_suites_fault(point: list[np.ndarray]) -> None:
    with pytest.raises(TaskError, match="float64"):
        checks.gradient("here", lambda a: 0.0, point, point, seed=1)
