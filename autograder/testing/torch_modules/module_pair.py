"""A student's torch module and the reference's of the same name, with the same weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed, TaskError
from autograder.testing.checks import comparison_count
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.student import RemoteObject, Student

SCALE = 0.6  # of the weights: large enough that gates are neither all open nor all half open
SHOWN_NAMES = 6


@dataclass(frozen=True)
class Handed:
    """An argument that is one thing for the student's code and another for the reference's, such as a stand-in."""

    yours: Any
    oracle: Any


@dataclass(frozen=True)
class ModulePair:
    """Two modules with the same weights, in the same mode.

    name     the name of their class
    student  the notebook's definitions
    yours    the student's module, in their process
    oracle   the reference's, in this one
    """

    name: str
    student: Student
    yours: RemoteObject
    oracle: torch.nn.Module

    def set_mode(self, training: bool) -> None:
        """Put both into training or evaluation mode."""
        self.yours.keep("train", training)
        self.oracle.train(training)


def function_pair(student: Student, reference: SimpleNamespace, name: str) -> ModulePair:
    """A student's function and the reference's of the same name, for checks of modules: it has no weights, no mode."""
    return ModulePair(name, student, _RemoteFunction(student, name), _FunctionModule(getattr(reference, name)))


def module_pair(
    student: Student,
    reference: SimpleNamespace,
    name: str,
    *args: Any,
    seed: int,
    dtype: str = "float32",
    **kwargs: Any,
) -> ModulePair:
    """A pair of new modules `name(*args, **kwargs)` in evaluation mode, their weights drawn by `hidden_rng(seed)`.

    args, kwargs   plain values and arrays; of a ModulePair or Handed each side gets its own
    dtype          "float32" or "float64", of parameters and buffers that are floats
    Raises CheckFailed if the student's module has other parameters or buffers than the reference's.
    """
    mine = {key: _side(value, "yours") for key, value in kwargs.items()}
    theirs = {key: _side(value, "oracle") for key, value in kwargs.items()}
    oracle = getattr(reference, name)(*[_side(value, "oracle") for value in args], **theirs)
    yours = student.new(name, *[_side(value, "yours") for value in args], **mine)
    if dtype == "float64":
        oracle, yours = oracle.double(), yours.keep("double")
    check_state(name, yours, oracle)
    weights = drawn_weights(oracle, seed)
    oracle.load_state_dict({key: torch.from_numpy(array) for key, array in weights.items()})
    yours.load(weights)
    pair = ModulePair(name, student, yours, oracle)
    pair.set_mode(False)
    return pair


def drawn_weights(module: torch.nn.Module, seed: int) -> dict[str, np.ndarray]:
    """An array for each parameter and buffer of a module: floats are drawn, the others are as they are."""
    rng = hidden_rng(seed)
    weights = {}
    for key, tensor in module.state_dict().items():
        now = tensor.numpy()
        weights[key] = rng.uniform(-SCALE, SCALE, now.shape).astype(now.dtype) if now.dtype.kind == "f" else now.copy()
    return weights


def check_state(name: str, yours: RemoteObject, oracle: torch.nn.Module) -> None:
    """Check the names, shapes and dtypes of a module's parameters and buffers. Raises CheckFailed."""
    comparison_count.note()
    mine, theirs = yours.weights(), oracle.state_dict(keep_vars=True)
    label = f"the parameters and buffers of {name}"
    if mine.keys() != theirs.keys():
        missing, extra = theirs.keys() - mine.keys(), mine.keys() - theirs.keys()
        wanted = f"{_listed(missing)} too" if missing else f"none beside {_listed(theirs)}"
        raise CheckFailed(label, f"there is {_listed(extra)}" if extra else f"there is no {_listed(missing)}", wanted)
    for key, tensor in theirs.items():
        array, wanted_array = mine[key].array, tensor.detach().numpy()
        if array.shape != wanted_array.shape:
            raise CheckFailed(f"{label}: {key}", f"shape {array.shape}", f"shape {wanted_array.shape}")
        if array.dtype != wanted_array.dtype:
            raise CheckFailed(f"{label}: {key}", f"dtype {array.dtype}", f"dtype {wanted_array.dtype}")


def sent(value: Any, requires_grad: bool = False) -> Any:
    """A value as an argument of the student's code: arrays as tensors, those of floats with a gradient if wanted."""
    if isinstance(value, np.ndarray):
        return Tensor(value, requires_grad and value.dtype.kind == "f")
    return _side(value, "yours")


def local(value: Any, requires_grad: bool = False) -> Any:
    """The same value as an argument of the reference: a tensor with memory of its own."""
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(value.copy())
        return tensor.requires_grad_() if requires_grad and value.dtype.kind == "f" else tensor
    return _side(value, "oracle")


class _FunctionModule(torch.nn.Module):
    """A function of the reference's whose forward is a call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs)


class _RemoteFunction(RemoteObject):
    """A function of the student's as an object whose forward is a call; it has no other method, and no gradients."""

    def __init__(self, student: Student, name: str) -> None:
        self._student, self._name = student, name

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._student.call(self._checked(method), *args, **kwargs)

    def keep(self, method: str, *args: Any, **kwargs: Any) -> RemoteObject:
        return self._student.keep(self._checked(method), *args, **kwargs)

    def gradients(self) -> dict[str, Tensor | None]:
        return {}

    def _checked(self, method: str) -> str:
        if method != "forward":
            raise TaskError(f"{self._name} is a function: it has no {method}")
        return self._name


def _side(value: Any, side: str) -> Any:
    return getattr(value, side) if isinstance(value, ModulePair | Handed) else value


def _listed(names: Sequence[str] | Mapping[str, Any] | set[str]) -> str:
    shown = sorted(names)
    more = len(shown) - SHOWN_NAMES
    return ", ".join(shown[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
