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

from autograder.agent.wire import MAX_FRAME_BYTES, Channel, WireClosed, WireError, WireTimeout, pack
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
from autograder.sandbox import forked_test
from autograder.sandbox.cell_errors import ASKED_FOR_INPUT, INPUT_REFUSED
from autograder.sandbox.cpu_wait import own_waited_s
from autograder.sandbox.deadline import Deadline
from autograder.sandbox.reference_server import FollowThrough
from autograder.untrusted_text import LIMIT, untrusted_name, untrusted_text

HELLO_S = 30.0
KILL_S = 2.0
SHORT_S = 0.1  # if all answers took no longer than this, their waiting for a core is not measured
WITHOUT_VALUE = frozenset("put ref item rng torch_rng set fill load has".split())  # answered with a reference, or none
SHORT_BYTES = 2**16  # bound of such an answer, or of an error in place of it
LARGE_BYTES = 2**20  # a test may keep every answer it gets: those larger than this have a bound in all
LARGE_BYTES_IN_ALL = 128 * 2**20  # ten times the 12 MiB that the references answer to the largest test (training in 04)
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
    waited         returns the seconds that it has waited for one
    verdict        returns the reason for which the sandbox was ended from outside, and the event; None if it was not
    Raises ChildDied if nothing listens there any more.
    """
    try:
        hello = Deadline([(HELLO_S, 0.0)], waited)
        channel, pid = _dial(path, {"memory_bytes": memory_bytes, "cpu_s": int(timeout_s) + 5}, hello)
    except (OSError, WireError) as error:
        raise ChildDied(f"the process that ran the notebook is gone ({error})") from None
    connection = RemoteConnection(channel, path, pid, follow_through, timeout_s, memory_bytes, waited, verdict)
    try:
        if follow_through.names():
            connection.request("stand_ins", follow_through.names())
    except StudentError:
        connection.close()
        raise
    return connection


def _dial(path: Path, order: dict[str, int], deadline: Deadline) -> tuple[Channel, Any]:
    """A channel to a new fork that has been told `order`, and the fork's process id. Raises OSError, WireError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(deadline.longest_s())
        connect(connection, path)
        channel = Channel(connection)
        pid = deadline.receive(channel)
        channel.send(order, deadline.longest_s())
    except (OSError, WireError):
        connection.close()
        raise
    return channel, pid


