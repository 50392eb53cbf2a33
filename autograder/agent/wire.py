"""Frames between the grader and the student's process: plain values and arrays, nothing else.

One frame is a four-byte big-endian length and that many bytes of msgpack. Values may be None, bool, int, float, str,
bytes, list, tuple, dict with str keys, NumPy arrays and scalars, tensors of torch as the arrays in them, and two kinds
of reference to an object that stays on its own side. No pickle in either direction. Everything that arrives is rebuilt
from bytes, and its size, depth and element count are bounded.

The student's process loads this module too, so it imports nothing of the package but this room.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

from autograder.agent import arrays
from autograder.agent.tensors import Tensor, crossing, is_tensor

SOON_S = 100e-6  # busy-wait this long for an answer before sleeping
MAX_FRAME_BYTES, MAX_ITEMS = 64 * 2**20, 2_000_000
MAX_DEPTH, MAX_DIGITS = 16, 60

_ARRAY, _SCALAR, _BIG_INT, _TENSOR = 1, 2, 3, 4  # msgpack extension types
_TUPLE, _REF, _STAND_IN, _GENERATOR = "__tuple__", "__ref__", "__stand_in__", "__generator__"  # keys of one-entry maps


class WireError(Exception):
    """A frame that is malformed, over a bound, or holds a value that may not cross."""


class WireClosed(WireError):
    """The other end is gone."""


class WireTimeout(WireError):
    """The other end did not answer before the deadline."""


@dataclass(frozen=True)
class Ref:
    """An object kept in the student's process."""

    id: int


@dataclass(frozen=True)
class StandInRef:
    """An object kept in the grader's process. `mirror` lets the student's side keep copies of its
    `params` and `grads`: None, or a list [origins, params, grads] (see `autograder.sandbox.reference_server`)."""

    id: int
    mirror: Any = None


