"""A connection to one fork of the student's process: requests with a deadline, stand-ins answered on the way."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from typing import Any

from autograder.errors import BadReply, CallFailed, CallTimeout, ChildDied, NotWritten, OutOfMemory, StudentError
from autograder.follow_through import FollowThrough
from autograder.wire import Channel, WireClosed, WireError, WireTimeout

HELLO_S = 20.0


def open_fork(path: Path, follow_through: FollowThrough, timeout_s: float, memory_bytes: int) -> RemoteConnection:
    """Have the agent at `path` fork and put the stand-ins in place.

    timeout_s      wall seconds for everything asked over this connection
    memory_bytes   address space it may add
    Raises ChildDied if nothing listens there any more.
    """
    try:
        channel = _dial(path)
        pid = channel.receive(HELLO_S)
        channel.send({"memory_bytes": memory_bytes, "cpu_s": int(timeout_s) + 5}, HELLO_S)
    except (OSError, WireError) as error:
        raise ChildDied(f"the process that ran the notebook is gone ({error})") from None
    connection = RemoteConnection(channel, path, pid, follow_through, timeout_s)
    if follow_through.names():
        connection.request("stand_ins", follow_through.names())
    return connection


def _dial(path: Path) -> Channel:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(HELLO_S)
    connection.connect(str(path))
    return Channel(connection)


class RemoteConnection:
    """One fork. Everything that comes out of it is bounded and plain; a late or dead fork is a StudentError."""

    def __init__(self, channel: Channel, path: Path, pid: Any, follow_through: FollowThrough, timeout_s: float) -> None:
        self.follow_through = follow_through
        self._channel, self._path, self._pid = channel, path, pid
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._ended: StudentError | None = None

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Carry out one request; raises a StudentError. After a timeout or a death every request raises the same."""
        if self._ended is not None:
            raise type(self._ended)(str(self._ended))
        deadline = self._deadline if timeout_s is None else min(self._deadline, time.monotonic() + timeout_s)
        try:
            self._channel.send((operation, *fields), max(0.001, deadline - time.monotonic()))
            return self._reply(deadline)
        except WireTimeout:
            self._end(CallTimeout(f"no answer within {timeout_s or self._timeout_s:g} s"))
        except WireClosed:
            self._end(ChildDied("the process ended during the call"))
        except WireError as error:
            self._end(BadReply(f"what came back cannot be read: {error}"))
        assert self._ended is not None
        raise self._ended

    def close(self) -> None:
        """Hang up; a fork that does not end by itself is killed."""
        self._channel.close()
        if self._ended is not None:
            self._kill()

    def _reply(self, deadline: float) -> Any:
        while True:
            reply = self._channel.receive(max(0.001, deadline - time.monotonic()))
            if type(reply) is not tuple or not reply or reply[0] != "ask":
                return _value_of(reply)
            self._channel.send(self.follow_through.answer(reply[1]), max(0.001, deadline - time.monotonic()))

    def _end(self, error: StudentError) -> None:
        self._ended = error
        self._kill()

    def _kill(self) -> None:
        """Have the agent kill this fork and what it started (its CPU limit would end it otherwise)."""
        if type(self._pid) is not int:
            return
        with contextlib.suppress(OSError, WireError):
            channel = _dial(self._path)
            channel.receive(HELLO_S)
            channel.send({"kill": self._pid}, HELLO_S)
            channel.close()


def _value_of(reply: Any) -> Any:
    """The value in a reply; raises the StudentError it describes."""
    match reply:
        case ("value", value):
            return value
        case ("missing", str(name)):
            raise NotWritten(f"{name} is not defined in the notebook")
        case ("raised", [str(name), *bases], str(message), str(trace)) if "NotImplementedError" in (name, *bases):
            raise NotWritten(f"not written yet: {message or trace[-200:]}")
        case ("raised", [str(name), *bases], str(message), str(trace)):
            raise CallFailed(f"{name}: {message}", name, (name, *(str(base) for base in bases)), trace)
        case ("memory", str(message)):
            raise OutOfMemory(f"out of memory: {message}")
        case ("exit", str(name)):
            raise ChildDied(f"the call ended the program ({name})")
        case ("unsendable", str(message)):
            raise BadReply(message)
        case _:
            raise BadReply("what came back is not an answer")
