"""The grader's side of stand-ins: the reference answers for names that a question takes as given.

When question 3 builds on question 2, and 2 is wrong, 3 is tested on the reference 2. In the student's fork the
name of 2 becomes a stand-in (`autograder.agent.StandIn`) whose calls arrive here as questions. Only plain
values cross, so no reference code enters the student's process; and the student's process is not trusted
with the sizes in its questions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.agent.stand_in import generators
from autograder.agent.tensors import Tensor, is_tensor, rebuilt
from autograder.agent.wire import StandInRef

MAX_INTEGER = 100_000  # of an argument: far above every size or count in the course's own tests
MAX_PRODUCT = 10**8  # of a call's integers: the number of elements of the largest array that they can ask for
MAX_OBJECTS = 100_000
MAX_SIZES = 32  # the numbers in a list that may be the shape of an array; NumPy has at most 64 dimensions
DRAWN_FROM = ("choice", "permutation", "permuted", "shuffle")  # a generator's methods whose first argument is data
# Objects of these modules' classes give access to frames and code, to files, to the machine's memory.
FOREIGN = frozenset({*sys.stdlib_module_names, "numpy", "torch"})
PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, np.generic)


class FollowThrough:
    """Answers questions about stand-ins with the reference's functions, classes and objects.

    given      maps each name that may be asked for to the reference's function or class
    settable   attributes that the student's code may set on the objects made of these; all others stay as they are
    """

    def __init__(self, given: Mapping[str, Any], settable: Collection[str] = ()) -> None:
        self.given = dict(given)
        self.objects: list[Any] = []
        self._settable = frozenset(settable)
        self._offered: set[int] = set()
        self._settable_of: list[frozenset[str]] = []  # the attributes that may be set on each of `objects`
        self._drawn_from: list[np.random.Generator] = []  # those of the last call's arguments

    def names(self) -> dict[str, bool]:
        """The given names; True for a class."""
        return {name: isinstance(value, type) for name, value in self.given.items()}

    def offer(self, thing: Any, settable: Collection[str] = ()) -> StandInRef:
        """Let the student's process use one of the grader's objects, and set the attributes named in `settable`.

        On objects that it returns, no attribute may be set.
        """
        self._offered.add(len(self.objects))
        return self._enter(thing, (), frozenset(settable))

    def answer(self, question: tuple[Any, ...]) -> tuple[str, Any]:
        """("value", answer), or ("error", (type name, message)) if the reference raised."""
        try:
            operation, *fields = question
            handlers: dict[str, Callable[..., Any]] = {
                "call_function": self._call_function, "call_method": self._call_method,
                "get_attribute": self._get_attribute, "set_attribute": self._set_attribute,
                "drawn": lambda: self._drawn_from,
            }  # fmt: skip
            return "value", handlers[operation](*fields)
        except Exception as error:  # a malformed question is the student's, and so is a refused argument
            return "error", (type(error).__name__, str(error)[:500])

    def _call_function(self, name: str, args: Any, kwargs: Any) -> Any:
        args, kwargs = self._arguments(args, kwargs)
        return self._returned(self.given[name](*args, **kwargs), [*args, *kwargs.values()], self._settable)

    def _call_method(self, id: int, method: str, args: Any, kwargs: Any, params: list[np.ndarray] | None) -> Any:
        thing = self.objects[id]
        if method.startswith("_"):
            raise AttributeError(method)
        if params is not None:
            for mine, theirs in zip(thing.params, params, strict=True):
                mine[...] = theirs
        args, kwargs = self._arguments(args, kwargs)
        if isinstance(thing, np.random.Generator):
            _refuse_large([*args[method in DRAWN_FROM :], *kwargs.values()])
        value = getattr(thing, method)(*args, **kwargs)
        return self._returned(value, (), self._inherited(id)), (list(thing.grads) if params is not None else None)

    def _get_attribute(self, id: int, name: str) -> tuple[str, Any]:
        value = getattr(self.objects[id], name, _ABSENT)
        if value is _ABSENT or name.startswith("_"):
            return "absent", None
        if callable(value) and not isinstance(value, type):
            return "method", None
        return "value", self._returned(value, (), self._inherited(id))

    def _set_attribute(self, id: int, name: str, value: Any) -> bool:
        thing = self.objects[id]
        if name.startswith("_") or name not in self._settable_of[id] or not hasattr(thing, name):
            return False
        setattr(thing, name, self._checked(value))
        return True

    def _inherited(self, id: int) -> frozenset[str]:
        """The attributes that may be set on the objects it returns: a layer of a given model is a given layer."""
        return frozenset() if id in self._offered else self._settable

    def _returned(self, value: Any, args: Any, settable: frozenset[str]) -> Any:
        if _is_plain(value):
            return value
        return self._register(value, args, settable)

    def _register(self, thing: Any, args: Any, settable: frozenset[str]) -> StandInRef:
        """A reference to one of the course's own objects. Raises TypeError for a class or a module, which later
        gradings would share, and for an object that is not the course's: only a suite can offer that."""
        foreign = type(thing).__module__.partition(".")[0] in FOREIGN and type(thing) is not np.random.Generator
        if foreign or isinstance(thing, type):
            raise TypeError(f"a {type(thing).__name__} of the grader's is not handed out")
        return self._enter(thing, args, settable)

    def _enter(self, thing: Any, args: Any, settable: frozenset[str]) -> StandInRef:
        if len(self.objects) >= MAX_OBJECTS:
            raise MemoryError("too many objects")
        self.objects.append(thing)
        self._settable_of.append(settable)
        return StandInRef(len(self.objects) - 1, _mirror(thing, args))

    def _arguments(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """The arguments of a call, refused if together they ask for too much memory or time."""
        args, kwargs = self._checked(args), self._checked(kwargs)
        self._drawn_from = list(generators((args, kwargs)))
        _refuse_large([value for value in (*args, *kwargs.values()) if isinstance(value, int | np.integer)])
        return args, kwargs

    def _checked(self, value: Any) -> Any:
        """Arguments with references resolved, refused if a number is absurd."""
        if type(value) is StandInRef:
            return self.objects[value.id]
        if type(value) in (list, tuple):
            return type(value)(self._checked(item) for item in value)
        if type(value) is dict:
            return {key: self._checked(item) for key, item in value.items()}
        if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iu":
            return self._checked(value[()])
        if type(value) is Tensor:
            return rebuilt(Tensor(value.array))  # no graph leads out of the student's process, nor into it
        if isinstance(value, (int, np.integer)) and abs(int(value)) > MAX_INTEGER:
            raise ValueError(f"{value} is more than the grader's reference takes")
        return value


_ABSENT = object()


def _refuse_large(values: list[Any]) -> None:
    """Refuse arguments that may be sizes of too large an array."""
    product = 1
    for size in _sizes(values):
        product *= max(1, abs(size))
        if product > MAX_PRODUCT:
            raise ValueError(f"sizes with a product of {product:,} are more than the grader's reference takes")


def _sizes(values: Any) -> Iterator[int]:
    """The integers among the values, and in short lists and arrays among them."""
    for value in values:
        if isinstance(value, int | np.integer):
            yield int(value)
        elif isinstance(value, list | tuple | np.ndarray) and np.size(value) <= MAX_SIZES:
            yield from _sizes(np.ravel(np.asarray(value, dtype=object)))


def _is_plain(value: Any) -> bool:
    """Whether a value may cross as it is: a list or tuple with one of the course's objects in it may not."""
    if type(value) in (list, tuple):
        return all(isinstance(item, PLAIN) or is_tensor(item) for item in value)
    return isinstance(value, PLAIN) or is_tensor(value)


def _mirror(thing: Any, args: Any) -> Any:
    """[for each parameter, the number of the argument it is; params; grads], if `thing` is a layer with both lists."""
    params, grads = getattr(thing, "params", None), getattr(thing, "grads", None)
    if not isinstance(params, list) or not isinstance(grads, list):
        return None
    origins = [next((i for i, arg in enumerate(args) if arg is param), None) for param in params]
    return [origins, params, grads]
