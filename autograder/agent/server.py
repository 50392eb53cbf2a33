"""The server in the student's process that answers the grader's requests after the notebook has run.

`serve` listens on a Unix socket and forks itself for every connection, so each group of tests starts from
the state that the notebook left, and a crash or a kill ends one fork only. In a fork, `Servant` runs one request
after another in the notebook's namespace: a call, a new object, an attribute to read.

The grader trusts nothing here: a student who rewrites it changes only the replies of their own process.
This module imports nothing of the package but this room.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import socket
import sys
import traceback
from typing import Any

import numpy as np

from autograder.agent import kept_names, tensors, thread_pools
from autograder.agent.stand_in import Ask, StandIn, answered, rebase, stand_in_class, stand_in_function
from autograder.agent.wire import Channel, Ref, StandInRef, WireClosed, WireError, pack

TORCH_MEMORY = "DefaultCPUAllocator: can't allocate memory"  # in the text of a bare RuntimeError of torch 2.13


class Missing(Exception):
    """A name the grader asked for is not defined in the notebook."""


class Servant:
    """Runs requests in `namespace`, the notebook's globals.

    `ask` sends a question about a stand-in to the grader and returns its answer. Used directly, in the grader's
    process, a Servant is the unconfined view with which the benchmarks compare.
    """

    def __init__(self, namespace: dict[str, Any], ask: Ask | None = None) -> None:
        self.namespace = namespace
        self.ask = ask
        self.objects: list[Any] = []

    def handle(self, request: tuple[Any, ...]) -> Any:
        """Run one request (operation, *fields). Raises any exception of the student's code."""
        operation, *fields = request
        return getattr(self, f"on_{operation}")(*fields)

    def on_call(self, name: str, args: Any, kwargs: Any, keep: bool) -> Any:
        """Call a function or class of the notebook."""
        return self._returned(self._lookup(name)(*self._local(args), **self._local(kwargs)), keep)

    def on_method(self, ref: Ref, method: str, args: Any, kwargs: Any, keep: bool) -> Any:
        """Call a method of a kept object."""
        function = getattr(self._object(ref), method)
        return self._returned(function(*self._local(args), **self._local(kwargs)), keep)

    def on_many(self, requests: list[tuple[Any, ...]]) -> list[Any]:
        """Run several requests; their values. The first exception ends the series."""
        return [self.handle(request) for request in requests]

    def on_get(self, ref: Ref, attribute: str) -> Any:
        """An attribute's value."""
        return getattr(self._object(ref), attribute)

    def on_ref(self, ref: Ref, attribute: str, index: int | None) -> Ref:
        """A reference to an attribute, or to one item of it."""
        value = getattr(self._object(ref), attribute)
        return self._keep(value if index is None else value[index])

    def on_set(self, ref: Ref, attribute: str, value: Any) -> None:
        """Set an attribute."""
        setattr(self._object(ref), attribute, self._local(value))

    def on_fill(self, ref: Ref, attribute: str, arrays: list[np.ndarray]) -> None:
        """Write arrays into an attribute that is a list of arrays, in place."""
        targets = getattr(self._object(ref), attribute)
        if len(targets) != len(arrays):
            raise ValueError(f"{attribute} has {len(targets)} arrays where {len(arrays)} were expected")
        for target, array in zip(targets, arrays, strict=True):
            if target.shape != array.shape:
                raise ValueError(f"an array of {attribute} has shape {target.shape} where {array.shape} was expected")
            target[...] = array

    def on_put(self, value: Any) -> Ref:
        """Keep a value."""
        return self._keep(self._local(value))

    def on_fetch(self, ref: Ref) -> Any:
        """A kept value."""
        return self._object(ref)

    def on_release(self, ref: Ref) -> None:
        """Forget a kept object."""
        self.objects[ref.id] = None

    def on_rng(self, seed: int) -> Ref:
        """Keep a fresh numpy.random.Generator."""
        return self._keep(np.random.default_rng(seed))

    def on_torch_rng(self, seed: int) -> Ref:
        """Keep a fresh torch.Generator."""
        import torch

        return self._keep(torch.Generator().manual_seed(seed))

    def on_item(self, ref: Ref, index: Any) -> Ref:
        """A reference to one item of a kept list, tuple or dict."""
        return self._keep(self._object(ref)[index])

    def on_load(self, ref: Ref, weights: dict[str, np.ndarray]) -> None:
        """Write arrays into the parameters and buffers of a torch module, by their `state_dict` names, in place."""
        import torch

        targets = dict(tensors.named_tensors(self._object(ref)))
        if targets.keys() != weights.keys():
            missing, extra = sorted(weights.keys() - targets.keys()), sorted(targets.keys() - weights.keys())
            lack = [f"it has no {', '.join(missing)}"] if missing else []
            excess = [f"it has {', '.join(extra)}, which nobody asked for"] if extra else []
            raise AttributeError(f"{type(self._object(ref)).__name__}: {'; '.join(lack + excess)}")
        with torch.no_grad():
            for name, array in weights.items():
                if tuple(targets[name].shape) != array.shape:
                    raise ValueError(f"{name} has shape {tuple(targets[name].shape)}, not {array.shape}")
                targets[name].copy_(torch.from_numpy(np.array(array)))

    def on_weights(self, ref: Ref) -> dict[str, Any]:
        """The parameters and buffers of a torch module, by their `state_dict` names."""
        return dict(tensors.named_tensors(self._object(ref)))

    def on_gradients(self, ref: Ref) -> dict[str, Any]:
        """The gradient of each parameter of a torch module, None where there is none."""
        return {name: one.grad for name, one in tensors.named_tensors(self._object(ref), parameters_only=True)}

    def on_has(self, name: str) -> bool:
        """Whether the notebook defines `name`."""
        return name in self.namespace

    def on_stand_ins(self, names: dict[str, bool]) -> None:
        """Replace `names` by stand-ins (True: a class). Classes derived from a replaced one get the new base."""
        assert self.ask is not None
        for name, is_class in names.items():
            replaced = self.namespace.get(name)
            if not is_class:
                self.namespace[name] = stand_in_function(name, self.ask)
                continue
            self.namespace[name] = stand_in = stand_in_class(name, self.ask)
            if isinstance(replaced, type):
                rebase(replaced, stand_in)

    def _lookup(self, name: str) -> Any:
        if name not in self.namespace:
            raise Missing(name)
        return self.namespace[name]

    def _object(self, ref: Ref) -> Any:
        return self.objects[ref.id]

    def _keep(self, value: Any) -> Ref:
        self.objects.append(value)
        return Ref(len(self.objects) - 1)

    def _returned(self, value: Any, keep: bool) -> Any:
        return self._keep(value) if keep else value

    def _local(self, value: Any) -> Any:
        """Arguments with references replaced by their objects."""
        if type(value) is Ref:
            return self._object(value)
        if type(value) is StandInRef:
            assert self.ask is not None
            return StandIn(self.ask, value)
        if type(value) is tensors.Tensor:
            return tensors.rebuilt(value)
        if type(value) in (list, tuple):
            return type(value)(self._local(item) for item in value)
        if type(value) is dict:
            return {key: self._local(item) for key, item in value.items()}
        return value


