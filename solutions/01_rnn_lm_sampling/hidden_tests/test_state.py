"""Assignment 01, state over several calls: time_lstm_state.

The values of forward are another question. So an answer is right if it equals the oracle's, or else if it equals the
result of the student's own forward from the same state reached another way, provided that the state matters there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.question import question
from autograder.testing.sequence_models.lstm import time_case
from autograder.testing.student import RemoteObject, Student

time_lstm_state = partial(
    question, "time_lstm_state", given=("lstm_forward", "lstm_backward"),
    hint="When forward begins, where do h and c come from: stateful or not, after set_state, after reset_state?",
)  # fmt: skip
H = 7
Own = Callable[[], tuple[Any, ...]]


def made(student: Student, seed: int, stateful: bool = True) -> RemoteObject:
    """The student's TimeLSTM."""
    return student.new("TimeLSTM", *time_case(seed).weights, stateful=stateful)


def oracle(reference: SimpleNamespace, seed: int, stateful: bool = True) -> Any:
    """The oracle's TimeLSTM, with the same weights."""
    return reference.TimeLSTM(*time_case(seed).weights, stateful=stateful)


def short_text(seed: int, T: int, N: int = 2) -> Array:
    """Inputs of a short text: an LSTM forgets, so a long text would hide its initial state."""
    return time_case(1000 + seed, N=N, T=T).xs


def some_state(seed: int) -> tuple[Array, Array]:
    """A state: h and c, (2, H) each."""
    h, c = time_case(seed, T=2).dhs.transpose(1, 0, 2).copy()
    return h, c


def check_next(label: str, yours: Any, wanted: Array, by_another_way: Own) -> None:
    """Compare hidden states with the oracle's, or else with the student's own.

    by_another_way   returns the results of the student's forward from the wanted state, and from other states
    """
    title = f"TimeLSTM.forward {label}: hs"
    try:
        checks.values(title, yours, wanted)
    except CheckFailed as failure:
        own, *others = by_another_way()
        for answer in (yours, own, *others):
            array(title, answer, wanted.shape)
        if not np.isfinite(own).all() or any(np.allclose(own, other, rtol=1e-6, atol=1e-9) for other in others):
            raise
        if not np.allclose(yours, own, rtol=1e-9, atol=1e-12):
            raise failure from None


def told(student: Student, seed: int, h: Array, c: Array, xs: Array) -> Any:
    """The result of a stateful layer's forward after set_state(h, c)."""
    layer = made(student, seed)
    layer.call("set_state", h, c)
    return layer.call("forward", xs)


def told_otherwise(student: Student, seed: int, h: Array, c: Array, xs: Array) -> tuple[Any, Any]:
    """The results from another h and from another c: one that makes no difference has been lost."""
    return told(student, seed, h + 1, c, xs), told(student, seed, h, c + 1, xs)


@time_lstm_state(points=3)
def test_time_lstm_state_stateful_carries_on(student: Student, reference: SimpleNamespace) -> None:
    """A text read in pieces gives the same as in one go: both h and c are carried on."""
    for seed, T in ((40, 1), (41, 3), (42, 2)):
        words, rest = short_text(seed, 2), short_text(seed + 50, T)
        layer, right = made(student, seed), oracle(reference, seed)
        for t in (0, 1):
            layer.call("forward", words[:, t : t + 1])

        h, c = (array(f"TimeLSTM.{name} after forward", layer.get(name), (2, H)) for name in "hc")

        def set_to_it(seed: int = seed, h: Array = h, c: Array = c, rest: Array = rest) -> tuple[Any, ...]:
            return told(student, seed, h, c, rest), *told_otherwise(student, seed, h, c, rest)

        right.forward(words)
        check_next("of a stateful layer, the third time", layer.call("forward", rest), right.forward(rest), set_to_it)


@time_lstm_state(points=2)
def test_time_lstm_state_stateless_starts_from_zero(student: Student, reference: SimpleNamespace) -> None:
    """Every forward of a stateless layer starts afresh, whatever the batch size before."""
    for seed, N in ((45, 2), (46, 5)):
        first, second = short_text(seed, 3, N), short_text(seed + 50, 2)
        layer = made(student, seed, stateful=False)
        layer.call("forward", first)

        def fresh(seed: int = seed, second: Array = second) -> tuple[Any, Any]:
            carried = made(student, seed)
            carried.call("forward", short_text(seed, 3))
            return made(student, seed, stateful=False).call("forward", second), carried.call("forward", second)

        wanted = oracle(reference, seed, stateful=False).forward(second)
        check_next("of a stateless layer for the second time", layer.call("forward", second), wanted, fresh)


