"""A connection to one fork of the student's process: requests with a deadline, stand-ins answered on the way."""

from __future__ import annotations

import contextlib
import copy
import errno
import math
import os
import socket
import stat
import time
from collections.abc import Callable
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
from autograder.exception_text import SHOWN, shown
from autograder.follow_through import FollowThrough
from autograder.sandbox.waiting import is_starved, wall_s
from autograder.wire import Channel, WireClosed, WireError, WireTimeout, pack

HELLO_S = 30.0
KILL_S = 2.0
SHORT_S = 0.1  # answers that took no longer in all are not worth asking how long they waited for a core
LEAST_S = 0.001
NO_ANSWER = "what came back is not an answer"

Verdict = Callable[[], tuple[str, str] | None]


def open_fork(
    path: Path,
    follow_through: FollowThrough,
    timeout_s: float,
    memory_bytes: int,
    waited: Callable[[], float] = lambda: 0.0,
    verdict: Verdict = lambda: None,
) -> RemoteConnection:
    """Have the agent at `path` fork and put the stand-ins in place.

    timeout_s      seconds for all answers over this connection; those in which the fork waits for a core do not count
    memory_bytes   address space it may add
    waited         says how long it has waited for one
    verdict        says why the sandbox was ended from outside, and what it had done; None if it was not
    Raises ChildDied if nothing listens there any more.
    """
    try:
        channel, pid = _dial(path, {"memory_bytes": memory_bytes, "cpu_s": int(timeout_s) + 5}, HELLO_S)
    except (OSError, WireError) as error:
        raise ChildDied(f"the process that ran the notebook is gone ({error})") from None
    connection = RemoteConnection(channel, path, pid, follow_through, timeout_s, waited, verdict)
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
        _connect(connection, path)
        channel = Channel(connection)
        pid = channel.receive(timeout_s)
        channel.send(order, timeout_s)
    except (OSError, WireError):
        connection.close()
        raise
    return channel, pid


def _connect(connection: socket.socket, path: Path) -> None:
    """Connect to the socket at `path`, and nowhere else: the student's process may have put a link in its place.

    Without a sandbox, where the system has no such handles, there is nothing to be led out of.
    """
    if not hasattr(os, "O_PATH"):
        connection.connect(str(path))
        return
    place = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        if not stat.S_ISSOCK(os.fstat(place).st_mode):
            raise OSError(errno.ENOTSOCK, "there is no socket any more")
        connection.connect(f"/proc/self/fd/{place}")
    finally:
        os.close(place)


class RemoteConnection:
    """One fork. Everything that comes out of it is bounded and plain; a late or dead fork is a StudentError."""

    def __init__(
        self,
        channel: Channel,
        path: Path,
        pid: Any,
        follow_through: FollowThrough,
        timeout_s: float,
        waited: Callable[[], float] = lambda: 0.0,
        verdict: Verdict = lambda: None,
    ) -> None:
        self.follow_through = follow_through
        self.used_s = 0.0
        self._channel, self._path, self._pid = channel, path, pid
        self._timeout_s, self._waited, self._verdict = timeout_s, waited, verdict
        self._asking_s = 0.0
        self._ended: StudentError | None = None

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Carry out one request; raises a StudentError. After a timeout or a death every request raises the same.

        Raises TaskError if what the suite sends may not cross.
        """
        if self._ended is not None:
            raise copy.copy(self._ended)
        try:
            packed = pack((operation, *fields))
        except WireError as error:
            raise TaskError(f"the suite asks with a value that may not cross: {error}") from None
        limits = [(self._timeout_s, self._asking_s), *([] if timeout_s is None else [(timeout_s, 0.0)])]
        deadline = Deadline(limits, self._waited)
        try:
            return self._asked(packed, deadline)
        except WireTimeout:
            said = f"no answer within {timeout_s or self._timeout_s:g} s"
            self._end(CallTimeout(said, starved=deadline.starved))
        except WireClosed:
            self._end(self._death())
        except WireError as error:
            self._end(BadReply(f"what came back cannot be read: {error}"))
        finally:
            self._asking_s += time.monotonic() - deadline.started
        assert self._ended is not None
        raise self._ended

    def close(self) -> None:
        """Hang up, at which a fork ends; one that was late has been killed already. `used_s` is known then."""
        waited = self._waited() if self._asking_s > SHORT_S else 0.0
        self.used_s = max(0.0, self._asking_s - waited)
        self._channel.close()

    def _asked(self, packed: bytes, deadline: Deadline) -> Any:
        """The answer to a request; meanwhile the fork may ask back about stand-ins, which does not buy time."""
        self._channel.send_packed(packed, deadline.longest_s())
        while True:
            reply = self._received(deadline)
            if type(reply) is not tuple or not reply or type(reply[0]) is not str:
                raise BadReply(NO_ANSWER)
            if reply[0] != "ask":
                return _value_of(reply)
            self._channel.send_packed(self._answer(reply[1:]), deadline.longest_s())

    def _received(self, deadline: Deadline) -> Any:
        while True:
            try:
                return self._channel.receive(deadline.left_s())
            except WireTimeout:
                deadline.extend()

    def _answer(self, question: tuple[Any, ...]) -> bytes:
        """The reference's answer to a question about a stand-in, packed; that it cannot be sent is an answer too."""
        try:
            return pack(self.follow_through.answer(question[0] if len(question) == 1 else question))
        except WireError as error:
            return pack(("error", ("TypeError", str(error))))

    def _death(self) -> StudentError:
        """Why nothing more comes: the fork ended, or with it the whole sandbox, for what was done in it."""
        reason, what = self._verdict() or ("crashed", "")
        if not what:
            return ChildDied("the process ended during the call")
        return (OutOfMemory if reason == "memory" else ChildDied)(f"the call {what}")

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


