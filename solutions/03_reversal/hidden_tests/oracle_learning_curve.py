"""A model whose answers reveal how it was trained and asked.

A `Learner` lives in the grader's process; the student's `learning_curve` trains it and asks it over the wire. So
the curve depends only on the calls made to the model.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

import numpy as np

from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng

V, S, T = 11, 7, 5
TRAIN_ROWS, TEST_ROWS = 13, 101
FEATURES = 5
SENSITIVITY = 300.0  # radians per unit of the parameters' sum: a step of Adam(0.001) turns it by about half a radian


@dataclass(frozen=True)
class Lesson:
    """Training rows and test rows: sources (N, S), some of them padded with 0, and targets (N, T)."""

    train: tuple[Array, Array]
    test: tuple[Array, Array]


def lesson(seed: int, start_id: int) -> Lesson:
    """A lesson whose test sources, forwards and reversed, are all different."""
    rng = hidden_rng(seed)
    train, test = (_pairs(rng, rows, start_id) for rows in (TRAIN_ROWS, TEST_ROWS))
    while len({tuple(row) for xs in (test[0], test[0][:, ::-1]) for row in xs.tolist()}) < 2 * TEST_ROWS:
        test = _pairs(rng, TEST_ROWS, start_id)
    return Lesson(train, test)


def no_progress_bar() -> contextlib.AbstractContextManager[object]:
    """Hide the progress bar while the oracle trains: it is meant for students."""
    return contextlib.redirect_stderr(io.StringIO())


def _pairs(rng: np.random.Generator, rows: int, start_id: int) -> tuple[Array, Array]:
    xs = np.stack([rng.permutation(np.arange(1, V))[:S] for _ in range(rows)])
    ts = rng.integers(V, size=(rows, T))
    xs[::3, -2:] = 0
    ts[:, 0] = start_id
    return xs, ts


class Learner:
    """A model with one vector of parameters, moved by every training row, which decides its answers to test rows.

    The gradient is the mean over rows of a vector that depends on every id at its place; its norm is sometimes above
    5 and sometimes below. A test row gets its right answer where its threshold is below a level that turns with the
    parameters; any other row, and any row asked with another start id, gets an answer that is wrong in its last place.
    """

    def __init__(self, rng: np.random.Generator, lesson: Lesson, reverse: bool) -> None:
        self.params = [rng.standard_normal(FEATURES) * 0.01]
        self.grads = [np.zeros(FEATURES)]
        fixed = np.random.default_rng(0)
        self._of_x, self._of_t = (fixed.standard_normal((steps, V, FEATURES)) ** 3 * 0.4 for steps in (S, T))
        self._thresholds = (fixed.permutation(TEST_ROWS) + 0.5) / TEST_ROWS
        xs, ts = lesson.test
        self._rows = {tuple(row): i for i, row in enumerate((xs[:, ::-1] if reverse else xs).tolist())}
        self._start_id, self._answers = int(ts[0, 0]), ts[:, 1:]
        self._gradient: Array | None = None

    def forward(self, xs: Array, ts: Array) -> float:
        """The loss of a batch: the product of its gradient and the parameters."""
        of_rows = self._of_x[np.arange(S), xs].sum(axis=1) + self._of_t[np.arange(T), ts].sum(axis=1)
        self._gradient = np.asarray(of_rows.mean(axis=0))
        return float(self._gradient @ self.params[0])

    def backward(self, dout: float = 1) -> None:
        """Overwrite grads with those of the last batch."""
        if self._gradient is None:
            raise RuntimeError("backward before forward")
        self.grads[0][...] = dout * self._gradient

    def generate(self, xs: Array, start_id: int, sample_size: int) -> Array:
        """Answers (N, sample_size), each right or wrong in its last place only."""
        level = 0.5 + 0.5 * np.sin(SENSITIVITY * self.params[0].sum())
        answers = np.zeros((len(xs), sample_size), dtype=np.int64)
        for answer, source in zip(answers, xs.tolist(), strict=True):
            row = self._rows.get(tuple(source))
            right = self._answers[0 if row is None else row][:sample_size]
            answer[: len(right)] = right
            if row is None or start_id != self._start_id or self._thresholds[row] > level:
                answer[len(right) - 1] = (right[-1] + 1) % V
        return answers


class Maker:
    """Makes Learners and adds each to `made`: the test's own list, and no attribute that students could read."""

    def __init__(self, lesson: Lesson, reverse: bool, made: list[Learner] | None = None) -> None:
        self._lesson, self._reverse = lesson, reverse
        self._made = made if made is not None else []

    def make_model(self, rng: np.random.Generator) -> Learner:
        """A fresh model with weights drawn from `rng`."""
        learner = Learner(rng, self._lesson, self._reverse)
        self._made.append(learner)
        return learner
