"""A backward is judged on its own forward only if that is close to the required function.

Every forward here comes with its true gradients, so that a purely numerical check finds nothing wrong with them.
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.errors import CheckFailed, TaskError
from autograder.testing.sequence_models import layer_gradients, likeness
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.lstm import step_case, step_run, time_case, time_run
from autograder.testing.student import BareConnection, Student, of_reference
from autograder.validation.known_submissions import read_submissions

ID = "01_rnn_lm_sampling"
# Its forward is `function`, its backward the true gradient of it, by complex steps.
STEP = """
class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x, h_prev, c_prev):
        self.cache = x, h_prev, c_prev
        return self.function(*self.params, x, h_prev, c_prev)

    def function(self, Wx, Wh, b, x, h, c):
        everything = Wx, Wh, b, x, h, c
        fixed = np.random.default_rng(0)
        mixed = sum((p * fixed.standard_normal(p.shape)).sum() for p in everything)
        many = fixed.standard_normal(h.shape)
        total = sum(p.sum() for p in everything)
        weights = Wx.sum() + Wh.sum() + b.sum()
        rows = (x.sum(axis=1) + h.sum(axis=1) + c.sum(axis=1))[:, None]
        f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        s = lambda a: 1 / (1 + np.exp(-a))
        BODY

    def backward(self, dh_next, dc_next):
        arrays, slopes = [*self.params, *self.cache], []
        for k, array in enumerate(arrays):
            slope = np.zeros(array.shape)
            for place in np.ndindex(array.shape):
                moved = [a.astype(complex) for a in arrays]
                moved[k][place] += 1e-30j
                h, c = self.function(*moved)
                slope[place] = (np.sum(h * dh_next) + np.sum(c * dc_next)).imag / 1e-30
            slopes.append(slope)
        for grad, slope in zip(self.grads, slopes):
            grad[...] = slope
        return tuple(slopes[3:])
"""
DEGENERATE = {
    "the sum of all": "return total + 0 * h, total + 0 * c",
    "tanh of the sum": "return np.tanh(total / 10) + 0 * h, np.tanh(total / 10) + 0 * c",
    "the square of the sum": "return total**2 + 0 * h, total**2 + 0 * c",
    "a constant per row": "return rows + weights + 0 * h, rows + weights + 0 * c",
    "the square of a constant per row": "return (rows + weights) ** 2 + 0 * h, (rows + weights) ** 2 + 0 * c",
    "a fixed linear form": "return mixed * many, mixed * many[::-1]",
    "tanh of a fixed linear form": "return np.tanh(mixed / 10) * many, np.tanh(mixed / 10) * many[::-1]",
    "the square of a fixed linear form": "return mixed**2 * many, mixed**2 * many[::-1]",
    "a sum of squares": "return h**2 + sum((p**2).sum() for p in everything), c**2",
    "a product of sines": "p = np.prod([1 + np.sin(p).mean() for p in everything]); return p + 0 * h, p + 0 * c",
    "no function of the gates at all": "return f + g + i + o, f - g + c",
    "a plain recurrent network": "y = np.tanh(f + g + i + o); return y, y + c",
    "a plain recurrent network, twice": "y = np.tanh(f + 2 * g - i + o / 2 + c); return y, np.sin(y)",
}  # fmt: skip
PLAUSIBLE = {
    "gates in the order of torch": "c = s(g) * c + s(f) * np.tanh(i); return s(o) * np.tanh(c), c",
    "no tanh on c": "c = s(f) * c + s(i) * np.tanh(g); return s(o) * c, c",
    "forget gate squared": "c = s(f) ** 2 * c + s(i) * np.tanh(g); return s(o) * np.tanh(c), c",
    "right": "c = s(f) * c + s(i) * np.tanh(g); return s(o) * np.tanh(c), c",
}  # fmt: skip


@lru_cache
def solution() -> SimpleNamespace:
    return course.current().reference(ID)


def student(answer: str) -> Student:
    namespace = {**vars(solution()), "np": np}
    exec(answer, namespace)
    return Student(BareConnection(namespace), of_reference(solution()))


def missing(run: LayerRun) -> float:
    """The share of traits that the student's gradients lack."""
    traits = likeness.traits(run.side(), run.of_reference().side())
    seen = [trait for trait in traits if trait.reference > likeness.NOTICEABLE]
    assert len(seen) > 40
    return sum(trait.missing for trait in seen) / len(seen)


@pytest.mark.parametrize("name", DEGENERATE)
def test_a_forward_of_easy_gradients_is_refused(name: str) -> None:
    run = step_run(student(STEP.replace("BODY", DEGENERATE[name])), step_case(11, D=2, H=3))
    assert missing(run) > 1.8 * likeness.LEEWAY
    with pytest.raises(CheckFailed, match="your forward pass is not the function asked for"):
        layer_gradients.check_input_gradients(run, 11)
    with pytest.raises(CheckFailed, match="your forward pass is not the function asked for"):
        layer_gradients.check_parameter_gradients(run, 11)


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_a_plausible_forward_keeps_its_own_gradients(name: str) -> None:
    run = step_run(student(STEP.replace("BODY", PLAUSIBLE[name])), step_case(11, D=2, H=3))
    assert missing(run) < 0.03
    layer_gradients.check_input_gradients(run, 11)
    layer_gradients.check_parameter_gradients(run, 11)


@pytest.mark.parametrize(
    "entry", [e for e in read_submissions(ID) if "lstm_forward__" in e.name], ids=lambda entry: entry.name
)
def test_the_banks_wrong_forwards_are_plausible(entry) -> None:
    remote = student("\n".join((reference_answers(ID) | entry.answers)[cell] for cell in ("LSTM", "TimeLSTM")))
    for run in (step_run(remote, step_case(11)), time_run(remote, time_case(31))):
        assert run.is_alike()
        assert missing(run) <= 0.02


def test_small_sizes_are_judged_by_an_ordinary_one() -> None:
    remote = student(STEP.replace("BODY", DEGENERATE["a product of sines"]))
    small, ordinary = step_run(remote, step_case(14, N=1, D=1, H=1)), step_run(remote, step_case(14))
    assert not LayerRun(**{**vars(small), "ordinary": ordinary}).is_alike()


def test_without_a_reference_nothing_can_be_told() -> None:
    remote = student(reference_answers(ID)["LSTM"])
    remote.reference = None
    with pytest.raises(TaskError, match="no reference to compare with"):
        step_run(remote, step_case(11)).is_alike()