def serve(path: str, namespace: dict[str, Any]) -> None:
    """Listen on `path` and fork for every connection, until the grader kills this process."""
    kept_names.put_back()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(f"{path}.new")
    listener.listen(8)
    os.rename(f"{path}.new", path)  # it exists only once it accepts connections
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch = sys.modules.get("torch")
    if torch is not None:  # a fork hangs when torch has run with more than one thread
        torch.set_num_threads(1)
    gc.collect()
    pools = thread_pools.open_pools()
    gc.freeze()
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            try:
                listener.close()
                thread_pools.open_again(pools)
                _serve_one(Channel(connection), namespace)
            finally:
                _end_fork()
        connection.close()


def _serve_one(channel: Channel, namespace: dict[str, Any]) -> None:
    """In a fork: send the process id, take the limits, answer until the grader hangs up."""
    os.setpgid(0, 0)
    channel.send(os.getpid())
    limits = channel.receive()
    if "kill" in limits:
        os.killpg(limits["kill"], signal.SIGKILL)
        return
    _limit(limits["memory_bytes"], limits["cpu_s"])
    quiet = open(os.devnull, "w")  # noqa: SIM115
    sys.stdout = sys.stderr = quiet

    def ask(question: tuple[Any, ...]) -> Any:
        channel.send(("ask", question))
        return answered(channel.receive())

    servant = Servant(namespace, ask)
    while True:
        try:
            request = channel.receive()
        except WireClosed:
            return
        channel.send_packed(_answer(servant, request))


def _end_fork() -> None:
    """End this fork and all processes in its process group."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _answer(servant: Servant, request: tuple[Any, ...]) -> bytes:
    """Run a request; the packed outcome."""
    try:
        value = servant.handle(request)
    except Missing as missing:
        return pack(("missing", str(missing)))
    except MemoryError as error:
        return pack(("memory", _text(error)))
    except (SystemExit, KeyboardInterrupt) as error:
        return pack(("exit", type(error).__name__))
    except BaseException as error:  # everything the student's code may raise is an answer
        return pack(_failure(error))
    try:
        return pack(("value", value))
    except WireError as error:
        return pack(("unsendable", str(error)))
    except MemoryError as error:
        return pack(("memory", str(error)))


def _failure(error: BaseException) -> tuple[Any, ...]:
    message, trace = _text(error), ""
    if TORCH_MEMORY in message:
        return ("memory", message)
    with contextlib.suppress(Exception):
        trace = _sendable("".join(traceback.format_exception(error))[-4000:])
    return ("raised", [cls.__name__ for cls in type(error).__mro__], message, trace)


def _text(error: BaseException) -> str:
    """The text of an exception; "" if making it raises."""
    with contextlib.suppress(Exception):
        return _sendable(str(error)[:2000])
    return ""


def _sendable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot encode, replaced."""
    return text.encode("utf-8", "replace").decode()


def _limit(memory_bytes: int, cpu_s: int) -> None:
    """Limit this fork's address space to its present size plus `memory_bytes`, and its CPU seconds."""
    with open("/proc/self/statm") as statm:
        now = int(statm.read().split()[0]) * resource.getpagesize()
    for kind, value in ((resource.RLIMIT_AS, now + memory_bytes), (resource.RLIMIT_CPU, cpu_s)):
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))
