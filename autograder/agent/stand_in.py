"""Stand-ins: the grader's objects as seen by the student's process (grader's side: `sandbox.reference_server`).

If a question builds on answers that are wrong, the names of these answers become stand-ins in its fork: every call
goes to the grader's reference over the same socket, so no reference code enters this process.

The student's process loads this module, so it imports nothing of the package but this room.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.agent.tensors import rebuilt
from autograder.agent.wire import StandInRef, WireError

Ask = Callable[[tuple[Any, ...]], Any]
GIVEN_ATTRIBUTES = ("params", "grads")


class StandIn:
    """An object of the grader's, as seen from the student's process: attributes and calls go over the wire.

    Its `params` and `grads`, if any, are real lists of arrays in this process: the parameters are the same
    arrays that the student passed to the constructor, sent along with every call; the gradients are
    overwritten in place after every call, as by the course's layers.
    """

    def __init__(self, ask: Ask, ref: StandInRef, args: tuple[Any, ...] = ()) -> None:
        put = super().__setattr__
        put("_ask", ask)
        put("_ref", ref)
        if ref.mirror is not None:
            origins, params, grads = ref.mirror
            own = [params[i] if origin is None else args[origin] for i, origin in enumerate(origins)]
            put("params", own)
            put("grads", list(grads))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward`, as torch's modules do."""
        return self._call("forward", args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        kind, value = self._ask(("get_attribute", self._ref.id, name))
        if kind == "method":
            return lambda *args, **kwargs: self._call(name, args, kwargs)
        if kind == "value":
            return self._wrap(value)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        own = "_ref" not in self.__dict__  # a derived class may set attributes before it calls super().__init__()
        if own or name.startswith("_") or name in GIVEN_ATTRIBUTES or not self._set_there(name, value):
            super().__setattr__(name, value)

    def _set_there(self, name: str, value: Any) -> bool:
        """Set an attribute of the grader's object; False if it has none of that name, or cannot take the value."""
        try:
            return bool(self._ask(("set_attribute", self._ref.id, name, outgoing(value))))
        except WireError:
            return False

    def _call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        params = [np.asarray(p) for p in self.params] if self._ref.mirror is not None else None
        question = ("call_method", self._ref.id, method, outgoing(args), outgoing(kwargs), params)
        value, grads = called(self._ask, question, (args, kwargs))
        for mine, theirs in zip(self.grads if grads is not None else (), grads or (), strict=False):
            mine[...] = theirs
        return self._wrap(value)

    def _wrap(self, value: Any) -> Any:
        return StandIn(self._ask, value) if type(value) is StandInRef else value


def stand_in_function(name: str, ask: Ask) -> Callable[..., Any]:
    """A function that calls the grader's reference of the same name."""

    def function(*args: Any, **kwargs: Any) -> Any:
        value = called(ask, ("call_function", name, outgoing(args), outgoing(kwargs)), (args, kwargs))
        return StandIn(ask, value) if type(value) is StandInRef else value

    function.__name__ = function.__qualname__ = name
    return function


def stand_in_class(name: str, ask: Ask) -> type:
    """A class whose instances are the grader's reference objects."""

    def __init__(self: StandIn, *args: Any, **kwargs: Any) -> None:
        ref = called(ask, ("call_function", name, outgoing(args), outgoing(kwargs)), (args, kwargs))
        StandIn.__init__(self, ask, ref, (*args, *kwargs.values()))

    return type(name, (StandIn,), {"__init__": __init__, "__module__": "__main__"})


def called(ask: Ask, question: tuple[Any, ...], arguments: Any) -> Any:
    """The answer to a call in the grader's process. Generators in the arguments advance as their copies did there."""
    answer = ask(question)
    mine = list(generators(arguments))
    for generator, theirs in zip(mine, ask(("drawn",)) if mine else (), strict=True):
        generator.bit_generator.state = theirs.bit_generator.state
    return answer


def generators(value: Any) -> Iterator[np.random.Generator]:
    """The random generators in arguments, from first to last."""
    if isinstance(value, np.random.Generator):
        yield value
    elif type(value) in (list, tuple, dict):
        for item in value.values() if type(value) is dict else value:
            yield from generators(item)


def outgoing(value: Any) -> Any:
    """A value as it is sent to the grader: stand-ins become references to their objects."""
    if isinstance(value, StandIn):
        return StandInRef(value._ref.id)
    if type(value) in (list, tuple):
        return type(value)(outgoing(item) for item in value)
    if type(value) is dict:
        return {key: outgoing(item) for key, item in value.items()}
    return value


def answered(answer: tuple[str, Any]) -> Any:
    """The value of the grader's answer. Raises the reference's exception (a builtin one, else RuntimeError)."""
    kind, value = answer
    if kind == "error":
        type_name, message = value
        raise getattr(builtins, type_name, RuntimeError)(message)
    return rebuilt(value)


def rebase(replaced: type, stand_in: type) -> None:
    """Make the classes that derive from `replaced` derive from `stand_in`."""
    children: list[type] = list(replaced.__subclasses__())
    for child in children:
        child.__bases__ = tuple(stand_in if base is replaced else base for base in child.__bases__)
