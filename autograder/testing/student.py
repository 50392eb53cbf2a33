"""The trusted side's view of a student's definitions: explicit, and made of plain values.

A suite sees a `Student`:

    p = student.call("softmax", scores)                 # call a function
    layer = student.new("TimeLSTM", Wx, Wh, b)          # make an object, kept in the student's process
    hs = layer.call("forward", xs)                      # call a method
    grads = layer.get("grads")                          # read an attribute: copies, rebuilt from bytes

Nothing is transparent: there is no attribute magic, and no method of a student's object ever runs here.
Every request may raise one of the `StudentError`s in `autograder.errors`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from autograder.agent.server import Missing, Servant
from autograder.agent.stand_in import answered
from autograder.agent.tensors import Tensor, Unsendable, crossing, is_tensor
from autograder.agent.wire import Ref, StandInRef
from autograder.errors import BadReply, CallFailed, CallTimeout, NotWritten
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.hidden_inputs import hidden_seed
from autograder.untrusted_text import untrusted_name


class Connection(Protocol):
    """The channel by which requests reach the student's code.

    used_s   total seconds taken by the answers; set when the connection is closed
    stretch  factor by which the limits of single requests exceed the stated ones
    """

    follow_through: FollowThrough
    used_s: float
    stretch: float

    @property
    def has_had_large_answers(self) -> bool:
        """Whether an answer was so large that its memory is to be freed before the next test."""

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Run one request. Raises a StudentError."""


class Student:
    """The definitions of the notebook.

    reference   the same view of the solution, run in this process; None if there is nothing to compare with
    """

    def __init__(self, connection: Connection, reference: Student | None = None) -> None:
        self._connection = connection
        self.reference = reference

    def call(self, name: str, *args: Any, timeout_s: float | None = None, **kwargs: Any) -> Any:
        """The value of `name(*args, **kwargs)`. References, arrays and plain values may be arguments."""
        return self._connection.request("call", name, _sent(args), _sent(kwargs), False, timeout_s=timeout_s)

    def keep(self, name: str, *args: Any, timeout_s: float | None = None, **kwargs: Any) -> RemoteObject:
        """Call `name` and leave its value in the student's process."""
        ref = self._connection.request("call", name, _sent(args), _sent(kwargs), True, timeout_s=timeout_s)
        return RemoteObject(self._connection, _reference(ref))

    new = keep

    @property
    def stood_in(self) -> frozenset[str]:
        """Names of the notebook in whose place the reference's definitions answer, by stand-ins without gradients."""
        return frozenset(self._connection.follow_through.names())

    def has(self, name: str) -> bool:
        """Whether the notebook defines `name`."""
        return self._connection.request("has", name) is True

    def put(self, value: Any) -> RemoteObject:
        """Send a value once and keep it in the student's process, to be passed to calls and fetched later."""
        return RemoteObject(self._connection, _reference(self._connection.request("put", _sent(value))))

    def rng(self, seed: int) -> RemoteObject:
        """A fresh `hidden_rng(seed)` in the student's process."""
        return RemoteObject(self._connection, _reference(self._connection.request("rng", hidden_seed(seed))))

    def torch_rng(self, seed: int) -> RemoteObject:
        """A fresh `torch.Generator` in the student's process, its seed chosen as `hidden_rng` chooses."""
        ref = self._connection.request("torch_rng", hidden_seed(seed))
        return RemoteObject(self._connection, _reference(ref))

    def stand_in(self, thing: Any, settable: Collection[str] = ()) -> StandInRef:
        """Offer one of the grader's own objects as an argument; the student's code uses it over the wire.

        settable   attributes that the student's code may set: none that the test reads afterwards
        """
        return self._connection.follow_through.offer(thing, settable)


class Call:
    """A method call to be made with others (`RemoteObject.many`)."""

    def __init__(self, method: str, *args: Any, **kwargs: Any) -> None:
        self._fields = method, _sent(args), _sent(kwargs), False

    def request(self, ref: Ref) -> tuple[Any, ...]:
        """The request for this call on the object `ref`."""
        return "method", ref, *self._fields


class Get:
    """An attribute to be read together with calls (`RemoteObject.many`)."""

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute

    def request(self, ref: Ref) -> tuple[Any, ...]:
        """The request to read the attribute of the object `ref`."""
        return "get", ref, self._attribute


class Fill:
    """Arrays to be written into an attribute, as by `RemoteObject.fill`, together with calls."""

    def __init__(self, attribute: str, arrays: Sequence[np.ndarray]) -> None:
        self._fields = attribute, list(arrays)

    def request(self, ref: Ref) -> tuple[Any, ...]:
        """The request to write them into the object `ref`."""
        return "fill", ref, *self._fields


