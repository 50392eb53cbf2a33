"""Frames between the grader and the student's process: plain values and arrays, nothing else.

One frame is a four-byte big-endian length and that many bytes of msgpack. What may cross: None, bool,
int, float, str, bytes, list, tuple, dict with str keys, NumPy arrays and scalars of the dtypes listed
below, and two kinds of reference to an object that stays on its own side. No pickle in either
direction. Everything that arrives is rebuilt from bytes, and its size, depth and element count are bounded.

The student's process loads this module too, so it imports nothing else from the package.
"""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_FRAME_BYTES = 64 * 2**20
MAX_DEPTH = 16
MAX_ITEMS = 2_000_000
MAX_DIMENSIONS = 16
DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)

_ARRAY, _SCALAR, _TUPLE, _REF, _STAND_IN, _BIG_INT, _GENERATOR = range(1, 8)


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
    """An object kept in the grader's process. `mirror` is what the agent needs to keep copies of its
    `params` and `grads`: None, or a list [origins, params, grads] (see `autograder.follow_through`)."""

    id: int
    mirror: Any = None


def pack(value: Any) -> bytes:
    """One value as msgpack. Raises WireError if its type may not cross or it is too large."""
    try:
        data: bytes = msgpack.packb(value, default=_encode, strict_types=True, use_bin_type=True)
    except WireError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(str(error)) from None
    if len(data) > MAX_FRAME_BYTES:
        raise WireError(f"a value of {len(data):,} bytes is over the limit of {MAX_FRAME_BYTES:,}")
    return data


def unpack(data: bytes) -> Any:
    """The value in `data`, rebuilt. Raises WireError for anything malformed or over a bound."""
    try:
        value = _unpack(data, 0)
        _count(value, 0, [0])
    except WireError:
        raise
    except Exception as error:  # msgpack, struct and NumPy each have their own for malformed bytes
        raise WireError(f"malformed frame ({type(error).__name__}: {error})") from None
    return value


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(_ARRAY, _array_bytes(value))
    if isinstance(value, np.generic):
        return msgpack.ExtType(_SCALAR, _array_bytes(np.asarray(value)))
    if type(value) is tuple:
        return msgpack.ExtType(_TUPLE, pack(list(value)))
    if type(value) is Ref:
        return msgpack.ExtType(_REF, pack(value.id))
    if type(value) is StandInRef:
        return msgpack.ExtType(_STAND_IN, pack([value.id, value.mirror]))
    if type(value) is int:
        return msgpack.ExtType(_BIG_INT, str(value).encode())
    if isinstance(value, np.random.Generator):
        return msgpack.ExtType(_GENERATOR, _generator_bytes(value))
    raise WireError(f"a value of type {type(value).__name__} cannot be sent: only numbers, text, lists, tuples, dicts and arrays can")


def _array_bytes(array: np.ndarray) -> bytes:
    plain = np.asarray(array)
    if plain.dtype.name not in DTYPES:
        raise WireError(f"an array of dtype {plain.dtype} cannot be sent")
    native = np.ascontiguousarray(plain, dtype=plain.dtype.newbyteorder("="))
    header: bytes = msgpack.packb([native.dtype.name, list(plain.shape), native.tobytes()])
    return header


def _generator_bytes(generator: np.random.Generator) -> bytes:
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise WireError("only a numpy.random.Generator over PCG64 can be sent")
    inner = state["state"]
    return pack([inner["state"], inner["inc"], state["has_uint32"], state["uinteger"]])


def _unpack(data: bytes, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"values nested more than {MAX_DEPTH} deep")

    def decode(code: int, payload: bytes) -> Any:
        return _decode(code, payload, depth + 1)

    return msgpack.unpackb(
        data, ext_hook=decode, raw=False, strict_map_key=True, use_list=True,
        max_array_len=MAX_ITEMS, max_map_len=MAX_ITEMS, max_ext_len=MAX_FRAME_BYTES, max_bin_len=MAX_FRAME_BYTES,
        max_str_len=MAX_FRAME_BYTES,
    )  # fmt: skip


