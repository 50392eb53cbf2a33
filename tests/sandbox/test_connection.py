"""A fork of the student's process, seen from the grader: every event is an answer or the student's fault.

The forks are real and controlled by the student; the sandbox around them has tests of its own.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from fork_server import alive, gone_soon, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.agent.wire import Channel, Ref, WireError, pack
from autograder.errors import BadReply, CallFailed, CallTimeout, ChildDied, OutOfMemory, StudentError, TaskError
from autograder.sandbox.connection import RemoteConnection, open_fork
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import Student

MEMORY_BYTES = 2**29
TIMEOUT_S = 20.0

NOTEBOOK = '''
import os, signal, subprocess, sys, time, warnings
import numpy as np

saved = sys.stdout
def double(x): pass
def ask_endlessly():
    while True: double(1)
count = 0
def counted():
    global count
    count += 1
    return count
def spin():
    while True: pass
def with_children():
    children = [subprocess.Popen(["sleep", "987"]) for _ in range(3)]
    print(*(child.pid for child in children), file=open(os.environ["CHILDREN"], "w"), flush=True)
    while True: time.sleep(0.01)
def leaves_a_child():
    return subprocess.Popen(["sleep", "987"]).pid
def half_a_character(): raise ValueError("\\ud800 broken")
class Mute(Exception):
    def __str__(self): raise RuntimeError("no comment")
def mute(): raise Mute()
def verbose(x): raise ValueError("the input was " + repr(x.tolist()))
def torch_like(): raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to")
def large(): return np.ones(10**9).sum()
def too_large_to_send(): return np.zeros(9_000_000)
def many_bytes(size): return bytes(size)
def leave(): sys.exit(3)
def vanish(): os._exit(0)
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
def parent_dies():
    os.kill(os.getppid(), signal.SIGKILL)
def recurse(): return recurse()
def chatter():
    print("1 of 1 points"); print("x" * 10**5, file=saved); print("error", file=sys.stderr)
    os.write(1, b"x" * 10**5); os.write(2, b"FAILED"); warnings.warn("careful"); saved.flush()
    return 7
def closes_everything():
    os.closerange(3, 100)
    return 1
class Agreeable(np.ndarray):
    def __eq__(self, other): return True
def agreeable(): return np.zeros(2).view(Agreeable)
def whatever(): return object()
def nothing(): return None
'''  # fmt: skip


def double(x):
    return 2 * x


GIVEN = {"double": double}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The socket of a process that has run the notebook, the process, and the file of its children's ids."""
    children = tmp_path_factory.mktemp("forks") / "children"
    with serving(NOTEBOOK, CHILDREN=str(children)) as (path, process):
        yield path, process, children


@pytest.fixture
def fork(served):
    """Open a fork of the agent, with stand-ins for some of the given names."""

    @contextmanager
    def opened(*names: str, timeout_s: float = TIMEOUT_S) -> Iterator[Student]:
        answers = FollowThrough({name: GIVEN[name] for name in names})
        with closing(open_fork(served[0], answers, timeout_s, MEMORY_BYTES)) as connection:
            yield Student(connection)

    return opened


def test_every_fork_starts_from_the_state_the_notebook_left(fork):
    for _ in range(2):
        with fork() as student:
            assert [student.call("counted") for _ in range(2)] == [1, 2]


ENDINGS = [
    ("half_a_character", CallFailed, r'ValueError: "\? broken"'),
    ("mute", CallFailed, r"Mute$"),
    ("recurse", CallFailed, 'RecursionError: "maximum recursion depth'),
    ("large", OutOfMemory, 'out of memory: "Unable to allocate'),
    ("torch_like", OutOfMemory, "can't allocate memory"),
    ("too_large_to_send", BadReply, r"a value of 72,000,0\d\d bytes is over the limit"),
    ("whatever", BadReply, "a value of type object cannot be sent"),
    ("leave", ChildDied, r"ended the program \(SystemExit\)"),
    ("vanish", ChildDied, "the process ended during the call"),
    ("crash", ChildDied, "the process ended during the call"),
    ("closes_everything", ChildDied, "the process ended during the call"),
]


@pytest.mark.parametrize(("name", "error", "text"), ENDINGS, ids=[name for name, *_ in ENDINGS])
def test_how_a_call_may_end(fork, name, error, text):
    with fork() as student, pytest.raises(error, match=text):
        student.call(name)
    with fork() as student:
        assert student.call("counted") == 1


