"""Components of assignments 02 to 04 besides layers: toy tasks, diagrams, curves to expect."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from everything_given import everything_given

from autograder.calibration import expected_curves

addition_curves = import_module("solutions.04_peeky.calibration.addition_curves")
date_curves = import_module("solutions.05_attention.calibration.date_curves")


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """Everything that is handed out, with the data of 04; nothing is displayed."""
    return everything_given("04_peeky")


# toy_sums


def test_sums_are_right_and_no_two_rows_are_equal(given):
    train, test = given.toy_sums(20, 0.25, np.random.default_rng(1))
    for questions, answers in (train, test):
        assert len(set(questions)) == len(questions) == len(answers)
        for question, answer in zip(questions, answers, strict=True):
            a, b = map(int, question.split("+"))
            assert answer == f"_{a + b}"
            assert max(a, b) < 20
    assert len(train[0]) + len(test[0]) == 20 * 20


def test_a_test_question_is_no_training_question_either_way_round(given):
    (train, _), (test, _) = given.toy_sums(20, 0.25, np.random.default_rng(1))
    assert len(test) == pytest.approx(0.25 * 400, rel=0.1)
    either_way = {*train, *("+".join(reversed(question.split("+"))) for question in train)}
    assert not either_way & set(test)


def test_the_seed_decides_the_sums(given):
    first, again, other = (given.toy_sums(9, 0.5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


# toy_words


def test_words_are_different_and_of_the_letters_asked_for(given):
    words = given.toy_words(60, 6, "ab", np.random.default_rng(2))
    assert len(set(words)) == len(words) == 60
    assert {len(word) for word in words} == {6}
    assert set("".join(words)) == {"a", "b"}
    assert words == given.toy_words(60, 6, "ab", np.random.default_rng(2))


def test_more_words_than_there_are_is_refused(given):
    assert len(given.toy_words(8, 3, "ab", np.random.default_rng(3))) == 8
    with pytest.raises(ValueError, match="count must be at most 8, the number of words of 3 letters, got 9"):
        given.toy_words(9, 3, "ab", np.random.default_rng(3))


# Curves to expect


def test_expected_curves_are_shares_of_every_epoch(given):
    curves = given.expected_curves("plain", "reversed", "reversed + peeky")
    assert list(curves) == ["plain, expected", "reversed, expected", "reversed + peeky, expected"]
    for curve in curves.values():
        assert len(curve) == addition_curves.EPOCHS
        assert all(0 <= share <= 1 for share in curve)


@pytest.mark.parametrize(
    "experiment", [addition_curves.EXPERIMENT, date_curves.EXPERIMENT], ids=lambda e: e.script.stem
)
def test_a_component_of_expected_curves_is_what_its_calibration_writes(experiment):
    runs = {"plain": [[0.0, 0.25], [0.5, 0.75], [0.1, 1.0]]}
    names: dict[str, Any] = {}
    exec(expected_curves.component_text(experiment, runs), names)
    assert names[experiment.function]("plain") == {"plain, expected": [0.1, 0.75]}
    assert "medians of 3 trainings" in names["__doc__"]
    assert names["__doc__"] in experiment.component.read_text()


# Pictures


@pytest.fixture
def drawn(monkeypatch):
    """The texts of every figure shown."""
    plt = sys.modules["matplotlib.pyplot"]
    shown: list[list[str]] = []

    def show():
        figure = plt.gcf()
        figure.canvas.draw()
        texts = [text for ax in figure.axes for text in (*ax.texts, ax.title, ax._left_title)]
        shown.append([text.get_text() for text in texts if text.get_text()])
        plt.close(figure)

    monkeypatch.setattr(plt, "show", show)
    return shown


def test_the_diagram_of_a_seq2seq_shows_what_is_read_and_written(given, drawn):
    given.draw_seq2seq(list("5+7 "), list("_12"), title="plain")
    given.draw_seq2seq(list("5+7 "), list("_12"), peeky=True, title="peeky")
    plain, peeky = drawn
    assert plain.count("LSTM") == peeky.count("LSTM") == 4 + 2
    assert plain.count("h") == 1
    assert peeky.count("h") == 1 + 2
    assert [text for text in plain if text in "5+7␣_12"] == ["5", "+", "7", "␣", "_", "1", "1", "2"]


def test_the_arcs_of_draw_lags_say_the_lags(given, drawn):
    given.draw_lags({"forwards": "abc", "backwards": "cba"}, "abc")
    (texts,) = drawn
    numbers = sorted(int(text) for text in texts if text.isdigit())
    wanted = [*given.time_lags(3, 3, False), *given.time_lags(3, 3, True)]
    assert numbers == sorted(map(int, wanted))


def test_the_other_pictures_are_drawn_without_a_warning(given, drawn):
    given.draw_peeky_step()
    given.draw_paths_to_h(steps=2)
    given.plot_by_place({"a": [1.0, 0.1], "b": [0.5, 0.5]}, "gradient norm", log=True, bounds={"floor": 0.2})
    step, paths, _ = drawn
    assert "LSTM" in step
    assert "affine" in step
    assert paths.count("LSTM") == 2
