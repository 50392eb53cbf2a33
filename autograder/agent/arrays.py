"""Arrays of NumPy as bytes: of a few dtypes, never pickled, of bounded shape."""

from __future__ import annotations

import struct

import numpy as np

MAX_DIMENSIONS = 16
MAX_SIZE = 64 * 2**20  # of one axis: where another has size 0, no bytes bound it
_INTEGERS = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
DTYPES = frozenset({"bool", "float16", "float32", "float64", "complex64", "complex128"} | _INTEGERS)
_NATIVE = {np.dtype(name): name for name in DTYPES}


def encoded(array: np.ndarray) -> bytes:
    """Length of the dtype's name, number of dimensions, name, sizes, then the elements in C order, native.

    Raises ValueError for another dtype.
    """
    if array.dtype not in _NATIVE:
        array = array.astype(array.dtype.newbyteorder("="))
    name = _NATIVE.get(array.dtype)
    if name is None:
        raise ValueError(f"an array of dtype {array.dtype} cannot be sent")
    head = struct.pack(f">BB{len(name)}s{array.ndim}Q", len(name), array.ndim, name.encode(), *array.shape)
    return head + array.tobytes()


def decoded(payload: bytes) -> np.ndarray:
    """The array in bytes that `encoded` made, writable. Raises ValueError or struct.error for any others."""
    length, dimensions = struct.unpack_from(">BB", payload)
    raw_name, *shape = struct.unpack_from(f">{length}s{dimensions}Q", payload, 2)
    name = raw_name.decode()
    if name not in DTYPES or dimensions > MAX_DIMENSIONS:
        raise ValueError("an array of unknown dtype or too many dimensions")
    if [size for size in shape if size > MAX_SIZE]:  # not any(), which a student may have bound to another
        raise ValueError("an array with an absurd size")
    start = 2 + length + 8 * dimensions
    return np.frombuffer(payload, dtype=name, offset=start).reshape(shape).copy()