def test_an_exception_that_is_an_answer_leaves_the_fork_in_order(fork):
    with fork() as student:
        for name in ("mute", "whatever", "large", "leave"):
            with pytest.raises(StudentError, match=r"."):
                student.call(name)
        assert student.call("counted") == 1


def test_after_its_end_a_fork_says_the_same_again(fork):
    with fork() as student:
        for _ in range(2):
            with pytest.raises(ChildDied, match="the process ended during the call"):
                student.call("vanish")


def test_printed_text_does_not_count(fork):
    with fork() as student:
        assert student.call("chatter") == 7
        assert student.call("nothing") is None


def test_an_array_that_claims_to_be_equal_arrives_without_its_claims(fork):
    with fork() as student:
        array = student.call("agreeable")
    assert type(array) is np.ndarray
    assert not np.array_equal(array, [1.0, 2.0])


def test_an_exceptions_text_cannot_carry_the_hidden_input_out(fork):
    hidden = np.random.default_rng(0).random(100)
    with fork() as student, pytest.raises(CallFailed, match="the input was") as caught:
        student.call("verbose", hidden)
    assert len(str(caught.value)) < 350
    assert repr(float(hidden[50])) not in str(caught.value)


def test_a_timeout_ends_the_fork_and_what_it_started(fork, served):
    started = time.monotonic()
    with fork(timeout_s=0.5) as student:
        with pytest.raises(CallTimeout, match=r"no answer within 0\.5 s"):
            student.call("with_children")
        children = [int(pid) for pid in served[2].read_text().split()]
        assert len(children) == 3
        assert gone_soon(children)  # before the grader hangs up
        with pytest.raises(CallTimeout, match=r"no answer within 0\.5 s"):
            student.call("counted")
    assert time.monotonic() - started < 5.0


def test_processes_left_by_a_fork_end_with_it(fork):
    with fork() as student:
        child = student.call("leaves_a_child")
        assert alive([child])
    assert gone_soon([child])


def test_one_call_may_have_less_time_than_the_question(fork):
    with fork() as student:
        for name, limit_s in (("spin", 0.05), ("counted", None)):  # later calls on this fork get the same timeout
            with pytest.raises(CallTimeout, match=r"no answer within 0\.05 s"):
                student.call(name, timeout_s=limit_s)


def test_a_call_after_the_deadline_is_a_timeout(fork):
    with fork() as student, pytest.raises(CallTimeout, match="no answer within"):
        student.call("counted", timeout_s=-1.0)


def test_questions_asked_back_do_not_buy_time(fork):
    with fork("double", timeout_s=0.3) as student, pytest.raises(CallTimeout, match=r"no answer within 0\.3 s"):
        student.call("ask_endlessly")


def test_an_unsendable_argument_is_the_suites_mistake(fork):
    with fork() as student:
        with pytest.raises(TaskError, match="the suite asks with a value that may not cross: a value of type set"):
            student.call("has", {1}, "x")
        assert student.call("counted") == 1


def test_large_answers_have_a_bound_in_all(fork):
    with fork() as student:
        kept = [student.call("many_bytes", 50 * 2**20) for _ in range(2)]
        assert [len(answer) for answer in kept] == [50 * 2**20] * 2
        assert len(student.call("many_bytes", 2**20 - 100)) == 2**20 - 100
        with pytest.raises(BadReply, match="over the limit of 29,3"):
            student.call("many_bytes", 50 * 2**20)
    with fork() as student:  # the bound is a test's
        assert len(student.call("many_bytes", 50 * 2**20)) == 50 * 2**20


def test_small_answers_have_none(fork):
    with fork() as student:
        assert sum(len(student.call("many_bytes", 2**20 - 100)) for _ in range(150)) > 128 * 2**20


def test_nobody_listening(tmp_path):
    with pytest.raises(ChildDied, match="the process that ran the notebook is gone"):
        open_fork(tmp_path / "nothing.sock", FollowThrough({}), 1.0, MEMORY_BYTES)


# a peer that is not the agent: the student controls every byte


def heard(*replies: bytes) -> object:
    """The result of a request if the peer answers with the bytes `replies` and then disconnects."""
    mine, theirs = socket.socketpair()
    with mine, theirs:
        for reply in replies:
            theirs.sendall(reply)
        theirs.shutdown(socket.SHUT_WR)
        connection = RemoteConnection(Channel(mine), Path("/nowhere"), None, FollowThrough(GIVEN), 5.0, 2**28)
        return connection.request("call", "f", (), {}, False)


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


