"""Figures that say in words what is on them, in colours that everyone can tell apart."""

import base64
import html
import re
from itertools import combinations
from unittest.mock import MagicMock

import IPython
import matplotlib.pyplot as plt
import numpy as np
import pytest
from everything_given import everything_given
from IPython import display

# What is left of linear red, green and blue for who lacks one kind of cone (Vienot, Brettel and Mollon 1999).
WITHOUT = {
    "red": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "green": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}
APART = 0.08  # the least distance of two colours, of 1.7 from black to white
A_PICTURE = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def given():
    """Everything that is handed out."""
    return everything_given("07_torch_translation")


@pytest.fixture
def spoken(monkeypatch):
    """The texts of the figures that a notebook shows."""
    texts = []

    def displayed(data, raw):
        tag = re.fullmatch(r'<img alt="([^"]*)" width="(\d+)" src="data:image/png;base64,([^"]*)">', data["text/html"])
        assert raw
        assert base64.b64decode(tag[3]).startswith(A_PICTURE)
        assert 50 < int(tag[2]) < 2000
        assert html.unescape(tag[1]) == data["text/plain"]
        texts.append(data["text/plain"])

    monkeypatch.setattr(IPython, "get_ipython", MagicMock)
    monkeypatch.setattr(display, "display", displayed)
    return texts


def test_a_figure_says_what_is_on_it(given, spoken):
    given.plot_curves({"plain": [1, 5, 2], "peeky": [3]}, "exact match (%)", {"chance": 0.5}, "addition")
    given.plot_distributions({"all": np.array([0.25, 0, 0.75])}, "abc", "letters")
    given.plot_heatmaps({"h": np.array([[0.5, -1.0]])}, "step", "unit")
    given.plot_agreement({"W": (np.array([1.0, 2.0]), np.array([1.0, 2.5]))})
    given.plot_by_place({"h": [1.0, 0.5]}, "norm")
    given.plot_lines({"dot": [3.0, 1.0]}, "epoch", "loss")
    assert spoken == [
        "Curves of exact match (%) by epoch: addition. plain from 1 to 2, greatest 5; peeky 3; chance at 0.5",
        "Bar charts: letters. all: c 0.75, a 0.25, 1 of 3 are 0",
        "Heat maps, unit by step. h: 1 rows, 2 columns, -1 to 0.5",
        "Analytic against numerical gradients, the diagonal for equal ones. W at most 0.5 apart",
        "Curves of norm by letter of the word. h from 1 to 0.5",
        "Lines of loss by epoch. dot from 3 to 1",
    ]
    assert plt.get_fignums() == []


def test_maps_and_diagrams_say_what_is_on_them(given, spoken):
    weights = np.array([[[0.1, 0.9, 0.0], [0.2, 0.1, 0.7]]])
    given.plot_attention(weights, ["ab"], ["xy"], ["first"])
    given.plot_word_maps([np.eye(2)], [["un", "deux"]], [["one", "two"]])
    given.draw_boxes({"a": (0, 0, "word\nvector", "data"), "b": (1, 0, "LSTM", "gate")}, [("a", "b")], (2, 1), "A step")
    given.draw_lags({"as it is": "ab"}, "ab")
    given.draw_right_to_left(["ab_"])
    given.draw_gate_orders()
    assert spoken[:4] == [
        "Attention maps, a row for each token written. first: x at b (0.90), y at padding (0.70)",
        "Maps of attention, each word that is written with the word it looked at most: one at un, two at deux",
        "Diagram: A step. word vector to LSTM",
        "Steps from where a letter is read to where it is written. as it is: a 2, b 2",
    ]
    assert "each row from its last real step: they begin at places 2" in spoken[4]
    assert "f, g, i, o side by side" in spoken[5]


def test_outside_a_notebook_a_window_is_shown(given, monkeypatch):
    windows = []
    monkeypatch.setattr(plt, "show", lambda: windows.append(plt.gcf()))
    given.plot_curves({"a": [1, 2]}, "loss")
    assert len(windows) == 1
    plt.close("all")


@pytest.mark.parametrize("cone", [None, *WITHOUT], ids=str)
def test_lines_can_be_told_apart(given, cone):
    """By colour, as those see it who have two kinds of cones, and by mark."""
    seen = [linear(colour) @ (WITHOUT[cone].T if cone else np.eye(3)) for colour in given.SAFE_COLOURS]
    assert min(np.abs(one - other).sum() for one, other in combinations(seen, 2)) > APART
    assert len(set(given.LINE_MARKS)) == len(given.SAFE_COLOURS)


def test_a_pair_that_is_one_brown_is_noticed(given):
    """The two lines of assignment 04 as they were: reversed, and reversed and peeky."""
    former = [linear(colour) @ WITHOUT["green"].T for colour in ("#ff7f0e", "#2ca02c")]
    kept = [linear(colour) @ WITHOUT["green"].T for colour in given.SAFE_COLOURS[:2]]
    assert np.abs(former[0] - former[1]).sum() < np.abs(kept[0] - kept[1]).sum()


def linear(colour):
    """The linear red, green and blue of a colour such as #0072B2."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
