"""Components of assignment 07: checks that show what came, chrF, Korean in Latin letters, pictures of translators."""

from __future__ import annotations

from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from everything_given import everything_given


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """All that is handed out."""
    return everything_given("06_bidirectional_lstm")


# agree


@pytest.mark.parametrize(("yours", "wanted"), [
    (torch.tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (torch.tensor([1.0, 2.0], requires_grad=True), [1, 2.000001]),
    (torch.tensor([True, False]), np.array([True, False])),
    (np.float64(3.0), 3),
    (0.1 + 0.2, 0.3),
    ([[1, 2], []], [[1, 2], []]),
    ({"a": (1, 2)}, {"a": (1, 2)}),
])  # fmt: skip
def test_agree_says_nothing_of_what_is_right(given, yours, wanted):
    given.agree(yours, wanted, "what")


@pytest.mark.parametrize(("yours", "wanted", "message"), [
    (torch.tensor([1.0, 2.5]), [1, 2], r"^what\nyours .*2\.5.*\nwanted .*2.*\nThe first difference at \[1\]: \+0\.5"),
    (torch.tensor([[1, 2]]), [1, 2], r"shape \(1, 2\)(.|\n)*shape \(2,\)(.|\n)*The shapes differ"),
    (torch.tensor([float("nan")]), [0], r"1 of 1 differ"),
    (1.0, 2, r"The first difference: -1 "),
    ([[1], [2]], [[1], [3]], r"yours   \[\[1\], \[2\]\]\nwanted  \[\[1\], \[3\]\]"),
])  # fmt: skip
def test_agree_shows_what_differs(given, yours, wanted, message):
    with pytest.raises(AssertionError, match=message):
        given.agree(yours, wanted, "what")


# chrf


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", range(4))
def test_chrf_equals_sacrebleu(given, seed):
    metrics = pytest.importorskip("sacrebleu.metrics")
    rng = np.random.default_rng(seed)
    sides = [["".join(rng.choice(list("abc é,"), size=rng.integers(14))) for _ in range(12)] for _ in range(2)]
    sides[0][:4] = sides[1][:4]
    wanted = metrics.CHRF().corpus_score(sides[0], [sides[1]]).score
    assert given.chrf(*sides) == pytest.approx(wanted, abs=1e-9)


def test_chrf_by_hand(given):
    assert given.chrf(["ab cd"], ["abcd"]) == pytest.approx(100)
    assert given.chrf(["xyz"], ["abcd"]) == given.chrf([""], ["ab"]) == 0
    assert given.chrf(["ab"], ["ac"], longest=1) == pytest.approx(50)


# pictures


@pytest.mark.parametrize(("text", "latin"), [
    ("3월 4일", "3wol 4il"), ("2031 년", "2031 nyeon"), ("화요일", "hwayoil"), ("한국", "hanguk"),
    ("위 ab é", "wi ab é"),
])  # fmt: skip
def test_korean_in_latin_letters(given, text, latin):
    assert given.in_latin_letters(text) == latin


def test_pictures_are_drawn_with_and_without_a_korean_font(given, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    for font in (None, "DejaVu Sans"):
        monkeypatch.setitem(vars(given), "hangul_font", lambda font=font: font)
        word = "wol" if font else "월"
        given.plot_word_maps([np.eye(2, 3)], [["3", word, "EOS"]], [["a", "EOS"]], ["title"])
        labels = [label.get_text() for label in plt.gca().get_xticklabels()]
        assert labels == ["3", "wol", "EOS"]
        plt.gcf().canvas.draw()
    given.plot_lines({f"line {i}": [1, 2, i] for i in range(7)}, "x", "y", ["a", "b", "c"])
    given.plot_lines({"one": [3.0]}, "x", "y")
    given.draw_decoder_step()
    plt.gcf().canvas.draw()
    plt.close("all")