@time_lstm_state(points=2)
def test_time_lstm_state_set_state_is_the_start(student: Student, reference: SimpleNamespace) -> None:
    """A stateful layer starts from the h and c of set_state, before any forward and after one."""
    layer, right = made(student, 47), oracle(reference, 47)
    for seed in (47, 48):
        read, rest = short_text(seed, 2), short_text(seed + 50, 2)
        donor = made(student, 47)
        donor.call("forward", read)
        h, c = (array(f"TimeLSTM.{name} after forward", donor.get(name), (2, H)) for name in "hc")
        layer.call("set_state", h, c)
        right.set_state(h, c)

        def carried(donor: RemoteObject = donor, h: Array = h, c: Array = c, rest: Array = rest) -> tuple[Any, ...]:
            return donor.call("forward", rest), *told_otherwise(student, 47, h, c, rest)

        check_next(
            "of a stateful layer after set_state(h, c)", layer.call("forward", rest), right.forward(rest), carried
        )


@time_lstm_state(points=1)
def test_time_lstm_state_set_state_without_c(student: Student, reference: SimpleNamespace) -> None:
    """set_state(h) sets c to zero, whatever it was before."""
    layer, right = made(student, 49), oracle(reference, 49)
    for seed in (49, 50):
        (h, _), rest = some_state(seed), short_text(seed, 2)
        layer.call("set_state", h)
        right.set_state(h)

        def with_zeros(h: Array = h, rest: Array = rest) -> tuple[Any, Any]:
            told = made(student, 49)
            told.call("set_state", h, np.zeros_like(h))
            return told.call("forward", rest), made(student, 49).call("forward", rest)

        check_next(
            "of a stateful layer after set_state(h)", layer.call("forward", rest), right.forward(rest), with_zeros
        )


@time_lstm_state(points=1)
def test_time_lstm_state_set_state_of_a_stateless_layer(student: Student, reference: SimpleNamespace) -> None:
    """On a stateless layer set_state has no effect."""
    rest, state = short_text(52, 2), some_state(52)
    layer = made(student, 52, stateful=False)
    layer.call("set_state", *state)

    def fresh() -> tuple[Any, Any]:
        told = made(student, 52)
        told.call("set_state", *state)
        return made(student, 52, stateful=False).call("forward", rest), told.call("forward", rest)

    wanted = oracle(reference, 52, stateful=False).forward(rest)
    check_next("of a stateless layer after set_state(h, c)", layer.call("forward", rest), wanted, fresh)


@time_lstm_state(points=2)
def test_time_lstm_state_reset_state(student: Student, reference: SimpleNamespace) -> None:
    """After reset_state both h and c start at zero, and another batch size is allowed."""
    for seed, N in ((53, 2), (54, 5)):
        first, second = short_text(seed, 2, N), short_text(seed + 50, 2)
        layer = made(student, seed)
        layer.call("forward", first)
        layer.call("reset_state")

        def fresh(seed: int = seed, second: Array = second) -> tuple[Any, Any]:
            carried = made(student, seed)
            carried.call("forward", short_text(seed, 2))
            return made(student, seed).call("forward", second), carried.call("forward", second)

        wanted = oracle(reference, seed).forward(second)
        check_next("of a stateful layer after reset_state", layer.call("forward", second), wanted, fresh)


@time_lstm_state(points=1)
def test_time_lstm_state_refuses_another_batch_size(student: Student, reference: SimpleNamespace) -> None:
    """A stateful layer raises a ValueError for another batch size than that of its state, even for one row."""
    xs = short_text(55, 2)
    for N in (1, 3):
        layer = made(student, 55)

        def stateless() -> tuple[Any, Any]:
            return made(student, 55, stateful=False).call("forward", xs), np.zeros((2, 2, H))

        check_next("of a stateful layer", layer.call("forward", xs), oracle(reference, 55).forward(xs), stateless)
        other = short_text(56, 2, N)
        label = f"TimeLSTM.forward, stateful, of a batch of {N} where the state has 2 rows"
        checks.raises(label, "ValueError", partial(layer.call, "forward", other))