NOT_ANSWERS = [
    None, 5, "value", [], (), ("value",), ("value", 1, 2), ["value", 1], ("missing", 3), ("missing",),
    ("raised", ["E"], "m"), ("raised", "E", "m", "t"), ("raised", ["E"], 1, "t"), ("memory", None), ("exit", b"x"),
    ("unsendable", 1), ("mark", 100), (("value",), 1), (None, 1), Ref(0), np.arange(3),
    (np.array([1, 2]), 3), (np.array([True]), 3), (np.arange(3), np.arange(3)),
]  # fmt: skip


@pytest.mark.parametrize("reply", NOT_ANSWERS, ids=repr)
def test_a_reply_that_is_not_an_answer(reply):
    with pytest.raises(BadReply, match="what came back is not an answer"):
        heard(framed(pack(reply)))


@pytest.mark.parametrize(
    "names",
    [[], [1], [np.arange(2)], [np.array([True, False]), "ValueError"], ["E" * 10**4]],
    ids=lambda n: repr(n)[:20],
)
def test_odd_names_of_exceptions(names):
    with pytest.raises(CallFailed, match="why") as caught:
        heard(framed(pack(("raised", names, "why" * 10**4, "trace"))))
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(
    "question",
    [(), (1,), (1, 2), (None,), (("call_function",),), (np.arange(3),), ("x" * 10**4,)],
    ids=lambda q: repr(q)[:30],
)
def test_odd_questions_are_answered_and_the_real_answer_still_counts(question):
    assert heard(framed(pack(("ask", *question))), framed(pack(("value", 7)))) == 7


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=60) | st.binary(max_size=60).map(framed))
def test_random_bytes_are_the_students_fault(data):
    with pytest.raises(StudentError, match=r"."):
        heard(data)


def test_a_peer_that_asks_for_ever_runs_into_the_deadline():
    mine, theirs = socket.socketpair()
    with mine, theirs:
        peer = Channel(theirs)

        def ask() -> None:
            try:
                while True:
                    peer.send(("ask", ("call_function", "double", (1,), {})))
                    peer.receive()
            except WireError:  # the grader hung up
                pass

        asking = threading.Thread(target=ask)
        asking.start()
        connection = RemoteConnection(Channel(mine), Path("/nowhere"), None, FollowThrough(GIVEN), 0.2, 2**28)
        with pytest.raises(CallTimeout, match=r"no answer within 0\.2 s"):
            connection.request("call", "f", (), {}, False)
        connection.close()
        asking.join(5.0)
        assert not asking.is_alive()


# last, since it ends the server that the other tests use


def test_when_the_server_is_gone_the_next_fork_says_so(fork, served):
    with fork() as student:
        student.call("parent_dies")
    served[1].wait(5.0)
    with pytest.raises(ChildDied, match="the process that ran the notebook is gone"), fork():
        pass


@pytest.mark.parametrize(
    ("request_", "given", "refused"),
    [
        (("put", 1), {}, True),
        (("call", "f", (), {}, True), {}, True),
        (("call", "f", (), {}, False), {}, False),
        (("put", 1), GIVEN, True),
        (("call", "f", (), {}, True), GIVEN, True),
        (("call", "f", (), {}, False), GIVEN, False),
    ],
)
def test_an_answer_that_holds_no_value_is_short(request_, given, refused):
    mine, theirs = socket.socketpair()
    with mine, theirs:
        connection = RemoteConnection(Channel(mine), Path("/nowhere"), None, FollowThrough(given), 5.0, 2**28)
        answer = pack(("value", b"x" * 70_000))
        theirs.sendall(len(answer).to_bytes(4, "big") + answer)
        if refused:
            with pytest.raises(BadReply, match="over the limit of 65,536"):
                connection.request(*request_)
        else:
            assert connection.request(*request_) == b"x" * 70_000


def test_a_question_about_a_stand_in_may_be_long_whatever_the_answer():
    mine, theirs = socket.socketpair()
    with mine, theirs:
        connection = RemoteConnection(Channel(mine), Path("/nowhere"), None, FollowThrough(GIVEN), 5.0, 2**28)
        question = ("call_function", "double", (np.ones(9_000),), {})
        for frame in (pack(("ask", question)), pack(("value", Ref(7)))):
            theirs.sendall(len(frame).to_bytes(4, "big") + frame)
        assert connection.request("put", 1) == Ref(7)
        assert not connection.has_had_large_answers