def _decode(code: int, payload: bytes, depth: int) -> Any:
    if code in (_ARRAY, _SCALAR):
        array = _array(payload)
        return array if code == _ARRAY else array[()]
    if code == _BIG_INT:
        if len(payload) > 64:
            raise WireError("an integer of more than 64 digits")
        return int(payload)
    inner = _unpack(payload, depth)
    if code == _TUPLE:
        return tuple(inner)
    if code == _REF:
        return Ref(int(inner))
    if code == _STAND_IN:
        return StandInRef(int(inner[0]), inner[1])
    if code == _GENERATOR:
        return _generator(inner)
    raise WireError(f"unknown extension type {code}")


def _array(payload: bytes) -> np.ndarray:
    name, shape, raw = msgpack.unpackb(payload, raw=False)
    if name not in DTYPES or len(shape) > MAX_DIMENSIONS:
        raise WireError("an array of unknown dtype or too many dimensions")
    if not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an array whose shape is not made of sizes")
    return np.frombuffer(raw, dtype=name).reshape(shape).copy()


def _generator(fields: list[int]) -> np.random.Generator:
    state, inc, has_uint32, uinteger = (int(field) for field in fields)
    bits = np.random.PCG64()
    bits.state = {
        "bit_generator": "PCG64", "state": {"state": state, "inc": inc}, "has_uint32": has_uint32, "uinteger": uinteger,
    }  # fmt: skip
    return np.random.Generator(bits)


def _count(value: Any, depth: int, seen: list[int]) -> None:
    """Bound depth and number of items of what arrived (arrays count as one: their bytes are bounded)."""
    if type(value) not in (list, tuple, dict):
        return
    seen[0] += len(value)
    if depth > MAX_DEPTH or seen[0] > MAX_ITEMS:
        raise WireError(f"values nested more than {MAX_DEPTH} deep or more than {MAX_ITEMS:,} of them")
    for item in value.values() if type(value) is dict else value:
        _count(item, depth + 1, seen)


class Channel:
    """Frames over a connected stream socket; every wait has a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        self.connection = connection

    def fileno(self) -> int:
        """The socket's file descriptor."""
        return self.connection.fileno()

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        self.connection.close()

    def send(self, value: Any, timeout_s: float | None = None) -> None:
        """Send one value. Raises WireError if it may not cross, WireClosed, WireTimeout."""
        self.send_packed(pack(value), timeout_s)

    def send_packed(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send a value that `pack` has packed. Raises WireClosed, WireTimeout."""
        self.connection.settimeout(timeout_s)
        try:
            self.connection.sendall(struct.pack(">I", len(data)) + data)
        except TimeoutError:
            raise WireTimeout(f"nothing was read for {timeout_s} s") from None
        except OSError as error:
            raise WireClosed(str(error)) from None

    def receive(self, timeout_s: float | None = None) -> Any:
        """The next value. Raises WireError for malformed bytes, WireClosed, WireTimeout."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        (size,) = struct.unpack(">I", self._read(4, deadline))
        if size > MAX_FRAME_BYTES:
            raise WireError(f"a frame of {size:,} bytes is over the limit of {MAX_FRAME_BYTES:,}")
        return unpack(self._read(size, deadline))

    def _read(self, size: int, deadline: float | None) -> bytes:
        chunks: list[bytes] = []
        while size:
            self.connection.settimeout(None if deadline is None else max(1e-3, deadline - time.monotonic()))
            try:
                chunk = self.connection.recv(min(size, 2**20))
            except TimeoutError:
                raise WireTimeout("no answer before the deadline") from None
            except OSError as error:
                raise WireClosed(str(error)) from None
            if not chunk:
                raise WireClosed("the other end closed the connection")
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)
