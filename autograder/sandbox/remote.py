"""A connection to one fork of the student's process: requests with a deadline, stand-ins answered on the way."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from typing import Any

from autograder.errors import (
    BadReply,
    CallFailed,
    CallTimeout,
    ChildDied,
    NotWritten,
    OutOfMemory,
    StudentError,
    TaskError,
)
from autograder.follow_through import FollowThrough
from autograder.wire import Channel, WireClosed, WireError, WireTimeout, pack

HELLO_S = 20.0
KILL_S = 2.0
SHOWN = 300  # characters of an exception's text: enough to recognise it, too few to hand out the hidden inputs
NO_ANSWER = "what came back is not an answer"


def open_fork(path: Path, follow_through: FollowThrough, timeout_s: float, memory_bytes: int) -> RemoteConnection:
    """Have the agent at `path` fork and put the stand-ins in place.

    timeout_s      wall seconds for everything asked over this connection
    memory_bytes   address space it may add
    Raises ChildDied if nothing listens there any more.
    """
    try:
        channel, pid = _dial(path, {"memory_bytes": memory_bytes, "cpu_s": int(timeout_s) + 5}, HELLO_S)
    except (OSError, WireError) as error:
        raise ChildDied(f"the process that ran the notebook is gone ({error})") from None
    connection = RemoteConnection(channel, path, pid, follow_through, timeout_s)
    try:
        if follow_through.names():
            connection.request("stand_ins", follow_through.names())
    except StudentError:
        connection.close()
        raise
    return connection


def _dial(path: Path, order: dict[str, int], timeout_s: float) -> tuple[Channel, Any]:
    """A channel to a new fork that has been told `order`, and the fork's process id. Raises OSError, WireError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        channel = Channel(connection)
        pid = channel.receive(timeout_s)
        channel.send(order, timeout_s)
    except (OSError, WireError):
        connection.close()
        raise
    return channel, pid


class RemoteConnection:
    """One fork. Everything that comes out of it is bounded and plain; a late or dead fork is a StudentError."""

    def __init__(self, channel: Channel, path: Path, pid: Any, follow_through: FollowThrough, timeout_s: float) -> None:
        self.follow_through = follow_through
        self._channel, self._path, self._pid = channel, path, pid
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._ended: StudentError | None = None

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Carry out one request; raises a StudentError. After a timeout or a death every request raises the same.

        Raises TaskError if what the suite sends may not cross.
        """
        if self._ended is not None:
            raise type(self._ended)(str(self._ended))
        deadline = self._deadline if timeout_s is None else min(self._deadline, time.monotonic() + timeout_s)
        try:
            packed = pack((operation, *fields))
        except WireError as error:
            raise TaskError(f"the suite asks with a value that may not cross: {error}") from None
        try:
            self._channel.send_packed(packed, _left_s(deadline))
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
        """Hang up, at which a fork ends; one that was late has been killed already."""
        self._channel.close()

    def _reply(self, deadline: float) -> Any:
        while True:
            reply = self._channel.receive(_left_s(deadline))
            if type(reply) is not tuple or not reply or type(reply[0]) is not str:
                raise BadReply(NO_ANSWER)
            if reply[0] != "ask":
                return _value_of(reply)
            self._channel.send_packed(self._answer(reply[1:]), _left_s(deadline))

    def _answer(self, question: tuple[Any, ...]) -> bytes:
        """The reference's answer to a question about a stand-in, packed; that it cannot be sent is an answer too."""
        try:
            return pack(self.follow_through.answer(question[0] if len(question) == 1 else question))
        except WireError as error:
            return pack(("error", ("TypeError", str(error))))

    def _end(self, error: StudentError) -> None:
        self._ended = error
        self._kill()

    def _kill(self) -> None:
        """Have the agent kill this fork and what it started. If it cannot, the session does, or their CPU limit."""
        if type(self._pid) is not int:
            return
        with contextlib.suppress(OSError, WireError):
            channel, _ = _dial(self._path, {"kill": self._pid}, KILL_S)
            channel.close()


def _left_s(deadline: float) -> float:
    """Seconds until `deadline`. Raises WireTimeout once there are none: questions asked back do not buy time."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise WireTimeout("the deadline is over")
    return left_s


def _value_of(reply: tuple[Any, ...]) -> Any:
    """The value in a reply; raises the StudentError it describes."""
    match reply:
        case ("value", value):
            return value
        case ("missing", str(name)):
            raise NotWritten(f"{name[:SHOWN]} is not defined in the notebook")
        case ("raised", [*names], str(message), str(trace)):
            raise _failure(tuple(name[:SHOWN] for name in names if type(name) is str), message[:SHOWN], trace)
        case ("memory", str(message)):
            raise OutOfMemory(f"out of memory: {message[:SHOWN]}")
        case ("exit", str(name)):
            raise ChildDied(f"the call ended the program ({name[:SHOWN]})")
        case ("unsendable", str(message)):
            raise BadReply(message[:SHOWN])
        case _:
            raise BadReply(NO_ANSWER)


def _failure(bases: tuple[str, ...], message: str, trace: str) -> StudentError:
    if "NotImplementedError" in bases:
        return NotWritten(f"not written yet: {message or trace[-SHOWN:]}")
    name = bases[0] if bases else "an exception"
    return CallFailed(f"{name}: {message}", name, bases, trace)