def connect(connection: socket.socket, path: Path) -> None:
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
        memory_bytes: int,
        waited: Callable[[], float] = lambda: 0.0,
        verdict: Verdict = lambda: None,
    ) -> None:
        self.follow_through = follow_through
        self.used_s, self.stretch = 0.0, 1.0
        self._memory_bytes = memory_bytes
        self._channel, self._path, self._pid = channel, path, pid
        self._timeout_s, self._waited, self._verdict = timeout_s, waited, verdict
        self._asking_s, self._held_up_s = 0.0, 0.0
        self._large_bytes_left = LARGE_BYTES_IN_ALL
        self._deadline: Deadline | None = None
        self._ended: StudentError | None = None

    def request(self, operation: str, *fields: Any, timeout_s: float | None = None) -> Any:
        """Make one request; raises a StudentError. After a timeout or a death every request raises the same.

        Raises TaskError if a value from the suite may not cross.
        """
        if self._ended is not None:
            raise copy.copy(self._ended)
        try:
            packed = pack((operation, *fields))
        except WireError as error:
            raise TaskError(f"the suite asks with a value that may not cross: {error}") from None
        call_s = math.inf if timeout_s is None else timeout_s * self.stretch
        limits = [(self._timeout_s, self._asking_s), *([(call_s, 0.0)] if call_s < math.inf else [])]
        self._deadline = Deadline(limits, self._waited_s)
        try:
            return self._asked(packed, self._most_bytes(operation, fields))
        except WireTimeout:
            reason = f"no answer within {min(call_s, self._timeout_s):g} s"
            self._end(CallTimeout(reason, starved=self._deadline.starved))
        except WireClosed:
            self._end(self._death())
        except WireError as error:
            self._end(BadReply(f"what came back cannot be read: {error}"))
        except forked_test.Ended as ended:
            self._asking_s, self._deadline = ended.asked_s, None
            raise
        finally:
            self._asking_s, self._deadline = self._asked_s(), None
        assert self._ended is not None
        raise self._ended

    @staticmethod
    def _most_bytes(operation: str, fields: tuple[Any, ...]) -> int:
        """The bytes of the longest answer allowed to a request."""
        is_kept = operation in ("call", "method") and fields[-1] is True
        return SHORT_BYTES if is_kept or operation in WITHOUT_VALUE else MAX_FRAME_BYTES

    def close(self) -> None:
        """Disconnect, which ends the fork; a late one has been killed already. Sets `used_s`."""
        waited = self._waited_s() if self._asking_s > SHORT_S else 0.0
        self.used_s = max(0.0, self._asking_s - waited)
        self._channel.close()

    def _waited_s(self) -> float:
        """Seconds for which others kept the student's fork, or the grader computing for it, from a core."""
        return self._waited() + self._held_up_s

    def _asked_s(self) -> float:
        """Seconds that the answers have taken, a request that is being answered included."""
        return self._asking_s + (time.monotonic() - self._deadline.started if self._deadline is not None else 0.0)

    def _received(self, deadline: Deadline, most_bytes: int) -> tuple[Any, ...]:
        """The next frame: an answer of at most `most_bytes`, or a question about a stand-in, which may be longer.

        Either is bounded further where many large ones came before. Raises BadReply, WireError.
        """
        asks_back = bool(self.follow_through.given or self.follow_through.objects)
        longest = MAX_FRAME_BYTES if asks_back else most_bytes
        self._channel.frame_bytes = min(longest, max(LARGE_BYTES, self._large_bytes_left))
        reply = deadline.receive(self._channel)
        size = self._channel.last_frame_bytes
        if size > LARGE_BYTES:
            self._large_bytes_left -= size
        if type(reply) is not tuple or not reply or type(reply[0]) is not str:
            raise BadReply(NO_ANSWER)
        if size > most_bytes and reply[0] != "ask":
            raise BadReply(f"what came back cannot be read: {size:,} bytes are over the limit of {most_bytes:,}")
        return reply

    @property
    def has_had_large_answers(self) -> bool:
        """Whether any answer was larger than LARGE_BYTES."""
        return self._large_bytes_left < LARGE_BYTES_IN_ALL

    def _asked(self, packed: bytes, most_bytes: int) -> Any:
        """The answer to a request; meanwhile the fork may ask back about stand-ins, on the same time limit."""
        deadline = self._deadline
        assert deadline is not None
        self._channel.send_packed(packed, deadline.longest_s())
        while True:
            reply = self._received(deadline, most_bytes)
            if reply[0] != "ask":
                return _value_of(reply)
            self._go_apart()
            waited_s = own_waited_s()
            with forked_test.computing(deadline.left_s()):
                answer = self._answer(reply[1:])
            self._held_up_s += own_waited_s() - waited_s
            self._channel.send_packed(answer, deadline.longest_s())

    def _go_apart(self) -> None:
        """Let the reference compute in a process of its own; its excesses are charged to the student."""
        try:
            forked_test.go_apart(self._memory_bytes, self._asked_s)
        except StudentError as error:
            self._end(error)
            raise

    def _answer(self, question: tuple[Any, ...]) -> bytes:
        """The reference's answer to a question about a stand-in, packed; or an error if it cannot be sent."""
        try:
            return pack(self.follow_through.answer(question[0] if len(question) == 1 else question))
        except WireError as error:
            return pack(("error", ("TypeError", str(error))))

    def _death(self) -> StudentError:
        """The reason why no more answers come: the fork ended, or the whole sandbox was ended."""
        reason, event = self._verdict() or ("crashed", "")
        if not event:
            return ChildDied("the process ended during the call")
        return (OutOfMemory if reason == "memory" else ChildDied)(f"the call {event}")

    def _end(self, error: StudentError) -> None:
        self._ended = error
        self._kill()

    def _kill(self) -> None:
        """Have the agent kill this fork and its children. If it cannot, the session does, or their CPU limit."""
        if type(self._pid) is not int:
            return
        with contextlib.suppress(OSError, WireError):
            channel, _ = _dial(self._path, {"kill": self._pid}, Deadline([(KILL_S, 0.0)], lambda: 0.0))
            channel.close()


def _value_of(reply: tuple[Any, ...]) -> Any:
    """The value in a reply; raises the StudentError it describes."""
    match reply:
        case ("value", value):
            return value
        case ("missing", str(name)):
            raise NotWritten(f"{untrusted_name(name)} is not defined in the notebook")
        case ("raised", [*names], str(message), str(trace)):
            raise _failure(tuple(name for name in names if type(name) is str), message, trace)
        case ("memory", str(message)):
            raise OutOfMemory(f"out of memory: {untrusted_text(message)}")
        case ("exit", str(name)):
            raise ChildDied(f"the call ended the program ({untrusted_name(name)})")
        case ("unsendable", str(message)):
            raise BadReply(f"what came back cannot be sent: {untrusted_text(message)}")
        case _:
            raise BadReply(NO_ANSWER)


def _failure(bases: tuple[str, ...], message: str, trace: str) -> StudentError:
    name = bases[0] if bases else "Exception"
    if name == "NotImplementedError":
        return NotWritten(f"not written yet: {untrusted_name(message or trace[-LIMIT:])}")
    if name == INPUT_REFUSED:
        return CallFailed(message, name, bases, trace, f"the call {ASKED_FOR_INPUT}")
    return CallFailed(message, name, bases, trace)