class RemoteObject:
    """An object in the student's process."""

    def __init__(self, connection: Connection, ref: Ref) -> None:
        self._connection = connection
        self._ref = ref

    def call(self, method: str, *args: Any, timeout_s: float | None = None, **kwargs: Any) -> Any:
        """The value of `object.method(*args, **kwargs)`."""
        return self._connection.request(
            "method", self._ref, method, _sent(args), _sent(kwargs), False, timeout_s=timeout_s
        )

    def many(self, steps: Sequence[Call | Get | Fill]) -> list[Any]:
        """The values of several steps, taken one after the other (None for a Fill); one round trip for all."""
        values = self._connection.request("many", [step.request(self._ref) for step in steps])
        if type(values) is not list or len(values) != len(steps):
            raise BadReply(f"what came back is not the values of {len(steps)} steps")
        return values

    def keep(self, method: str, *args: Any, timeout_s: float | None = None, **kwargs: Any) -> RemoteObject:
        """Call a method and keep its value in the student's process."""
        ref = self._connection.request(
            "method", self._ref, method, _sent(args), _sent(kwargs), True, timeout_s=timeout_s
        )
        return RemoteObject(self._connection, _reference(ref))

    def get(self, attribute: str) -> Any:
        """An attribute's value (arrays are copies)."""
        return self._connection.request("get", self._ref, attribute)

    def ref(self, attribute: str, index: int | None = None) -> RemoteObject:
        """A reference to the attribute or to one item of it, to check later whether it was written in place."""
        return RemoteObject(self._connection, _reference(self._connection.request("ref", self._ref, attribute, index)))

    def set(self, attribute: str, value: Any) -> None:
        """Set an attribute."""
        self._connection.request("set", self._ref, attribute, _sent(value))

    def fill(self, attribute: str, arrays: Sequence[np.ndarray]) -> None:
        """Write `arrays` into an attribute that is a list of arrays of the same shapes, in place."""
        self._connection.request("fill", self._ref, attribute, list(arrays))

    def item(self, index: Any) -> RemoteObject:
        """A reference to one item of a list, tuple or dict, such as one of several values that a function returned."""
        return RemoteObject(self._connection, _reference(self._connection.request("item", self._ref, index)))

    def load(self, weights: Mapping[str, np.ndarray]) -> None:
        """Write arrays into the parameters and buffers of a torch module, by their `state_dict` names.

        Raises CallFailed if its names or shapes are others.
        """
        self._connection.request("load", self._ref, dict(weights))

    def weights(self) -> dict[str, Tensor]:
        """The parameters and buffers of a torch module, by their `state_dict` names. Raises BadReply, CallFailed."""
        return _named(self._connection.request("weights", self._ref), (Tensor,))

    def gradients(self) -> dict[str, Tensor | None]:
        """The gradient of each parameter of a torch module, None where there is none. Raises BadReply, CallFailed."""
        return _named(self._connection.request("gradients", self._ref), (Tensor, type(None)))

    def fetch(self) -> Any:
        """The object itself, if it is a plain value, an array or a tensor."""
        return self._connection.request("fetch", self._ref)

    def release(self) -> None:
        """Let the student's process forget the object, whose memory may be large; nothing more can be asked of it."""
        self._connection.request("release", self._ref)


def _named(reply: Any, kinds: tuple[type, ...]) -> dict[str, Any]:
    """The reply as a dict of values of these kinds. Raises BadReply if it is anything else."""
    if type(reply) is not dict or not all(type(value) in kinds for value in reply.values()):
        raise BadReply("what came back is not the named tensors of a module")
    return reply


def _reference(reply: Any) -> Ref:
    """The reply as a reference to an object in the student's process. Raises BadReply if it is anything else."""
    if type(reply) is not Ref:
        raise BadReply("what came back is not a reference to an object")
    return reply


def _sent(value: Any) -> Any:
    """Arguments with remote objects replaced by their references."""
    if isinstance(value, RemoteObject):
        return value._ref
    if type(value) in (list, tuple):
        return type(value)(_sent(item) for item in value)
    if type(value) is dict:
        return {key: _sent(item) for key, item in value.items()}
    return value


class BareConnection:
    """The same requests, run in this process without isolation: for trusted code and benchmarks only.

    namespace       the notebook's globals
    follow_through  answers for the stand-ins, which are put in place first
    clock           what `used_s` is counted by: CPU seconds; a reading of them costs 0.1 ms on some machines

    No limit is enforced.
    """

    has_had_large_answers = False

    def __init__(
        self,
        namespace: dict[str, Any],
        follow_through: FollowThrough | None = None,
        clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self.follow_through = follow_through or FollowThrough({})
        self.used_s, self.stretch = 0.0, 1.0
        self._servant = Servant(namespace, self._ask)
        if self.follow_through.names():
            self._servant.handle(("stand_ins", self.follow_through.names()))

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Run one request. Raises NotWritten, CallFailed, BadReply, or a CallTimeout raised by a time limit."""
        started = self._clock()
        try:
            return _copied(self._servant.handle((operation, *_copied(fields))))
        except Missing as missing:
            raise NotWritten(f"{untrusted_name(str(missing))} is not defined") from None
        except CallTimeout:
            raise
        except Unsendable as reason:
            raise BadReply(f"what came back cannot be sent: {reason}") from None
        except Exception as error:
            if type(error) is NotImplementedError:
                raise NotWritten(untrusted_name(str(error))) from None
            bases = tuple(cls.__name__ for cls in type(error).__mro__)
            raise CallFailed(str(error), bases[0], bases) from error
        finally:
            self.used_s += self._clock() - started

    def _ask(self, question: tuple[Any, ...]) -> Any:
        return answered(_copied(self.follow_through.answer(_copied(question))))


def of_reference(reference: SimpleNamespace) -> Student:
    """The solution in a student's place, run in this process."""
    solution = Student(BareConnection(dict(vars(reference))))
    solution.reference = solution
    return solution


def _copied(value: Any) -> Any:
    """The value with its arrays copied, and its tensors as arrays, as by the wire."""
    if is_tensor(value):
        return crossing(value)
    if type(value) is Tensor:
        return Tensor(value.array.copy(), value.requires_grad)
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return value
