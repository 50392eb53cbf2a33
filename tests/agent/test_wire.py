"""The wire: permitted values arrive as they were sent; all others are refused, always with a WireError."""

from __future__ import annotations

import socket
import struct
import threading
from collections import OrderedDict, namedtuple
from enum import IntEnum

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.agent import arrays, wire
from autograder.agent.tensors import Tensor
from autograder.agent.wire import Channel, Ref, StandInRef, WireClosed, WireError, WireTimeout, pack, unpack

PATIENT = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def there_and_back(value):
    return unpack(pack(value))


def same(mine, sent) -> bool:
    """Equal in type, shape, dtype and bits, all the way down."""
    if isinstance(sent, np.ndarray | np.generic):
        native = np.asarray(sent).astype(sent.dtype.newbyteorder("="))
        return type(mine) is type(sent) and mine.dtype == native.dtype and mine.shape == native.shape \
            and mine.tobytes() == native.tobytes()  # fmt: skip
    if type(sent) is Tensor:
        return type(mine) is Tensor and mine.requires_grad is sent.requires_grad and same(mine.array, sent.array)
    if type(sent) in (list, tuple):
        return type(mine) is type(sent) and len(mine) == len(sent) and all(map(same, mine, sent))
    if type(sent) is dict:
        return type(mine) is dict and list(mine) == list(sent) and all(same(mine[key], sent[key]) for key in sent)
    if type(sent) is float:
        return type(mine) is float and struct.pack(">d", mine) == struct.pack(">d", sent)
    return type(mine) is type(sent) and mine == sent


# permitted values

PLAIN = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**64), 10**59, -(10**60) + 1,
    0.0, -0.0, 1.5, float("inf"), -float("inf"), float("nan"), "", "träge 語 \x00", b"", b"\xff\x00",
    [], (), {}, [[]], [()], ((),), {"a": {}}, (1, [2, (3, {"k": (4, None)})]), {"t": (1, (2,)), "": [b"x"]},
    {"two": 1, "keys": (2, 3)},
    Ref(0), Ref(7), StandInRef(3), StandInRef(3, [[None, 0], [], []]), (Ref(1), [StandInRef(2)]),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_cross(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("dtype", sorted(arrays.DTYPES))
def test_arrays_and_scalars_of_every_dtype_cross(dtype):
    values = np.arange(6).reshape(2, 3).astype(dtype)
    for array in (values, values[:0], np.array(values[1, 1]), values.T, values[:, ::2], values[::-1]):
        assert same(there_and_back(array), array)
    assert same(there_and_back(values[1, 2]), values[1, 2])


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,) * 16, (2, 3, 5)], ids=str)
def test_shapes_are_kept(shape):
    array = np.random.default_rng(0).standard_normal(shape)
    assert same(there_and_back(array), np.asarray(array))


def test_every_dtype_is_the_name_of_its_dtype():
    assert {np.dtype(name).name for name in arrays.DTYPES} == arrays.DTYPES


@pytest.mark.parametrize("dtype", [">f8", ">i4", ">c16", ">u2", "<f4"])
def test_foreign_byte_orders_arrive_as_native(dtype):
    array = np.array([1, 2, 300], dtype=dtype)
    assert np.array_equal(there_and_back(array), [1, 2, 300])
    assert there_and_back(array).dtype.isnative
    assert same(there_and_back(array), array)


def test_not_a_number_infinity_and_signed_zero_are_kept_bit_for_bit():
    odd = np.array([np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert same(there_and_back(odd), odd)
    assert same(there_and_back(odd.view(np.complex128)), odd.view(np.complex128))


def test_an_array_that_arrived_is_a_writable_copy():
    sent = np.zeros(3)
    back = there_and_back(sent)
    back[0] = 1.0
    assert sent[0] == 0.0
    assert back.base is None


def test_a_subclass_of_ndarray_arrives_as_a_plain_array():
    class Agreeable(np.ndarray):
        def __eq__(self, other):
            return True

    assert type(there_and_back(np.zeros(3).view(Agreeable))) is np.ndarray
    assert type(there_and_back(np.ma.masked_array([1.0], mask=[True]))) is np.ndarray


def test_a_generator_arrives_in_the_state_it_was_in():
    sent = np.random.default_rng(5)
    sent.integers(2**32, dtype=np.uint32)  # leaves half of a 64-bit draw in the buffer
    copy = there_and_back(sent)
    assert copy is not sent
    assert (
        copy.integers(2**32, size=3, dtype=np.uint32).tolist() == sent.integers(2**32, size=3, dtype=np.uint32).tolist()
    )
    assert copy.random() == sent.random()


SHAPES = arrays_of.array_shapes(min_dims=0, min_side=0, max_side=4)


@PATIENT
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**50), 10**50) | st.floats() | st.text() | st.binary()
        | arrays_of.arrays(st.sampled_from(sorted(arrays.DTYPES)), SHAPES)
        | st.builds(Tensor, arrays_of.arrays(st.sampled_from(sorted(arrays.DTYPES)), SHAPES), st.booleans()),
        lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text().filter(lambda key: not key.startswith("__")), inner, max_size=4),
        max_leaves=12,
    )
)  # fmt: skip
def test_whatever_is_permitted_crosses(value):
    assert same(there_and_back(value), value)


