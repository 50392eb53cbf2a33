"""A relay between the kernel's sockets and the grader's, which stops a message that is too long as a whole.

ZeroMQ bounds each frame of a message, but not how many it has, and keeps them all until the last one is there. So the
kernel's bytes pass through here first. A frame begins with a byte of flags and its length (ZMTP 3, after a greeting of
64 bytes); the frames of one message are added up, and over the limit both ends are disconnected. ZeroMQ connects again.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.connection import connect
from autograder.sandbox.private_folders import private_folder, remove_folder

GREETING_BYTES = 64
MORE, LONG = 1, 2  # flags: another frame of this message follows; the length has eight bytes, not one
FRAME_BYTES = 64  # cost of a frame beside its content
CHUNK_BYTES = 2**16
LOOK_S = 0.02  # between two looks for a kernel that has not opened its sockets yet


class Meter:
    """Adds up the bytes of each message that passes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._passing = GREETING_BYTES  # bytes to come that need not be looked at
        self._message_bytes = 0
        self._head = b""

    def admits(self, data: bytes) -> bool:
        """Whether these bytes may pass: False once they are of a message that is longer than the limit."""
        place = 0
        while place < len(data):
            if self._passing:
                step = min(self._passing, len(data) - place)
                self._passing, place = self._passing - step, place + step
                continue
            self._head += data[place : place + 1]
            place += 1
            if len(self._head) == (9 if self._head[0] & LONG else 2) and not self._enter_frame():
                return False
        return True

    def _enter_frame(self) -> bool:
        flags, self._passing = self._head[0], int.from_bytes(self._head[1:], "big")
        self._head = b""
        self._message_bytes += self._passing + FRAME_BYTES
        admitted = self._message_bytes <= self._limit_bytes
        if not flags & MORE:
            self._message_bytes = 0
        return admitted


class Relay:
    """Sockets of the grader's own, one for each of the kernel's; it works while its event loop runs.

    prefix  the common beginning of their paths, which a kernel client takes for an address
    """

    def __init__(self, kernel_prefix: str, ports: Sequence[int], limit_bytes: int) -> None:
        self._folder, self._lock = private_folder()
        self.prefix = str(self._folder / "r")
        self._kernel_prefix, self._ports, self._limit_bytes = kernel_prefix, ports, limit_bytes
        self._listeners: list[socket.socket] = []
        self._connections: dict[asyncio.Task[None], socket.socket] = {}

    async def open(self) -> None:
        """Listen."""
        for port in self._ports:
            listener = _unix_socket()
            self._listeners.append(listener)
            listener.bind(f"{self.prefix}-{port}")
            listener.listen()
            path = Path(f"{self._kernel_prefix}-{port}")
            asyncio.get_running_loop().add_reader(listener, self._accept, listener, path)

    async def close(self) -> None:
        """Disconnect and stop listening; safe to call twice."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        self._listeners.clear()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for connection in self._connections.values():  # also of tasks that were cancelled before they began
            connection.close()
        self._connections.clear()
        remove_folder(self._folder, self._lock)

    def _accept(self, listener: socket.socket, path: Path) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            task = asyncio.get_running_loop().create_task(self._join(path, connection))
            self._connections[task] = connection
            task.add_done_callback(lambda done: self._connections.get(done, connection).close())

    async def _join(self, path: Path, grader: socket.socket) -> None:
        """Carry bytes both ways between a connection of the grader's and the kernel's socket at `path`."""
        with contextlib.suppress(OSError), _unix_socket() as kernel:  # it may be gone, or be something else
            while not path.exists():
                await asyncio.sleep(LOOK_S)
            connect(kernel, path)
            ways = _carry(kernel, grader, Meter(self._limit_bytes)), _carry(grader, kernel)
            tasks = [asyncio.get_running_loop().create_task(way) for way in ways]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: socket.socket, target: socket.socket, meter: Meter | None = None) -> None:
    """Carry bytes until either end disconnects, or one message is too long."""
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(source, CHUNK_BYTES):
        if meter is not None and not meter.admits(data):
            return
        await loop.sock_sendall(target, data)


def _unix_socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
