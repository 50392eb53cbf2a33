"""Training in the grader's own loop: the student's code only computes the loss and the gradients.

The weights are the grader's. They start as the reference draws them, are updated by the grader's optimiser, and are
written into the student's model before every forward. So a notebook that tampers with the training function, with
the files handed out or with NumPy can neither influence the training nor hand in weights of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import Array, array, arrays, number
from autograder.testing.student import Call, Fill, Get, RemoteObject, Student


def trained_here(train: Any, name: str, stands_for: Callable[..., Any]) -> Any:
    """The reference's training function `train` with something else under the global name `name`."""
    return FunctionType(train.__code__, {**train.__globals__, name: stands_for}, train.__name__, train.__defaults__)


class RemoteModel:
    """A model of the student's, as a training loop sees it.

    params, grads  the grader's arrays, float32
    """

    def __init__(self, label: str, model: RemoteObject, params: Sequence[Array]) -> None:
        self.label, self._model = label, model
        self.params = [param.copy() for param in params]
        self.grads = [np.zeros_like(param) for param in params]

    def forward(self, xs: Array, ts: Array) -> float:
        """The student's loss at these weights; gradients are fetched in the same round trip. Raises StudentError."""
        steps = Fill("params", self.params), Call("forward", xs, ts), Call("backward"), Get("grads")
        _, loss, _, self._gradients = self._model.many(steps)
        return number(f"{self.label}: forward while it is trained", loss)

    def backward(self) -> None:
        """Copy the gradients of the last forward. Raises StudentError."""
        self._take_gradients(self._gradients)

    def reset_state(self) -> None:
        """Reset the state of the student's model. Raises StudentError."""
        self._model.call("reset_state")

    def _take_gradients(self, grads: Any) -> None:
        shapes = [param.shape for param in self.params]
        received = arrays(f"{self.label}: grads while it is trained", grads, shapes)
        for mine, theirs in zip(self.grads, received, strict=True):
            if not np.isfinite(theirs).all():
                raise CheckFailed(
                    f"{self.label}: grads while it is trained", "numbers that are not finite", "gradients"
                )
            mine[...] = theirs


class RemoteLayer(RemoteModel):
    """A layer of the student's in a model of the grader's; forward (N, T, D) -> (N, T, `width`)."""

    def __init__(self, label: str, model: RemoteObject, params: Sequence[Array], width: int) -> None:
        super().__init__(label, model, params)
        self.width = width

    def forward(self, xs: Array) -> Array:  # type: ignore[override]
        """The hidden states. Raises StudentError."""
        self._shape = xs.shape
        _, hs = self._model.many([Fill("params", self.params), Call("forward", xs)])
        return array(f"{self.label}: forward", hs, (*xs.shape[:2], self.width))

    def backward(self, dhs: Array) -> Array:  # type: ignore[override]
        """The gradient of the input. Raises StudentError."""
        dxs, grads = self._model.many([Call("backward", dhs), Get("grads")])
        self._take_gradients(grads)
        return array(f"{self.label}: backward", dxs, self._shape)


def model_class(student: Student, name: str, reference_class: Any) -> Callable[..., RemoteModel]:
    """A constructor of the student's model `name`, the weights as the reference draws them from the same generator."""

    def make(vocab_size: int, wordvec_size: int, hidden_size: int, rng: np.random.Generator) -> RemoteModel:
        sizes = vocab_size, wordvec_size, hidden_size
        return RemoteModel(f"the trained {name}", student.new(name, *sizes), reference_class(*sizes, rng).params)

    return make