# refused values

Point = namedtuple("Point", "x y")
Colour = IntEnum("Colour", "RED")


class Rate(float):
    """A float subclass that is not NumPy's."""


class Name(str):
    """A str subclass."""


REFUSED = {
    "object array": np.array([1, None]),
    "array of strings": np.array(["a"]),
    "array of bytes": np.array([b"a"]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("x", float)]),
    "void scalar": np.void(b"abc"),
    "string scalar": np.str_("a"),
    "set": {1},
    "frozenset": frozenset(),
    "object": object(),
    "class": int,
    "function": len,
    "complex": 1j,
    "range": range(3),
    "generator": (x for x in ()),
    "float subclass": Rate(1.0),
    "str subclass": Name("a"),
    "enum": Colour.RED,
    "namedtuple": Point(1, 2),
    "ordered dict": OrderedDict(a=1),
    "lone surrogate": "\ud800",
    "61 digits": 10**60,
    "long integer": 10**5000,
    "other bit generator": np.random.Generator(np.random.MT19937(0)),
}
if np.dtype(np.longdouble) != np.dtype(np.float64):
    REFUSED["long double"] = np.zeros(1, np.longdouble)


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [{"k": (value,)}]], ids=["alone", "inside"])
@pytest.mark.parametrize("name", REFUSED)
def test_other_types_are_refused_where_they_are_sent(name, wrap):
    with pytest.raises(WireError, match=r"cannot be sent|can be sent|surrogates|integer"):
        pack(wrap(REFUSED[name]))


def test_the_type_that_cannot_be_sent_is_named():
    with pytest.raises(WireError, match="a value of type set cannot be sent"):
        pack([{1}])
    with pytest.raises(WireError, match="an array of dtype object cannot be sent"):
        pack(np.array([None]))


def test_a_value_that_holds_itself_is_refused():
    in_list: list = []
    in_list.append(in_list)
    in_tuple: list = []
    in_tuple.append((in_tuple,))
    for endless in (in_list, in_tuple):
        with pytest.raises(WireError, match="recursion"):
            pack(endless)
    assert pack([1]) == b"\x91\x01"  # the packer still works


@pytest.mark.parametrize("key", [1, None, b"k", 1.5, (1,)], ids=repr)
def test_a_dict_has_text_for_keys(key):
    with pytest.raises(WireError, match=r"key|unhashable|cannot be sent"):
        there_and_back({key: 1})


# bounds


def ext(code: int, payload: bytes) -> bytes:
    return msgpack.packb(msgpack.ExtType(code, payload))


def array_frame(shape, raw: bytes, name: bytes = b"float64", dimensions: int | None = None) -> bytes:
    dimensions = len(shape) if dimensions is None else dimensions
    return ext(1, struct.pack(f">BB{len(name)}s{len(shape)}Q", len(name), dimensions, name, *shape) + raw)


def test_the_frame_by_hand_is_the_frame_that_is_sent():
    assert pack(np.array([[1.0], [2.0]])) == array_frame((2, 1), struct.pack("=2d", 1.0, 2.0))


