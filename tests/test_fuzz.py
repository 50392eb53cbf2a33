"""Random values wherever the student's side could send them, beyond the cases of test_wire and test_submission.

The wire: random bytes and damaged frames in random pieces. The reply loop: random values that are valid frames. The
reader: structural changes to the real released notebook of every assignment.
"""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from every_assignment import EVERY, REPOSITORY, course_at, released
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import course
from autograder.agent.wire import Channel, Ref, StandInRef, WireClosed, WireError, pack
from autograder.errors import StudentError, Unreadable
from autograder.restore.read import read
from autograder.restore.released import release
from autograder.restore.submission import recognise, restore
from autograder.restore.syntax import Code, is_same_code, without_whitespace
from autograder.sandbox.connection import RemoteConnection
from autograder.sandbox.reference_server import FollowThrough

PATIENT = settings(
    deadline=None, derandomize=True, max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
SOME = settings(PATIENT, max_examples=40)
PLAIN = {type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, Ref, StandInRef, np.random.Generator}
TIMEOUT_S = 5.0
OURS = [(root, id) for root, id in EVERY if root == REPOSITORY]  # tests that need the sample course build it themselves

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8), st.binary(max_size=8),
    st.builds(Ref, st.integers(0, 2**40)), st.builds(StandInRef, st.integers(0, 9), st.lists(st.integers(0, 9))),
    st.sampled_from([np.arange(3.0), np.zeros((0, 2), np.int8), np.float32(2), np.array(True)]),
    st.builds(np.random.default_rng, st.integers(0, 9)),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def is_plain(value: Any) -> bool:
    """Whether a value holds only values permitted on the wire."""
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    return type(value) in PLAIN or isinstance(value, np.generic)


# the wire


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The bytes cut at these places."""
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def framed(data: bytes) -> bytes:
    """Bytes as one frame."""
    return len(data).to_bytes(4, "big") + data


streams = st.lists(
    st.binary(max_size=40).map(framed) | st.binary(max_size=12) | values.map(pack).map(framed), max_size=4
)


@PATIENT
@given(streams.map(b"".join), st.lists(st.integers(0, 120), max_size=5))
def test_a_channel_fed_anything_in_any_pieces_gives_plain_values_until_it_refuses(data, cuts):
    """However often it is read, and reading always comes to an end."""
    ours, theirs = socket.socketpair()
    with closing(Channel(ours)) as channel:
        for piece in pieces(data, cuts):
            theirs.sendall(piece)
        theirs.close()
        for _ in range(len(data) + 1):
            try:
                assert is_plain(channel.receive(TIMEOUT_S))
            except WireClosed:
                return
            except WireError as error:
                if "over the limit" in str(error):  # later frames cannot be told apart
                    return
    raise AssertionError("there were more frames than bytes")


@PATIENT
@given(st.lists(values, min_size=1, max_size=4), st.lists(st.integers(0, 200), max_size=6))
def test_frames_in_any_pieces_are_the_same_frames(sent, cuts):
    ours, theirs = socket.socketpair()
    with closing(Channel(ours)) as channel, closing(theirs):
        for piece in pieces(b"".join(framed(pack(value)) for value in sent), cuts):
            theirs.sendall(piece)
        assert [pack(channel.receive(TIMEOUT_S)) for _ in sent] == [pack(value) for value in sent]


# the reply loop

kinds = st.sampled_from(["value", "missing", "raised", "memory", "exit", "unsendable", "ask", "passed", ""])
replies = (
    values
    | st.lists(values, max_size=4).map(tuple)
    | st.builds(lambda k, v: (k, *v), kinds, st.lists(values, max_size=4))
)


class Reference:
    """An object of the grader's that a random question may find."""

    def __init__(self) -> None:
        self.params, self.grads, self.flag = [np.zeros(3)], [np.zeros(3)], True

    def forward(self, xs: Any = 0) -> Any:
        """Return the argument."""
        return xs


asked = st.tuples(
    st.sampled_from(["call_function", "call_method", "get_attribute", "set_attribute", "drawn", "offer", "_enter"]),
    st.sampled_from([0, "double", "Reference"]) | values,
    st.sampled_from(["forward", "params", "flag", "__class__", [], ()]) | values,
    st.sampled_from([[], {}]) | values,
    values,
).flatmap(lambda fields: st.integers(1, 5).map(lambda n: ("ask", fields[:n])))