def pack(value: Any) -> bytes:
    """One value as msgpack. Raises WireError if its type may not cross or it is too large."""
    try:
        data: bytes = _PACKER.pack(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(str(error)) from None
    if len(data) > MAX_FRAME_BYTES:
        raise WireError(f"a value of {len(data):,} bytes is over the limit of {MAX_FRAME_BYTES:,}")
    return data


def unpack(data: bytes) -> Any:
    """The value in `data`, rebuilt. Raises WireError for anything malformed or over a bound."""
    try:
        most = min(len(data), MAX_ITEMS)  # an item takes a byte at least
        hooks = {"object_hook": _decode_map} if len(data) <= MAX_ITEMS else _Tally().hooks()
        value = msgpack.unpackb(data, max_array_len=most, max_map_len=most, **_BOUNDS, **hooks)
        _bound_depth(value, 0)
    except WireError:
        raise
    except Exception as error:  # msgpack, struct and NumPy each have their own for malformed bytes
        raise WireError(f"malformed frame ({type(error).__name__}: {error})") from None
    return value


def _encode(value: Any) -> Any:
    """A value that msgpack does not know, in a form that it knows."""
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(_ARRAY, arrays.encoded(np.asarray(value)))
    if isinstance(value, np.generic):
        return msgpack.ExtType(_SCALAR, arrays.encoded(np.asarray(value)))
    kind = type(value)
    if kind is tuple:
        return {_TUPLE: list(value)}
    if kind is Ref:
        return {_REF: value.id}
    if kind is StandInRef:
        return {_STAND_IN: [value.id, value.mirror]}
    if kind is int:
        return msgpack.ExtType(_BIG_INT, _digits(value))
    if isinstance(value, np.random.Generator):
        return {_GENERATOR: _generator_state(value)}
    if kind is Tensor:
        return msgpack.ExtType(_TENSOR, bytes([value.requires_grad]) + arrays.encoded(value.array))
    if is_tensor(value):
        return _encode(crossing(value))
    raise WireError(
        f"a value of type {kind.__name__} cannot be sent: only numbers, text, lists, tuples, dicts and arrays can"
    )


def _digits(value: int) -> bytes:
    if abs(value) >= 10**MAX_DIGITS:
        raise WireError(f"an integer of more than {MAX_DIGITS} digits cannot be sent")
    return str(value).encode()


def _generator_state(generator: np.random.Generator) -> list[int]:
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise WireError("only a numpy.random.Generator over PCG64 can be sent")
    return [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]


def _decode(code: int, payload: bytes) -> Any:
    """An extension, rebuilt."""
    if code == _ARRAY:
        return arrays.decoded(payload)
    if code == _SCALAR:
        return arrays.decoded(payload)[()]
    if code == _TENSOR and payload[0] in (0, 1):
        return Tensor(arrays.decoded(payload[1:]), payload[0] == 1)
    if code == _BIG_INT and len(payload) <= MAX_DIGITS + 1:  # and a sign
        return int(payload)
    raise WireError(f"an unknown extension ({code}), or an integer of more than {MAX_DIGITS} digits")


def _decode_map(entries: dict[str, Any]) -> Any:
    """A dict, or one of the values that are sent as a map of one entry."""
    for key in entries:
        if type(key) is not str:
            raise WireError("a dict with a key that is not text")
    if len(entries) != 1:
        return entries
    ((key, inner),) = entries.items()
    if key == _TUPLE:
        return tuple(inner)
    if key == _REF:
        return Ref(_index(inner))
    if key == _STAND_IN:
        return StandInRef(_index(inner[0]), inner[1])
    if key == _GENERATOR:
        return _generator(inner)
    return entries


def _index(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise WireError("a reference that is not a number")
    return value


def _generator(fields: list[int]) -> np.random.Generator:
    state, inc, has_uint32, uinteger = (int(field) for field in fields)
    bits = np.random.PCG64()
    inner: Any = {"state": state, "inc": inc}
    bits.state = {"bit_generator": "PCG64", "state": inner, "has_uint32": has_uint32, "uinteger": uinteger}
    return np.random.Generator(bits)


def _bound_depth(value: Any, depth: int) -> None:
    if type(value) not in (list, tuple, dict):
        return
    if depth > MAX_DEPTH:
        raise WireError(f"values nested more than {MAX_DEPTH} deep")
    for item in value.values() if type(value) is dict else value:
        _bound_depth(item, depth + 1)


class _Tally:
    """Counts items while a frame is rebuilt and stops at the bound: an empty map is one byte here, 64 afterwards."""

    def __init__(self) -> None:
        self.items = 0

    def hooks(self) -> dict[str, Any]:
        """The functions that msgpack calls for each list and each map."""
        return {"list_hook": self._list, "object_hook": self._map}

    def _list(self, items: list[Any]) -> list[Any]:
        self._add(len(items))
        return items

    def _map(self, entries: dict[str, Any]) -> Any:
        self._add(len(entries))
        return _decode_map(entries)

    def _add(self, items: int) -> None:
        self.items += 1 + items
        if self.items > MAX_ITEMS:
            raise WireError(f"a frame of more than {MAX_ITEMS:,} items")


_PACKER = msgpack.Packer(default=_encode, strict_types=True, use_bin_type=True)
_BOUNDS: dict[str, Any] = {
    "ext_hook": _decode, "raw": False, "strict_map_key": True, "timestamp": 1,  # msgpack's own: as a float
} | dict.fromkeys(("max_str_len", "max_bin_len", "max_ext_len"), MAX_FRAME_BYTES)  # fmt: skip


class Channel:
    """Frames over a connected stream socket; every wait has a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.frame_bytes = MAX_FRAME_BYTES  # at most, of a frame that is received
        self.last_frame_bytes = 0  # of the frame received last
        self._received = bytearray()
        self._timeout_s: float | None = None
        connection.settimeout(None)
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        self.connection.close()

    def send(self, value: Any, timeout_s: float | None = None) -> None:
        """Send one value. Raises WireError if it may not cross, WireClosed, WireTimeout."""
        self.send_packed(pack(value), timeout_s)

    def send_packed(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send a value that `pack` has packed. Raises WireClosed, WireTimeout."""
        try:
            self._set_timeout(timeout_s)
            self.connection.sendall(struct.pack(">I", len(data)) + data)
        except TimeoutError:
            raise WireTimeout(f"nothing was read for {timeout_s} s") from None
        except OSError as error:
            raise WireClosed(str(error)) from None

    def receive(self, timeout_s: float | None = None) -> Any:
        """The next value. Raises WireError for malformed bytes, WireClosed, WireTimeout."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._fill(4, deadline)
        (size,) = struct.unpack(">I", self._received[:4])
        if size > self.frame_bytes:
            raise WireError(f"a frame of {size:,} bytes is over the limit of {self.frame_bytes:,}")
        self._fill(4 + size, deadline)
        data = bytes(memoryview(self._received)[4 : 4 + size])
        del self._received[: 4 + size]
        self.last_frame_bytes = size
        return unpack(data)

    def _fill(self, size: int, deadline: float | None) -> None:
        """Receive until `size` bytes are there."""
        while len(self._received) < size:
            left_s = None if deadline is None else deadline - time.monotonic()
            if left_s is not None and left_s <= 0:  # a peer that sends byte after byte has no longer than others
                raise WireTimeout("no answer before the deadline")
            try:
                self._wait_awake()
                self._set_timeout(left_s)
                chunk = self.connection.recv(max(65536, min(size - len(self._received), 2**20)))
            except TimeoutError:
                raise WireTimeout("no answer before the deadline") from None
            except OSError as error:
                raise WireClosed(str(error)) from None
            if not chunk:
                raise WireClosed("the other end closed the connection")
            self._received += chunk

    def _wait_awake(self) -> None:
        """Busy-wait for data for at most SOON_S: most answers arrive sooner than a sleeping process wakes."""
        until = time.perf_counter() + SOON_S
        while not self._poll.poll(0) and time.perf_counter() < until:
            os.sched_yield()

    def _set_timeout(self, timeout_s: float | None) -> None:
        """Set the socket's timeout; the system call is skipped if it would change little."""
        before = self._timeout_s
        if timeout_s is None or before is None or not 0.95 * before < timeout_s <= before:
            self.connection.settimeout(timeout_s)
            self._timeout_s = timeout_s
