"""The three lines a student will read, for each kind of mistake: a changed text shows up in review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.errors import CallFailed, CheckFailed
from autograder.testing import checks
from autograder.testing.student import BareConnection, Student

Case = tuple[Callable[[], Any], str, str]

HS = np.arange(33.0).reshape(3, 11) ** 1.5 / 7 + 0.1
SAME = "a float64 array of shape (3, 11), the same to about 8 digits"
ALL = "33 of 33 entries differ (100 %), the first at [0, 0]: "
STUDENT = Student(BareConnection({}))


def changed(index: tuple[int, ...] = (2, 3), amount: float = 0.5) -> np.ndarray:
    """HS with one entry off."""
    array = HS.copy()
    array[index] += amount
    return array


def spotted(value: float) -> np.ndarray:
    """HS with `value` in two places."""
    array = HS.copy()
    array[1:, 4] = value
    return array


def values(yours: Any, wanted: Any = HS, **kwargs: Any) -> Callable[[], Any]:
    """The check, deferred."""
    return lambda: checks.values("TimeLSTM.forward: hs", yours, wanted, **kwargs)


def gates(order: str) -> np.ndarray:
    """An array with its quarters in this order."""
    parts = {"f": HS, "g": -HS, "i": HS**2, "o": HS**0.5}
    return np.concatenate([parts[gate] for gate in order], axis=1)


VALUES: dict[str, Case] = {
    "one entry": (values(changed()), "1 of 33 entries differ (3 %), the first at [2, 3]: 18.46, off by 0.5", SAME),
    "sign": (values(-HS), ALL + "-0.1, off by 0.2; every entry is -1 times the wanted", SAME),
    "sum for mean": (
        values(3 * HS),
        ALL + "0.3, off by 0.2; yours is 3 times the wanted: a sum where a mean is wanted?",
        SAME,
    ),
    "mean for sum": (
        values(HS / 11),
        ALL + "0.009091, off by 0.09091; yours is the wanted divided by 11: a mean where a sum is wanted?",
        SAME,
    ),
    "twice": (
        values(2 * HS),
        ALL + "0.2, off by 0.1; every entry is 2 times the wanted: counted twice, or added up over two calls?",
        SAME,
    ),
    "off by 0.1 %": (values(1.001 * HS), ALL + "0.1001, off by 0.0001; every entry is 1.001 times the wanted", SAME),
    "zeros": (values(0 * HS), ALL + "0, off by 0.1; every entry of yours is 0", SAME),
    "constant": (values(0 * HS + 1), ALL + "1, off by 0.9; every entry of yours is the same number", SAME),
    "shifted": (values(HS + 1), ALL + "1.1, off by 1; every entry is 1 too large", SAME),
    "lower": (values(HS - 1), ALL + "-0.9, off by 1; every entry is 1 too small", SAME),
    "NaN": (values(spotted(np.nan)), "NaN in 2 of 33 entries, the first at [1, 4]", SAME),
    "infinite": (values(spotted(np.inf)), "inf in 2 of 33 entries, the first at [1, 4]", SAME),
    "reversed": (
        values(HS[::-1]),
        "22 of 33 entries differ (67 %), the first at [0, 0]: 14.84, off by 14.74; the wanted, reversed along axis 0",
        SAME,
    ),
    "late": (
        values(np.roll(HS, 1, axis=1)),
        ALL + "4.618, off by 4.518; the wanted, one place too late along axis 1",
        SAME,
    ),
    "early": (
        values(np.roll(HS, -1, axis=0)),
        ALL + "5.312, off by 5.212; the wanted, one place too early along axis 0",
        SAME,
    ),
    "gates swapped": (
        values(gates("igfo"), gates("fgio")),
        "66 of 132 entries differ (50 %), the first at [0, 0]: 0.01, off by 0.09; "
        "the four quarters of the last axis stand in the order i, g, f, o where f, g, i, o is wanted",
        "a float64 array of shape (3, 44), the same to about 8 digits",
    ),
    "square transposed": (
        values(HS[:, :3].T, HS[:, :3]),
        "6 of 9 entries differ (67 %), the first at [0, 1]: 5.312, off by 5.069; this is the transpose of the wanted",
        "a float64 array of shape (3, 3), the same to about 8 digits",
    ),
    "transposed": (
        values(HS.T),
        "an array of shape (11, 3): this is the transpose of the wanted shape",
        "an array of shape (3, 11)",
    ),
    "axes permuted": (
        values(np.zeros((5, 2, 3)), np.zeros((2, 5, 3))),
        "an array of shape (5, 2, 3): the same axes in another order",
        "an array of shape (2, 5, 3)",
    ),
    "not summed": (
        values(np.zeros((2, 5, 11)), np.zeros(11)),
        "an array of shape (2, 5, 11): not summed over the leading axes?",
        "an array of shape (11,)",
    ),
    "axis of 1": (
        values(HS[None]),
        "an array of shape (1, 3, 11): a leading axis of length 1 too many",
        "an array of shape (3, 11)",
    ),
    "axis too many": (
        values(HS[..., None]),
        "an array of shape (3, 11, 1): axis 2 of (3, 11, 1) is too many",
        "an array of shape (3, 11)",
    ),
    "axis missing": (
        values(HS[0]),
        "an array of shape (11,): axis 0 of (3, 11) is missing",
        "an array of shape (3, 11)",
    ),
    "flattened": (
        values(HS.ravel()),
        "an array of shape (33,): as many entries, arranged differently",
        "an array of shape (3, 11)",
    ),
    "one step too long": (values(np.zeros((4, 11))), "an array of shape (4, 11)", "an array of shape (3, 11)"),
    "None": (values(None), "None", "an array of shape (3, 11)"),
    "list": (values(HS.tolist()), "a list of length 3", "an array of shape (3, 11)"),
    "text": (values("hs"), "a str of length 2", "an array of shape (3, 11)"),
    "number": (values(0.5), "0.5 (float)", "an array of shape (3, 11)"),
    "bool": (values(HS > 1), "dtype bool", "floats"),
    "float for integer": (values(np.ones(3), np.array([1, 2, 3])), "dtype float64", "integers"),
    "dtype": (values(HS, HS.astype("float32"), dtype="float32"), "dtype float64", "dtype float32"),
    "precision": (
        values(HS.astype("float32")),
        "22 of 33 entries differ (67 %), the first at [0, 2]: 0.5041, off by 2.544e-08; yours has dtype float32",
        SAME,
    ),
    "scalar": (values(0.25, 0.5), "0.25, off by 0.25", "0.5, the same to about 8 digits"),
    "scalar NaN": (values(np.nan, 0.5), "NaN", "0.5, the same to about 8 digits"),
    "array for number": (
        values(np.ones(5), 0.5),
        "an array of shape (5,): not summed over the leading axes?",
        "a single number",
    ),
    "own limits": (
        values(changed(), rtol=1e-3, atol=1e-5),
        "1 of 33 entries differ (3 %), the first at [2, 3]: 18.46, off by 0.5",
        "a float64 array of shape (3, 11), within 0.001 of itself plus 1e-05",
    ),
    "tuple": (values((HS,), (HS, HS)), "a tuple of length 1", "a tuple of length 2"),
    "dict": (values({"W\n": 1}, {"weight": HS, "bias": HS}), 'a dict with the keys "W"', "the keys weight, bias"),
}


def equal(yours: Any, wanted: Any) -> Callable[[], Any]:
    """The check, deferred."""
    return lambda: checks.equal("TimeLSTM.forward: hs", yours, wanted)


def raising(type_name: str, message: str) -> Callable[[], Any]:
    """The check of an exception raised in place of the promised ValueError, deferred."""

    def action() -> Any:
        raise CallFailed(message, type_name, (type_name, "Exception"))

    return lambda: checks.raises("TimeLSTM.forward: hs", "ValueError", action, mentions=["xs"])


def deferred(check: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[[], Any]:
    """Any other check, deferred."""
    return lambda: check("TimeLSTM.forward: hs", *args, **kwargs)


P = np.array([0.5, 0.3, 0.2, 0])

OTHERS: dict[str, Case] = {
    "list item": (equal([3, 1, 4], [3, 1, 5]), "first differs at [2]: 4", "5 there"),
    "list length": (equal([3, 1], [3, 1, 5]), "a list of length 2", "a list of length 3"),
    "list type": (equal([3, 1.0, 5], [3, 1, 5]), "1 (float) at [1]", "integers only"),
    "array for list": (equal(np.array([3, 1]), [3, 1]), "an int64 array of shape (2,)", "a list of length 2"),
    "integer for bool": (equal(1, True), "dtype int64", "bools"),
    "text": (equal("ab", "abc"), "'ab'", "'abc'"),
    "not None": (equal(3, None), "3 (int)", "None"),
    "integers": (
        equal(np.array([1, 2, 3]), np.array([1, 2, 7])),
        "1 of 3 entries differ (33 %), the first at [2]: 3, off by 4",
        "an int64 array of shape (3,), exactly the same",
    ),
    "not exactly 0": (
        equal(np.array([0, 1e-9]), np.zeros(2)),
        "1 of 2 entries differ (50 %), the first at [1]: 1e-09, off by 1e-09",
        "a float64 array of shape (2,), exactly the same",
    ),
    "shape": (
        deferred(checks.shape, HS, (11, 3)),
        "an array of shape (3, 11): this is the transpose of the wanted shape",
        "an array of shape (11, 3)",
    ),
    "complex": (
        deferred(checks.shape, 1j * HS, (3, 11)),
        "a complex128 array of shape (3, 11)",
        "an array of shape (3, 11), of real numbers",
    ),
    "dtype": (deferred(checks.dtype, HS, "float32"), "dtype float64", "dtype float32"),
    "no dtype": (deferred(checks.dtype, 0.5, "float32"), "0.5 (float)", "an array of dtype float32"),
    "at most": (deferred(checks.at_most, 3.21987, 2.5, "a perplexity"), "3.21987", "a perplexity of at most 2.5"),
    "at least": (deferred(checks.at_least, None, 0.9, "an exact match"), "None", "an exact match of at least 0.9"),
    "between": (deferred(checks.between, np.nan, 0, 1, "a share"), "NaN", "a share from 0 to 1"),
    "nothing raised": (
        deferred(checks.raises, "ValueError", lambda: HS),
        "no exception; it returned a float64 array of shape (3, 11)",
        "a ValueError",
    ),
    "another raised": (raising("KeyError", "'xs'"), "KeyError: \"'xs'\"", "ValueError"),
    "another raised, on two lines": (raising("Key\nwanted  Error", "a\nb"), '"Key wanted Error": "a b"', "ValueError"),
    "raised without a name": (raising("ValueError", "oops"), 'its message is "oops"', "a message that names 'xs'"),
    "touched": (
        deferred(checks.untouched, STUDENT.put(changed()), HS),
        "1 of 33 entries were changed, the first at [2, 3]",
        "an input that is as it was before the call",
    ),
    "replaced": (
        deferred(checks.in_place, [STUDENT.put(HS), STUDENT.put(HS)], [HS, changed()]),
        "item 1 of the list is a new array",
        "the same array, overwritten: [1][...] = ...",
    ),
    "nothing in place": (
        deferred(checks.in_place, [STUDENT.put(0 * HS)], [0 * HS]),
        "every array is 0 throughout",
        "arrays with the values of this call",
    ),
    "too few outputs": (
        deferred(checks.weighted_sum, HS, [HS, HS]),
        "forward gives a float64 array of shape (3, 11)",
        "2 arrays",
    ),
    "another distribution": (
        deferred(checks.distribution, np.array([900, 60, 40, 0]), P, alpha=1e-6),
        "1000 draws: outcome 0 in 90 % of them; the chance of such draws is below 1e-12",
        "outcome 0 in about 50 % of them",
    ),
    "impossible draw": (
        deferred(checks.distribution, np.array([50, 30, 20, 1]), P, alpha=1e-6),
        "outcome 3 was drawn, of probability 0 (1 such draws in all)",
        "outcomes of positive probability",
    ),
    "too few draws": (
        deferred(checks.distribution, [1, 2, 0, 0], P, alpha=1e-6),
        "3 draws in all",
        "draws enough to tell a distribution from another",
    ),
    "greedy draws": (
        deferred(checks.draws, np.zeros(500, int), np.tile(P, (500, 1)), alpha=1e-6, seed=0),
        "500 draws: 100 % of them from the likelier half of the probability",
        "about 50 %, and as even within the halves",
    ),
    "impossible draw in a text": (
        deferred(checks.draws, np.full(500, 3), np.tile(P, (500, 1)), alpha=1e-6, seed=0),
        "an outcome of probability 0, at [0]",
        "outcomes of positive probability",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_say(name: str) -> None:
    check_message(VALUES[name])


@pytest.mark.parametrize("name", OTHERS)
def test_other_checks_say(name: str) -> None:
    check_message(OTHERS[name])


def check_message(case: Case, label: str = "TimeLSTM.forward: hs") -> None:
    """The check fails with exactly these three lines."""
    check, yours, wanted = case
    with pytest.raises(CheckFailed, match=label) as caught:
        check()
    assert str(caught.value).split("\n") == [label, f"yours   {yours}", f"wanted  {wanted}"]


def test_the_part_of_a_tuple_or_dict_is_named() -> None:
    line = "1 of 33 entries differ (3 %), the first at [2, 3]: 18.46, off by 0.5"
    check_message((values((HS, changed()), (HS, HS)), line, SAME), "TimeLSTM.forward: hs, item 1")
    check_message((values({"b": changed()}, {"b": HS}), line, SAME), "TimeLSTM.forward: hs, 'b'")


# gradients ------------------------------------------------------------------------------------------------------------

X = np.linspace(-1, 1, 6).reshape(2, 3)
DW, DB = np.cos(X), np.full((2, 3), 2 * (X + 1).sum())
SLOPE = "the slope of the loss of your own forward pass"


def loss(arrays: list[np.ndarray]) -> Any:
    """A loss whose gradients at [X, X + 1] are DW and DB."""
    return float(np.sin(arrays[0]).sum() + arrays[1].sum() ** 2)


def gradient(analytic: Any, loss: Callable[..., Any] = loss, **kwargs: Any) -> Callable[[], Any]:
    """The check, deferred."""
    return lambda: checks.gradient("LSTM.backward", loss, [X, X + 1], analytic, seed=1, names=["Wx", "b"], **kwargs)


def off(amount: float) -> np.ndarray:
    """DW with one entry off."""
    array = DW.copy()
    array[1, 1] += amount
    return array


MOST = "the most of all entries looked at"
OF_ONE_ARRAY: dict[str, Case] = {
    "0.1 %": (
        gradient([1.001 * DW, DB]),
        f"0.981 at [0, 2], off by 0.0009801, {MOST}; every entry is 1.001 times the wanted",
        SLOPE,
    ),
    "one entry, and another array": (
        gradient([off(0.1), 2 * DB]),
        f"0.9253 at [1, 1], off by 0.1, {MOST}; wrong too: b",
        SLOPE,
    ),
    "zeros": (gradient([0 * DW, DB]), f"0 at [0, 2], off by 0.9801, {MOST}; every entry of yours is 0", SLOPE),
    "sign": (gradient([-DW, DB]), f"-0.9801 at [0, 2], off by 1.96, {MOST}; every entry is -1 times the wanted", SLOPE),
    "transposed": (
        gradient([DW.T, DB]),
        "an array of shape (3, 2): this is the transpose of the wanted shape",
        "an array of shape (2, 3)",
    ),
    "NaN": (gradient([DW * np.nan, DB]), "NaN in 6 of 6 entries, the first at [0, 0]", "finite numbers"),
    "dead forward": (
        gradient([0 * DW, DB], lambda arrays: 0.0),
        "what your forward pass gives does not depend on Wx",
        "a loss that changes with Wx",
    ),
    "a leak": (
        gradient([0 * DW, DB], expect_zero=["Wx"]),
        "what your forward pass gives depends on Wx",
        "a loss that does not change with Wx",
    ),
    "not 0": (
        gradient([0 * DW + 3, DB], lambda arrays: loss([X, arrays[1]]), expect_zero=["Wx"]),
        "entries that are not 0, of size 3",
        "0 throughout",
    ),
}
OF_ALL: dict[str, Case] = {
    "too few": (gradient([DW]), "a list of length 1", "a gradient for each of Wx, b"),
    "none": (gradient(None), "None", "a gradient for each of Wx, b"),
    "NaN": (gradient([DW, DB], lambda a: np.nan), "a loss computed from your forward pass is NaN", "a finite number"),
}


@pytest.mark.parametrize("name", OF_ONE_ARRAY)
def test_gradients_say(name: str) -> None:
    check_message(OF_ONE_ARRAY[name], "LSTM.backward: the gradient of Wx")


@pytest.mark.parametrize("name", OF_ALL)
def test_gradients_say_of_all(name: str) -> None:
    check_message(OF_ALL[name], "LSTM.backward")


def test_a_hidden_value_is_never_shown_to_the_precision_that_would_pass() -> None:
    """Four digits of an entry and four of its difference do not give the eight digits that are compared."""
    with pytest.raises(CheckFailed, match=r"0\.7071, off by 0\.4142") as caught:
        values(np.full(5, 0.5**0.5), np.full(5, 0.5**0.5) + 2**0.5 - 1)()
    assert not any(len(word.strip(".,;:")) > 8 for word in str(caught.value).split() if word[0].isdigit())
