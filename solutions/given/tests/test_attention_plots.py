"""Components of assignments 05 and 06 besides layers: places of the parts of a date, maps of attention, diagrams."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from everything_given import everything_given

from autograder import course

PARTS = ("year", "month", "day")


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """Everything that is handed out, with the data of 05; nothing is displayed."""
    return everything_given("05_attention")


# date_parts

BY_HAND = {
    "9/27/1994": ("1994", "9", "27"),
    "09/27/1994": ("1994", "09", "27"),
    "9/27/94": ("94", "9", "27"),
    "9-27-94": ("94", "9", "27"),
    "9-9-99": ("99", "9", "9"),
    "1994/9/27": ("1994", "9", "27"),
    "1994-09-27": ("1994", "09", "27"),
    "27.9.1994": ("1994", "9", "27"),
    "27-Sep-94": ("94", "Sep", "27"),
    "27 Sept 1994": ("1994", "Sept", "27"),
    "27 sep 1994": ("1994", "sep", "27"),
    "sep 27, 1994": ("1994", "sep", "27"),
    "sep 27 1994": ("1994", "sep", "27"),
    "September 27th, 1994": ("1994", "September", "27"),
    "1st of May 2001": ("2001", "May", "1"),
    "Tue, Sep 27, 1994": ("1994", "Sep", "27"),
    "Tue, 27 Sept 1994": ("1994", "Sept", "27"),
    "Tuesday, September 27, 1994": ("1994", "September", "27"),
    "monday 28 march 2044": ("2044", "march", "28"),
    "Saturday, 19 March 2019": ("2019", "March", "19"),
}


@pytest.mark.parametrize("date", BY_HAND)
def test_parts_of_a_date_by_hand(given, date):
    assert tuple(date[slice(*given.date_parts(date)[part])] for part in PARTS) == BY_HAND[date]


def test_parts_are_places_and_not_only_texts(given):
    assert given.date_parts("9-9-99") == {"year": (4, 6), "month": (0, 1), "day": (2, 3)}
    assert given.date_parts("27th of September 1994") == {"year": (18, 22), "month": (8, 17), "day": (0, 2)}


NO_DATES = [
    "", "tomorrow", "27", "September 1994", "Tuesday", "9/27-94", "9.27", "1994.9.27", "94/9", "9/27/199",
    "27 Tuesday 1994", "27 September 1994 ", "1994년 9월 27일", "27 septembre", "1/2/3/4", "9 / 27 / 94",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_refused_and_named(given, text):
    with pytest.raises(ValueError, match="date must be an English date such as") as caught:
        given.date_parts(text)
    assert repr(text) in str(caught.value)


def agrees(given, date, answer):
    """Whether the parts found, read as numbers, are those of the answer `_yyyy-mm-dd`."""
    year, month, day = (date[slice(*given.date_parts(date)[part])] for part in PARTS)
    number = int(month) if month.isdigit() else given.MONTHS.index(month[:3].lower()) + 1
    return year in (answer[1:5], answer[3:5]) and f"{number:02}-{int(day):02}" == answer[6:]


def test_every_date_of_the_file_parses_to_its_iso_form(given):
    train, test, _ = given.load_dates(course.current().root / "datasets" / "dates.txt")
    pairs = [pair for part in (train, test) for pair in zip(*part, strict=True)]
    assert len(pairs) == 50_000
    assert [pair for pair in pairs if not agrees(given, *pair)] == []
    assert not agrees(given, "9/27/94", "_1994-09-26"), "the comparison can fail"


def test_every_toy_date_parses_to_its_iso_form(given):
    dates, answers, _ = given.toy_dates(36_525, np.random.default_rng(1))
    assert [pair for pair in zip(dates, answers, strict=True) if not agrees(given, *pair)] == []


# mass_on_parts


def test_mass_by_hand(given):
    weights = np.zeros((2, 10, 12))
    weights[:, [4, 7], 11] = 1  # hyphens, which belong to no part
    weights[0, :4, 5] = 1  # "9/27/1994": all of the year's digits look at one digit of the year
    weights[0, 5, 0], weights[0, 6, 1] = 1, 1  # one digit of the month looks at the month, one beside it
    weights[0, 8:, 2:4] = 0.25  # half of the mass on the day, the other half elsewhere
    weights[0, 8:, 9] = 0.5
    weights[1, :4, 5:9] = [0.1, 0.2, 0.3, 0.4]  # "27.9.1994": the year is in the same place
    weights[1, 5:7, 0] = 1  # the month's digits look at the day
    weights[1, 8:, 0:2] = 0.5
    masses = given.mass_on_parts(weights, ["9/27/1994", "27.9.1994"], ["_1994-09-27", "_1994-09-27"])
    assert masses == pytest.approx({"year": 1, "month": (0.5 + 0) / 2, "day": (0.5 + 1) / 2})
    assert list(masses) == list(PARTS)
    assert all(type(mass) is float for mass in masses.values())


def test_mass_of_even_weights_is_the_length_of_the_part(given):
    masses = given.mass_on_parts(np.full((1, 10, 29), 1 / 29), ["Tuesday, September 27, 1994"], ["_1994-09-27"])
    assert masses == pytest.approx({"year": 4 / 29, "month": 9 / 29, "day": 2 / 29})


def test_mass_leaves_the_weights_alone_and_refuses_what_does_not_fit(given):
    weights = np.random.default_rng(2).dirichlet(np.ones(9), size=(1, 10))
    kept = weights.copy()
    given.mass_on_parts(weights, ["9/27/1994"], ["_1994-09-27"])
    assert np.array_equal(weights, kept)
    with pytest.raises(ValueError, match="date must be an English date such as"):
        given.mass_on_parts(weights, ["no date"], ["_1994-09-27"])
    with pytest.raises(ValueError, match="zip"):
        given.mass_on_parts(weights, ["9/27/1994", "9/28/1994"], ["_1994-09-27", "_1994-09-28"])


# Pictures


@pytest.fixture
def figures(monkeypatch):
    """Every figure shown, after it was drawn."""
    plt = sys.modules["matplotlib.pyplot"]
    shown = []

    def show():
        plt.gcf().canvas.draw()
        shown.append(plt.gcf())
        plt.close(plt.gcf())

    monkeypatch.setattr(plt, "show", show)
    return shown


def ticks(ax):
    return ["".join(label.get_text() for label in labels) for labels in (ax.get_xticklabels(), ax.get_yticklabels())]


def test_a_map_has_its_weights_and_its_tokens(given, figures):
    weights = np.random.default_rng(3).dirichlet(np.ones(5), size=(2, 3))
    given.plot_attention(weights, ["abcde", "f ghi"], ["xyz", "uvw"], ["first", "second"])
    (figure,) = figures
    first, second = figure.axes
    for ax, rows in ((first, weights[0]), (second, weights[1])):
        (image,) = ax.images
        assert np.array_equal(image.get_array(), rows)
        assert image.get_clim() == (0, 1)
        assert image.cmap(1.0)[:3] < image.cmap(0.0)[:3], "the more, the darker"
    assert ticks(first) == ["abcde", "xyz"]
    assert ticks(second) == ["f␣ghi", "uvw"]
    assert [ax.get_title(loc="left") for ax in (first, second)] == ["first", "second"]


def test_what_lies_on_padding_is_one_last_column(given, figures):
    weights = np.array([[[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.2, 0.0]]])
    given.plot_attention(weights, ["ab"], ["cd"])
    (ax,) = figures[0].axes
    assert np.allclose(ax.images[0].get_array(), [[0.1, 0.2, 0.7], [0.7, 0.1, 0.2]])
    assert ticks(ax) == ["abpad", "cd"]


def test_maps_of_all_widths_are_inside_the_figure_and_apart(given, figures):
    sources = ["x" * length for length in (29, 28, 17, 4, 9, 29, 1)]
    given.plot_attention(np.full((7, 10, 29), 1 / 29), sources, ["1994-09-27"] * 7)
    (figure,) = figures
    boxes = [ax.get_tightbbox().transformed(figure.transFigure.inverted()) for ax in figure.axes]
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 1 and box.y1 <= 1 for box in boxes)
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    cells = [ax.get_position().width / (source.count("x") + (len(source) < 29)) for ax, source in
             zip(figure.axes, sources, strict=True)]  # fmt: skip
    assert np.allclose(cells, cells[0]), "a cell is as wide in every map"


def test_signs_that_the_font_does_not_have_are_replaced(given, figures):
    given.plot_attention(np.full((2, 1, 13), 1 / 13), ["1994年9月27日火曜日", "27 décembre  "], ["1", "1"])
    japanese, french = figures[0].axes
    assert ticks(japanese)[0] == "1994Y9M27D··D"
    assert ticks(french)[0] == "27␣décembre␣␣"


def test_diagrams_are_drawn_and_say_what_is_in_them(given, figures):
    given.draw_attention_step()
    given.draw_attention_seq2seq(list("5+7 "), list("_12"), step=0)
    given.draw_paths_to_hs()
    step, model, paths = ([text.get_text() for text in figure.axes[0].texts] for figure in figures)
    assert {"dot products", "softmax", "weighted sum"} <= set(step)
    assert model.count("LSTM") == 4 + 2
    assert model.count("attention") == 1
    assert [text for text in model if text.startswith("hs[")] == [f"hs[:, {s}]" for s in range(4)]
    assert any("values + keys" in text for text in paths)
