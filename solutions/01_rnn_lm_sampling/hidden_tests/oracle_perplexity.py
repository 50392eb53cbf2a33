"""Scripted language models, whose perplexity is known without any network.

They live in the grader's process; the student's `perplexity` uses them over the wire. As their state never forgets,
every mistake in cutting a text, carrying the state on or resetting it shows in the value.
"""

from __future__ import annotations

import numpy as np

from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng

STATES = 101  # a prime, so that multiplying a state by 3 loses nothing


class ScriptedModel:
    """A language model whose scores depend on every word read since the last reset, row by row.

    log   gets (rows, steps) of every text read; it is the test's own list and no attribute that students could read
    """

    def __init__(self, vocab_size: int, seed: int = 0, log: list[tuple[int, int]] | None = None) -> None:
        self._table = hidden_rng(seed).standard_normal((STATES, vocab_size)) * 1.5
        self._state: Array | None = None
        self._log = log if log is not None else []

    @property
    def read_since_reset(self) -> bool:
        """Whether anything was read since the last reset."""
        return self._state is not None

    def reset_state(self) -> None:
        """Forget everything read."""
        self._state = None

    def predict(self, xs: Array) -> Array:
        """Ids (N, T) -> scores (N, T, V), float64. ValueError for a batch of another size than the state."""
        xs = np.asarray(xs)
        state = np.zeros(len(xs), dtype=np.int64) if self._state is None else self._state
        if len(state) != len(xs):
            raise ValueError(f"xs has {len(xs)} rows where the state has {len(state)}")
        self._log.append((xs.shape[0], xs.shape[1]))
        scores = []
        for words in xs.T:
            state = (3 * state + words + 1) % STATES
            scores.append(self._scores(state))
        self._state = state
        return np.stack(scores, axis=1)

    def forward(self, xs: Array, ts: Array) -> float:
        """The mean cross-entropy over labels that are not -1 (0 if there are none), in nats."""
        logs = log_softmax(self.predict(xs))
        ts = np.asarray(ts)
        counted = ts >= 0
        surprise = -np.take_along_axis(logs, np.maximum(ts, 0)[..., None], axis=-1)[..., 0]
        return float(surprise[counted].mean()) if counted.any() else 0.0

    def _scores(self, state: Array) -> Array:
        return self._table[state]


class UniformModel(ScriptedModel):
    """A model that knows nothing: its perplexity is the number of words, however the text is cut."""

    def _scores(self, state: Array) -> Array:
        return np.zeros((len(state), self._table.shape[1]))


class NoisyModel(ScriptedModel):
    """A model with a `train_flag`: while it is on, the scores are spoilt."""

    def __init__(self, vocab_size: int, seed: int = 0, train_flag: bool = True) -> None:
        super().__init__(vocab_size, seed)
        self.train_flag = train_flag

    def _scores(self, state: Array) -> Array:
        scores = super()._scores(state)
        return scores[:, ::-1] if self.train_flag else scores


class FailingModel(NoisyModel):
    """A model that reads one piece of text and refuses the second."""

    def predict(self, xs: Array) -> Array:
        """Scores the first time, ValueError ever after."""
        if self._log:
            raise ValueError("this model reads one piece of text and no more")
        return super().predict(xs)


def log_softmax(scores: Array) -> Array:
    """log softmax over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def perplexity_of_script(vocab_size: int, corpus: Array, batch_size: int, seed: int = 0) -> float:
    """The perplexity of a ScriptedModel: each strip read alone from a fresh state, all words counted once."""
    xs, ts = corpus[:-1], corpus[1:]
    length = -(-len(xs) // batch_size)
    surprise = []
    for start in range(0, len(xs), length):
        model = ScriptedModel(vocab_size, seed)
        logs = log_softmax(model.predict(xs[None, start : start + length]))[0]
        surprise.extend(-logs[np.arange(len(logs)), ts[start : start + length]])
    assert len(surprise) == len(xs)
    return float(np.exp(np.mean(surprise)))
