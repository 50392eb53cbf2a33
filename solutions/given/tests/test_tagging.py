"""Components of assignment 06 besides layers: the tagging task, the tagger, pictures of reading both ways."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import numpy as np
import pytest
from everything_given import everything_given


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """Everything that is handed out, with the data of 06; nothing is displayed."""
    return everything_given("06_bidirectional_lstm")


# toy_journeys


class Scripted:
    """A scripted random generator: decides which steps have a station, and which one."""

    def __init__(self, at_station, stations):
        self.at_station, self.stations = np.array(at_station), np.array(stations)

    def random(self, size):
        assert self.at_station.shape == size
        return np.where(self.at_station, 0.0, 0.999)

    def integers(self, low, high, size):
        assert (low, self.stations.shape) == (1, size)
        assert self.stations.max() < high
        return self.stations


def test_journeys_by_hand(given):
    rng = Scripted([[False, True, False, True], [True, False, False, False]], [[3, 2, 3, 1], [3, 1, 1, 1]])
    xs, tags = given.toy_journeys(2, 4, 3, 0.25, rng)
    np.testing.assert_array_equal(xs, [[0, 2, 0, 1], [3, 0, 0, 0]])
    last, next_one = [[0, 0, 2, 2], [0, 3, 3, 3]], [[2, 1, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(tags, 4 * np.array(last) + next_one)


def nearest(steps):
    """The first station among these steps, 0 if there is none."""
    return next((int(station) for station in steps if station), 0)


@pytest.mark.parametrize(("length", "stations", "share"), [(13, 3, 0.25), (7, 5, 0.5), (2, 1, 0.5), (1, 3, 0.5)])
def test_tags_are_the_nearest_stations_on_either_side(given, length, stations, share):
    xs, tags = given.toy_journeys(101, length, stations, share, np.random.default_rng(length))
    assert xs.shape == tags.shape == (101, length)
    assert xs.dtype.kind == tags.dtype.kind == "i"
    for line, answers in zip(xs, tags, strict=True):
        for t, answer in enumerate(answers):
            last, next_one = nearest(line[:t][::-1]), nearest(line[t + 1 :])
            assert divmod(answer, stations + 1) == (last, next_one)


def test_every_step_has_each_station_by_chance(given):
    xs, _ = given.toy_journeys(10_000, 12, 3, 0.25, np.random.default_rng(1))
    for station in (1, 2, 3):  # 120,000 draws: five standard deviations
        assert np.mean(xs == station) == pytest.approx(0.25 / 3, abs=5 * (0.25 / 3 / xs.size) ** 0.5)
    at_station = xs > 0
    both = np.mean(at_station[:, :-1] & at_station[:, 1:])
    assert both == pytest.approx(1 / 16, abs=0.005), "neighbours do not depend on each other"
    np.testing.assert_allclose(at_station.mean(axis=0), 0.25, atol=0.025)


def test_the_seed_decides_the_journeys(given):
    first, again, other = (given.toy_journeys(20, 5, 3, 0.5, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_comes_next_cannot_be_guessed_better_than_the_notebook_says(given):
    """Count the likeliest next station of every step: (1 - p)^r or (1 - (1 - p)^r) / K, r steps before the end."""
    length, stations, share, count = 12, 3, 0.25, 40_000
    xs, tags = given.toy_journeys(count, length, stations, share, np.random.default_rng(2))
    for t in range(length):
        none = (1 - share) ** (length - 1 - t)
        bound = max(none, (1 - none) / stations)
        for rows in (xs[:, t] == 0, xs[:, t] == 1):  # the chances are the same whatever was read
            next_one = tags[rows, t] % (stations + 1)
            best = np.bincount(next_one).max() / len(next_one)
            assert best == pytest.approx(bound, abs=5 * (0.25 / len(next_one)) ** 0.5)


# Tagger


def tagger(given, rng):
    """A Tagger in float64, V = 5, D = 3, H = 2, 7 tags."""
    shapes = [(5, 3), (3, 8), (2, 8), (8,), (2, 7), (7,)]
    W, Wx, Wh, b, W_out, b_out = (rng.normal(size=shape) for shape in shapes)
    return given.Tagger(given.TimeEmbedding(W), given.TimeLSTM(Wx, Wh, b), given.TimeAffine(W_out, b_out))


def test_a_tagger_scores_every_step(given):
    rng = np.random.default_rng(3)
    model, xs, tags = tagger(given, rng), rng.integers(5, size=(2, 11)), rng.integers(7, size=(2, 11))
    scores = model.predict(xs)
    assert scores.shape == (2, 11, 7)
    likelihood = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    wanted = -np.log(np.take_along_axis(likelihood, tags[..., None], axis=-1)).mean()
    assert model.forward(xs, tags) == pytest.approx(wanted)
    later = xs.copy()
    later[:, 6:] = (xs[:, 6:] + 1) % 5
    np.testing.assert_array_equal(model.predict(later)[:, :6], scores[:, :6])


@pytest.mark.parametrize("dout", [1, 2.5])
def test_the_gradients_of_a_tagger(given, dout):
    rng = np.random.default_rng(4)
    model, xs, tags = tagger(given, rng), rng.integers(5, size=(2, 7)), rng.integers(7, size=(2, 7))
    kept = list(model.grads)
    for _ in range(2):  # overwritten, not accumulated
        model.forward(xs, tags)
        model.backward(dout)
    assert [param.shape for param in model.params] == [grad.shape for grad in model.grads]
    for grad, before, param in zip(model.grads, kept, model.params, strict=True):
        assert grad is before
        analytic = grad.copy()
        numerical = given.numerical_gradient(lambda: dout * model.forward(xs, tags), param)
        np.testing.assert_allclose(analytic, numerical, atol=1e-8)
        assert np.abs(analytic).max() > 1e-4


# Pictures


@pytest.fixture
def drawn(monkeypatch):
    """For every figure shown and each of its axes: the texts with their places, from left to right."""
    plt = sys.modules["matplotlib.pyplot"]
    shown: list[list[list[tuple[float, float, str]]]] = []

    def show():
        figure = plt.gcf()
        figure.canvas.draw()
        shown.append([sorted((*text.get_position(), text.get_text()) for text in ax.texts) for ax in figure.axes])
        plt.close(figure)

    monkeypatch.setattr(plt, "show", show)
    return shown


def words(axis):
    return [text for _, _, text in axis if text]


def test_the_diagram_of_two_directions_has_both_lstms_at_every_step(given, drawn):
    given.draw_two_directions(list("12-5"))
    ((axis,),) = drawn
    assert [text for text in words(axis) if text in "12-5"] == list("12-5")
    assert words(axis).count("LSTM 1") == words(axis).count("LSTM 2") == 4
    assert [text for text in words(axis) if text.startswith("hs")] == [f"hs[:, {t}]" for t in range(4)]
    assert words(axis).count("h, c") == 2 * 3


def test_reading_from_the_right_is_numbered_with_and_without_lengths(given, drawn):
    given.draw_right_to_left(["ferry", "bus__"])
    (panels,) = drawn
    numbers = []
    for axis in panels:
        for row in (0, 1):
            texts = [text for _, y, text in axis if round(-y) == row]
            numbers.append([int(text) for text in texts if text.isdigit()])
        assert sorted(text for text in words(axis) if not text.isdigit()) == sorted("ferrybus__")
    assert numbers == [[5, 4, 3, 2, 1], [5, 4, 3, 2, 1], [5, 4, 3, 2, 1], [3, 2, 1]]


def test_the_gates_stand_in_the_order_of_either_side(given, drawn):
    given.draw_gate_orders()
    ((ours, theirs),) = drawn
    assert [text for text in words(ours) if text in "fgio"] == list("fgio")
    downwards = sorted((-y, text) for _, y, text in theirs if text in "fgio")
    assert [text for _, text in downwards] == list("ifgo")


def test_the_diagram_of_a_residual_stack_adds_where_widths_agree(given, drawn):
    given.draw_residual_stack([3, 5, 5, 1])
    ((axis,),) = drawn
    assert [text for text in words(axis) if text.startswith("LSTM")] == [
        "LSTM 1\n3 to 5", "LSTM 2\n5 to 5", "LSTM 3\n5 to 1",
    ]  # fmt: skip
    assert len(re.findall(r"\+", " ".join(words(axis)))) == words(axis).count("skip") == 1
    assert words(axis).count("no skip") == 2