@pytest.mark.parametrize(
    "frame",
    [
        array_frame((2,), bytes(8)),  # too few bytes
        array_frame((2,), bytes(24)),  # too many
        array_frame((2,), bytes(15)),  # not whole elements
        array_frame((2**63, 2), bytes(8)),
        array_frame((2**32, 2**32), b""),  # the product overflows to 0
        array_frame((0, 2**40), b""),  # empty, but a sum over axis 0 would need terabytes
        array_frame((2**64 - 1,), bytes(8)),  # -1 if read as signed: "as many as there are"
        array_frame((1,), bytes(8), b"object"),
        array_frame((1,), bytes(8), b"O"),
        array_frame((1,), bytes(8), b"f8"),
        array_frame((1,), bytes(8), b"float64,float64"),
        array_frame((1,), bytes(8), b"\xff\xfe"),
        array_frame((1,) * 17, bytes(8)),
        array_frame((1,), bytes(8), dimensions=200),
        ext(1, b""),
        ext(1, b"\xff"),
        ext(2, b"\x00\x00"),
        ext(4, b""),
        ext(4, b"\x02" + arrays.encoded(np.zeros(1))),  # neither requires a gradient nor does not
        ext(4, b"\x01" + arrays.encoded(np.zeros(1))[:-1]),
        ext(3, b""),
        ext(3, b"12.5"),
        ext(3, b"9" * 62),
        ext(99, b"abc"),
        b"\xc9" + struct.pack(">I", 2**32 - 1) + b"\x01",  # an extension of 4 GiB
        b"\xdd" + struct.pack(">I", 2**32 - 1),  # a list of 4 billion
        b"\xdf" + struct.pack(">I", 2**32 - 1),  # a map of 4 billion
        b"\xc6" + struct.pack(">I", 2**32 - 1),  # bytes
        b"\xdb" + struct.pack(">I", 2**32 - 1),  # text
        b"",
        b"\xc1",  # the one byte that means nothing
        b"\x01\x02",  # two values
        b"\xa1\xff",  # text that is not UTF-8
        msgpack.packb({"__ref__": -1}),
        msgpack.packb({"__ref__": True}),
        msgpack.packb({"__ref__": "0"}),
        msgpack.packb({"__stand_in__": [-1, None]}),
        msgpack.packb({"__stand_in__": []}),
        msgpack.packb({"__tuple__": 3}),
        msgpack.packb({"__generator__": [1, 2, 3]}),
        msgpack.packb({"__generator__": [-1, 2, 0, 0]}),
        msgpack.packb({"__generator__": ["a", 2, 0, 0]}),
        msgpack.packb({1: 2}),
        msgpack.packb({b"k": 2}),
    ],
    ids=lambda frame: frame[:24].hex() or "empty",
)
def test_malformed_frames_are_refused(frame):
    with pytest.raises(WireError, match=r"."):
        unpack(frame)


def nested(depth: int):
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_bounded():
    assert there_and_back(nested(wire.MAX_DEPTH + 1)) == nested(wire.MAX_DEPTH + 1)
    with pytest.raises(WireError, match="nested more than 16 deep"):
        unpack(pack(nested(wire.MAX_DEPTH + 2)))
    for deep in (b"\x91" * 100_000 + b"\x00", b"\x81\xa1k" * 100_000 + b"\x00"):
        with pytest.raises(WireError, match="malformed"):
            unpack(deep)


@pytest.mark.parametrize("bomb", [b"\x80", b"\x90", b"\x00"], ids=["maps", "lists", "numbers"])
@pytest.mark.parametrize(
    "shell", [b"", b"\x81\xac__stand_in__\x92\x00", b"\x81\xa9__tuple__"], ids=["list", "ref", "tuple"]
)
def test_the_number_of_items_is_bounded_while_a_frame_is_rebuilt(bomb, shell, monkeypatch):
    monkeypatch.setattr(wire, "MAX_ITEMS", 1000)
    rebuilt = []
    monkeypatch.setattr(wire, "_bound_depth", lambda value, depth: rebuilt.append(value))
    one = b"\xdc" + struct.pack(">H", 900) + bomb * 900
    assert unpack(b"\x91" + one)
    with pytest.raises(WireError, match="more than 1,000 items"):
        unpack(shell + b"\x92" + one * 2)
    assert len(rebuilt) == 1


@pytest.mark.parametrize("header", [b"\xdd", b"\xdf"], ids=["list", "map"])
def test_one_list_or_map_of_too_many_is_refused_before_it_is_made(header, monkeypatch):
    monkeypatch.setattr(wire, "MAX_ITEMS", 1000)
    with pytest.raises(WireError, match=r"exceeds max_(array|map)_len\(1000\)"):
        unpack(header + struct.pack(">I", 3000) + b"\x00" * 6000)


def test_frames_over_the_limit_are_refused_at_both_ends(monkeypatch):
    monkeypatch.setattr(wire, "MAX_FRAME_BYTES", 1000)
    with pytest.raises(WireError, match="a value of 1,003 bytes is over the limit of 1,000"):
        pack(bytes(1000))
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(struct.pack(">I", 1001))
        with pytest.raises(WireError, match="a frame of 1,001 bytes is over the limit of 1,000"):
            Channel(mine).receive(1.0)


def arrived(data: bytes) -> str:
    """The type of the value in a frame, checked to be plain throughout, or the refusal's text."""
    try:
        value = unpack(data)
    except WireError as refusal:
        return str(refusal)
    assert is_plain(value)
    return type(value).__name__


def is_plain(value) -> bool:
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.name in arrays.DTYPES and type(value) in (np.ndarray, value.dtype.type)
    return type(value) in (type(None), bool, int, float, str, bytes, Ref, StandInRef, np.random.Generator)


