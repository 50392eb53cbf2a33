"""Between the kernel's sockets and the grader's: a message that is too long as a whole is not let through.

ZeroMQ bounds each frame of a message, but not how many it has, and keeps them all until the last one is there. So the
kernel's bytes pass through here first. A frame begins with a byte of flags and its length (ZMTP 3, after a greeting of
64 bytes); the frames of one message are added up, and over the limit both ends are hung up. ZeroMQ connects again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.sandbox.leftovers import private_folder, remove_folder
from autograder.sandbox.remote import connect

GREETING_BYTES = 64
MORE, LONG = 1, 2  # flags: another frame of this message follows; the length has eight bytes, not one
FRAME_BYTES = 64  # that a frame costs beside what is in it
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

    prefix  what their paths begin with, as a kernel client takes it for an address
    """

    def __init__(self, kernel_prefix: str, ports: Sequence[int], limit_bytes: int) -> None:
        self._folder, self._lock = private_folder()
        self.prefix = str(self._folder / "r")
        self._kernel_prefix, self._ports, self._limit_bytes = kernel_prefix, ports, limit_bytes
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen."""
        for port in self._ports:
            handle = partial(self._accept, Path(f"{self._kernel_prefix}-{port}"))
            self._servers.append(await asyncio.start_unix_server(handle, f"{self.prefix}-{port}"))

    def close(self) -> None:
        """Stop listening; safe to call twice. Connections end with the tasks of the loop."""
        for server in self._servers:
            server.close()
        remove_folder(self._folder, self._lock)

    def _accept(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._join(path, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.transport.abort())  # also where it ended before it had begun

    async def _join(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways between a connection of the grader's and the kernel's socket at `path`."""
        ends, tasks = [writer], list[asyncio.Task[None]]()
        try:
            from_kernel, to_kernel = await _opened(path)
            ends.append(to_kernel)
            ways = (self._carry(from_kernel, writer, Meter(self._limit_bytes)), self._carry(reader, to_kernel))
            tasks += map(asyncio.get_running_loop().create_task, ways)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except OSError:  # the kernel is gone, or something else is in its socket's place
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in ends:
                end.transport.abort()
            await asyncio.sleep(0)  # in which they are closed

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, meter: Meter | None = None
    ) -> None:
        """Carry bytes until either end hangs up, or one message is too long."""
        while data := await reader.read(CHUNK_BYTES):
            if meter is not None and not meter.admits(data):
                return
            writer.write(data)
            await writer.drain()


async def _opened(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the kernel's socket at `path`, once it is there. Raises OSError."""
    while not path.exists():
        await asyncio.sleep(LOOK_S)
    kernel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connect(kernel, path)
        return await asyncio.open_unix_connection(sock=kernel)
    except BaseException:
        kernel.close()
        raise
