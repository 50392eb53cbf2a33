"""Between the kernel and the grader: messages pass unchanged, except those too long as a whole."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import zmq
import zmq.asyncio
from every_assignment import REPOSITORY

from autograder.sandbox.relay import FRAME_BYTES, GREETING_BYTES, Meter, Relay

LIMIT = 10_000


def frame(size: int, more: bool = False) -> bytes:
    """A ZeroMQ frame of the given size in bytes."""
    head = struct.pack(">BB", more, size) if size < 256 else struct.pack(">BQ", more | 2, size)
    return head + bytes(size)


def message(*sizes: int) -> bytes:
    return b"".join(frame(size, place < len(sizes) - 1) for place, size in enumerate(sizes))


def admitted(messages: Sequence[bytes], chunk: int) -> bool:
    """Whether the greeting and these messages pass, sent in pieces of `chunk` bytes."""
    meter, data = Meter(LIMIT), bytes(GREETING_BYTES) + b"".join(messages)
    return all([meter.admits(data[place : place + chunk]) for place in range(0, len(data), chunk)])


EDGE = LIMIT - FRAME_BYTES


@pytest.mark.parametrize("chunk", [1, 7, 2**16])
@pytest.mark.parametrize(
    ("messages", "passes"),
    [
        ([], True),
        ([message(3)], True),
        ([message(EDGE)], True),
        ([message(EDGE + 1)], False),
        ([message(EDGE)] * 5, True),
        ([message(200, 300, EDGE - 500 - 2 * FRAME_BYTES)], True),
        ([message(200, 300, EDGE - 499 - 2 * FRAME_BYTES)], False),
        ([message(1), message(*[100] * 100)], False),
        ([message(*[0] * (LIMIT // FRAME_BYTES + 1))], False),
        ([message(*[0] * (LIMIT // FRAME_BYTES))], True),
        ([frame(2**12, more=True)] * 3, False),
    ],
    ids=lambda value: str(value) if isinstance(value, bool) else "",
)
def test_the_frames_of_a_message_are_added_up(messages, passes, chunk):
    assert admitted(messages, chunk) == passes


@pytest.mark.parametrize("size", [2**63, 2**64 - 1])
def test_a_frame_that_says_it_is_longer_than_anything_is_refused_before_it_comes(size):
    meter = Meter(LIMIT)
    assert meter.admits(bytes(GREETING_BYTES))
    assert not meter.admits(struct.pack(">BQ", 2, size))


async def received(messages: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
    """The messages that pass a relay, up to the one that reads "last"."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, zmq.asyncio.Context() as context:
        relay = Relay(f"{folder}/k", [2], LIMIT)
        await relay.open()
        sender, receiver = context.socket(zmq.PUB), context.socket(zmq.SUB)
        receiver.subscribe(b"")
        receiver.connect(f"ipc://{relay.prefix}-2")
        await asyncio.sleep(0)  # the grader's side may come first
        sender.bind(f"ipc://{folder}/k-2")
        seen: list[list[bytes]] = []
        for frames in [*messages, [b"last"]]:
            while True:  # until it arrives: subscribing takes a moment, also after a hang-up
                await sender.send_multipart(frames)
                if await receiver.poll(100) or sum(map(len, frames)) > LIMIT:
                    break
            while await receiver.poll(50):
                seen.append(await receiver.recv_multipart())
        await relay.close()
        sender.close(0)
        receiver.close(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return seen


def test_short_messages_pass_unchanged_and_long_ones_do_not():
    short, long = [b"a", b"", b"b" * 300, bytes(range(256)) * 4], [b"x" * 4000] * 4
    seen = asyncio.run(received([short, long, short[:1], [b"y" * (LIMIT + 1)]]))
    assert short in seen
    assert short[:1] in seen
    assert seen[-1] == [b"last"]
    assert long not in seen
    assert max(sum(map(len, frames)) for frames in seen) < LIMIT


def test_a_relay_leaves_nothing_behind():
    relay = Relay("/nowhere", [1], LIMIT)
    folder = Path(relay.prefix).parent
    assert folder.exists()
    asyncio.run(relay.close())
    asyncio.run(relay.close())
    assert not folder.exists()


SENDS = {
    "one message of very many frames": """
_k, _b = get_ipython().kernel, bytes(15 * 2**20)
_k.session.send(_k.iopub_socket, "status", {"execution_state": "busy"}, parent=_k.get_parent(), buffers=[_b] * 80)
import time; time.sleep(4)
""",
    "the same as a reply": """
_k, _b = get_ipython().kernel, bytes(15 * 2**20)
_s = _k.shell_stream.socket if hasattr(_k.shell_stream, "socket") else _k.shell_stream
for _n in range(2):
    _k.session.send(_s, "execute_reply", {}, parent=_k.get_parent(), ident=_k._parent_ident["shell"], buffers=[_b] * 40)
import time; time.sleep(4)
""",
    "widgets with large buffers": """
_k = get_ipython().kernel
import time
for _n in range(80):
    _k.session.send(_k.iopub_socket, "comm_msg", {"comm_id": "w", "data": {"state": {}, "buffer_paths": [["b", _n]]}},
                    parent=_k.get_parent(), buffers=[bytes(12 * 2**20)])
    time.sleep(0.02)
""",
    "very many messages at once": """
_k = get_ipython().kernel
for _n in range(80):
    _k.session.send(_k.iopub_socket, "display_data", {"data": {"text/plain": "x" * (12 * 2**20)}, "metadata": {}},
                    parent=_k.get_parent())
import time; time.sleep(1)
""",
}
MEASURE = """
import json, resource, sys, nbformat
from autograder.sandbox import Limits, Session
cells = [nbformat.v4.new_code_cell(source) for source in ("1", *sys.argv[1:], "print('heard')", "2")]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Session(nbformat.v4.new_notebook(cells=cells), [], Limits()) as session:
    session.run()
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([grown / 1024, str(cells[-2].outputs), sorted(session.left_out)]))
"""
MOST_MIB = 250  # without the relay: 450 for the last, over a gigabyte for the first


@pytest.mark.slow
@pytest.mark.parametrize("cell", SENDS.values(), ids=SENDS)
def test_the_graders_memory_does_not_grow_with_what_a_kernel_sends(cell):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, cell], capture_output=True, text=True, check=True, env=environment
    )
    grown_mib, heard, left_out = json.loads(done.stdout)
    assert grown_mib < MOST_MIB
    assert left_out or "heard" in heard
    assert done.stderr == ""