@settings(PATIENT, max_examples=400)
@given(st.binary(max_size=200))
@example(b"\x81\xa9__tuple__\x81\xa7__ref__\x00")
@example(msgpack.packb(msgpack.Timestamp(1, 2)))  # a type of msgpack's own
def test_random_bytes_are_a_plain_value_or_a_wire_error(data):
    assert arrived(data)


SAMPLE = pack(
    ["value", np.arange(3.0), np.float32(2), {"k": (1, 10**40)}, np.random.default_rng(1), StandInRef(1, [[None], []])]
)
DAMAGE = st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))


@settings(PATIENT, max_examples=400)
@given(st.lists(DAMAGE, min_size=1, max_size=4), st.integers(0, 8))
def test_a_damaged_frame_is_a_plain_value_or_a_wire_error(damage, cut):
    frame = bytearray(SAMPLE)
    for place, byte in damage:
        frame[place] = byte
    assert arrived(bytes(frame[: len(frame) - cut]))


# channels


@pytest.fixture
def pair():
    mine, theirs = socket.socketpair()
    with mine, theirs:
        yield Channel(mine), theirs


def framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def test_values_cross_a_channel_in_order(pair):
    mine, theirs = pair
    other = Channel(theirs)
    other.send((1, "a"))
    other.send_packed(pack([2]), 1.0)
    assert mine.receive(1.0) == (1, "a")
    assert mine.receive() == [2]


def test_a_large_value_crosses_while_both_ends_work(pair):
    mine, theirs = pair
    sent = np.random.default_rng(0).standard_normal(2**17)
    sender = threading.Thread(target=lambda: Channel(theirs).send(sent, 10.0))
    sender.start()
    assert same(mine.receive(10.0), sent)
    sender.join()


def test_frames_may_arrive_in_pieces_and_together(pair):
    mine, theirs = pair
    stream = framed(pack("first")) + framed(pack("second")) + framed(pack("third"))[:5]
    for piece in (stream[:2], stream[2:7], stream[7:]):
        theirs.sendall(piece)
    assert [mine.receive(1.0), mine.receive(1.0)] == ["first", "second"]
    with pytest.raises(WireTimeout, match="no answer before the deadline"):
        mine.receive(0.01)
    theirs.sendall(framed(pack("third"))[5:])
    assert mine.receive(1.0) == "third"


def test_silence_runs_into_the_deadline(pair):
    with pytest.raises(WireTimeout, match="no answer before the deadline"):
        pair[0].receive(0.01)


def test_the_deadline_holds_for_the_whole_frame_however_it_drips(pair, monkeypatch):
    mine, theirs = pair
    theirs.sendall(struct.pack(">I", 100))
    seconds = iter(range(1000))  # each look at the clock takes a second, and a byte arrives every second

    def tick() -> float:
        theirs.sendall(b"\x00")
        return float(next(seconds))

    monkeypatch.setattr(wire.time, "monotonic", tick)
    with pytest.raises(WireTimeout, match="no answer before the deadline"):
        mine.receive(20.0)
    assert next(seconds) < 30


def test_a_peer_that_does_not_read_runs_into_the_deadline(pair):
    with pytest.raises(WireTimeout, match=r"nothing was read for 0\.01 s"):
        pair[0].send(bytes(2**24), 0.01)


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\x00", framed(pack("whole"))[:-1]], ids=["nothing", "half a length", "half a frame"]
)
def test_a_peer_that_hangs_up_is_noticed(pair, sent):
    mine, theirs = pair
    theirs.sendall(sent)
    theirs.close()
    with pytest.raises(WireClosed, match="closed the connection"):
        mine.receive(1.0)


def test_values_sent_before_hanging_up_arrive(pair):
    mine, theirs = pair
    theirs.sendall(framed(pack("last words")))
    theirs.close()
    assert mine.receive(1.0) == "last words"


def test_sending_to_a_peer_that_is_gone(pair):
    mine, theirs = pair
    theirs.close()
    with pytest.raises(WireClosed, match=r"Broken pipe|reset"):
        mine.send(bytes(100), 1.0)


def test_a_closed_channel_says_so(pair):
    mine, _ = pair
    mine.close()
    mine.close()
    with pytest.raises(WireClosed, match="Bad file descriptor"):
        mine.receive(1.0)
    with pytest.raises(WireClosed, match="Bad file descriptor"):
        mine.send(1)


def test_an_empty_frame_is_malformed(pair):
    mine, theirs = pair
    theirs.sendall(framed(b""))
    with pytest.raises(WireError, match="malformed frame"):
        mine.receive(1.0)


def test_a_refused_value_leaves_the_channel_usable(pair):
    mine, theirs = pair
    other = Channel(theirs)
    with pytest.raises(WireError, match="a value of type set cannot be sent"):
        other.send({1})
    other.send("next")
    assert mine.receive(1.0) == "next"