@PATIENT
@given(st.lists(replies | asked, min_size=1, max_size=4))
def test_any_replies_come_to_a_plain_value_or_the_students_fault(sent):
    ours, theirs = socket.socketpair()
    with closing(theirs):
        for reply in sent:
            theirs.sendall(framed(pack(reply)))
        theirs.shutdown(socket.SHUT_WR)
        answers = FollowThrough({"double": lambda xs: 2 * xs, "Reference": Reference})
        answers.offer(Reference())
        connection = RemoteConnection(Channel(ours), Path("/nowhere"), None, answers, TIMEOUT_S, 2**28)
        with closing(connection):
            message = ""
            try:
                assert is_plain(connection.request("call", "double", (1,), {}, False))
            except StudentError as error:
                message = str(error)
            assert len(message) < 2000


# the reader

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("cell_type", "source", "metadata", "outputs", "execution_count", "id", "attachments")


def drop(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Leave a cell out."""
    del cells[source]


def double(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Duplicate a cell."""
    cells.insert(target, copy.deepcopy(cells[source]))


def move(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Move a cell elsewhere."""
    cells.insert(target, cells.pop(source))


def merge(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Append a cell's text to another's."""
    if source != target:
        cells[target]["source"] = [*cells[target].get("source", []), "\n", *cells[source].get("source", [])]
        del cells[source]


def swap_metadata(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Exchange the metadata of two cells."""
    cells[source]["metadata"], cells[target]["metadata"] = cells[target].get("metadata"), cells[source].get("metadata")


def overwrite(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Replace a field of a cell by any value."""
    cells[source][KEYS[target % len(KEYS)]] = value


def forget(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Leave a field of a cell out."""
    cells[source].pop(KEYS[target % len(KEYS)], None)


def cut(cells: list[Any], source: int, target: int, value: Any) -> None:
    """Keep the first part of a cell's text."""
    text = cells[source].get("source")
    cells[source]["source"] = text[: target % 5] if isinstance(text, list) else ""


CHANGES: list[Callable[..., None]] = [drop, double, move, merge, swap_metadata, overwrite, forget, cut]
changes = st.lists(
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 500), st.integers(0, 500), JSON), min_size=1, max_size=8
)


def changed(data: bytes, plan: list[tuple[Callable[..., None], int, int, Any]]) -> bytes:
    """A notebook after these changes; one that cannot be made is left out."""
    content = json.loads(data)
    for change, source, target, value in plan:
        cells = content["cells"]
        if cells:
            try:
                change(cells, source % len(cells), target % len(cells), value)
            except (TypeError, AttributeError):  # a field has changed its type
                continue
    return json.dumps(content).encode()


@pytest.fixture(scope="module", params=OURS, ids=[id for _, id in OURS])
def built(request, tmp_path_factory) -> tuple[Path, str, bytes]:
    """An assignment as it is released."""
    root, id = request.param
    return root, id, released(root, id)[f"{course.name_of(id)}.ipynb"]


@pytest.mark.slow
@SOME
@given(plan=changes)
def test_a_released_notebook_that_was_taken_apart_is_put_back_or_refused(built, plan):
    """Every locked cell is there once, with its released text; each answer's cell is there or its name is defined."""
    root, id, data = built
    with course_at(root):
        released_notebook = release(id)
        try:
            notebook = read(changed(data, plan))
            recognise(notebook, id)
            restored = restore(notebook, id).notebook
        except Unreadable:
            return
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in restored.cells]
    for name, known in released_notebook.cells.items():
        if released_notebook.is_locked(name):
            assert ids.count(name) == 1
            text, wanted = restored.cells[ids.index(name)].source, "".join(known["source"])
            assert without_whitespace(text) == without_whitespace(wanted) or is_same_code(Code(text), Code(wanted))
        else:
            assert name in ids or any(name in cell.source for cell in restored.cells)
    assert len({cell["id"] for cell in restored.cells}) == len(restored.cells)


def test_the_changes_change_something():
    """Each of the changes, on a notebook of three cells."""
    cells = [{"cell_type": "code", "source": [f"a{i}", "b"], "metadata": {"i": i}, "outputs": [i]} for i in range(3)]
    data = json.dumps({"cells": cells}).encode()
    for change in CHANGES:
        assert json.loads(changed(data, [(change, 0, 1, "x")])) != json.loads(data), change