class Deadline:
    """The end of a request's time, counted from now: seconds on a core or asleep.

    limits  pairs of a limit and what of it has been used before, in seconds; the first to be over counts
    waited  says how long the fork has waited for a core. It is asked only when the time seems to be over, since to find
            out takes longer than most answers
    """

    def __init__(self, limits: list[tuple[float, float]], waited: Callable[[], float]) -> None:
        self.started = time.monotonic()
        self.starved = False
        self._limits, self._waited = limits, waited
        self._wall_s = self._wall_seconds(0.0)

    def left_s(self) -> float:
        """Seconds until it is over. Raises WireTimeout once there are none, waiting for a core not counted."""
        left_s = self.started + self._wall_s - time.monotonic()
        if left_s <= 0:
            self.extend()
            return self.left_s()
        return left_s

    def longest_s(self) -> float:
        """Seconds until it is over however long the fork has to wait for a core. Raises WireTimeout."""
        return self.left_s() + self._wall_seconds(math.inf) - self._wall_s

    def extend(self) -> None:
        """Give back the seconds that were spent waiting for a core. Raises WireTimeout if there are none left."""
        waited = self._waited()
        self._wall_s = self._wall_seconds(waited)
        if self.started + self._wall_s - time.monotonic() < LEAST_S:
            self.starved = any(is_starved(limit_s, waited) for limit_s, _ in self._limits)
            raise WireTimeout("the deadline is over")

    def _wall_seconds(self, waited: float) -> float:
        return min(wall_s(limit_s, waited) - used_s for limit_s, used_s in self._limits)


def _value_of(reply: tuple[Any, ...]) -> Any:
    """The value in a reply; raises the StudentError it describes."""
    match reply:
        case ("value", value):
            return value
        case ("missing", str(name)):
            raise NotWritten(f"{shown(name)} is not defined in the notebook")
        case ("raised", [*names], str(message), str(trace)):
            raise _failure(tuple(shown(name) for name in names if type(name) is str), message, trace)
        case ("memory", str(message)):
            raise OutOfMemory(f"out of memory: {shown(message)}")
        case ("exit", str(name)):
            raise ChildDied(f"the call ended the program ({shown(name)})")
        case ("unsendable", str(message)):
            raise BadReply(shown(message))
        case _:
            raise BadReply(NO_ANSWER)


def _failure(bases: tuple[str, ...], message: str, trace: str) -> StudentError:
    if "NotImplementedError" in bases:
        return NotWritten(f"not written yet: {shown(message or trace[-SHOWN:])}")
    name = bases[0] if bases else "an exception"
    return CallFailed(f"{name}: {shown(message)}", name, bases, trace, message)
