"""Grade known submissions under every variant of the hidden inputs, so that no variant is harder or easier.

The sandbox grades each submission under one variant (`trials`). Here all other variants are used, in processes of
this program without a sandbox, as the code is the course's own. Training questions do not vary and are left out.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

import numpy as np

from autograder import course
from autograder.batch.pools import ONE_THREAD
from autograder.errors import CallTimeout, GraderError, TaskError
from autograder.grading.grader import loaded_reference, wanted_questions
from autograder.grading.judge import judge_question
from autograder.grading.options import Options
from autograder.grading.questioning import ask
from autograder.grading.store import Graded
from autograder.result import Result
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.hidden_inputs import VARIANTS
from autograder.testing.plugin import Connect, Outcome
from autograder.testing.student import BareConnection
from autograder.validation.trials import Meeting, Trial

LIMIT_S = 20  # for one test


def meetings(planned: Sequence[Trial]) -> list[Meeting]:
    """The reference and each submission without training, with every variant not used by its trial."""
    first = [trial for trial in planned if trial.name == "the reference"]
    bank = [trial for trial in planned if trial.submission is not None and not trial.submission.needs_training]
    return [
        Meeting(trial, variant) for trial in (*first, *bank) for variant in range(VARIANTS) if variant != trial.variant
    ]


def results(assignment: course.Assignment, met: Sequence[Meeting]) -> Iterator[tuple[Meeting, Result]]:
    """The result of each meeting, in order. Raises GraderError if a process dies."""
    ids, answers, variants = [assignment.id] * len(met), [one.answers for one in met], [one.variant for one in met]
    with trusted_processes() as executor:
        try:
            yield from zip(met, executor.map(result_of, ids, answers, variants), strict=True)
        except BrokenExecutor:
            raise GraderError(f"a process that tried the bank of {assignment.id} in every variant ended") from None


def trusted_processes() -> ProcessPoolExecutor:
    """Processes of this program for the current course, one for each core, with one thread and no sandbox."""
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(os.cpu_count(), context, initializer=_begin, initargs=(course.current(),))


def breaches_of(meeting: Meeting, result: Result) -> list[str]:
    """The problems with a meeting's result, one line each."""
    return [f"{line} (variant {meeting.variant})" for line in meeting.trial.judge(Graded(result))]


def result_of(id: str, answers: Mapping[str, str], variant: int) -> Result:
    """The result of these answers to an assignment, completed by the reference's, under one variant.

    Everything runs in this process.
    """
    assignment = course.current().load(id)
    wanted = wanted_questions(assignment, Options(training=False))
    try:
        outcomes = outcomes_of(assignment, answers, wanted, variant)
    except TaskError as error:
        return Result(id, [], problem=str(error))
    asked = [info for info in assignment.questions if info.id in wanted]
    return Result(id, [judge_question(info, outcomes.get(info.id, [])) for info in asked])


def outcomes_of(
    assignment: course.Assignment, answers: Mapping[str, str], wanted: frozenset[str], variant: int
) -> dict[str, list[Outcome]]:
    """The outcomes of the wanted questions, by question. Raises TaskError if the answers do not run."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        connect = _connect_to(assignment.id, answers)
        return ask(connect, assignment, loaded_reference(assignment.id), wanted, variant)


def _connect_to(id: str, answers: Mapping[str, str]) -> Connect:
    """Connections to the definitions of these answers, made anew for each connection with stand-ins."""
    plain = course.current().namespace(id, answers)

    @contextlib.contextmanager
    def connect(follow_through: FollowThrough, timeout_s: float) -> Iterator[BareConnection]:
        names = course.current().namespace(id, answers) if follow_through.names() else plain
        with _limit(), _as_before():
            yield BareConnection(names, follow_through, time.perf_counter)

    return connect


@contextlib.contextmanager
def _limit() -> Iterator[None]:
    """Raise CallTimeout inside the block after LIMIT_S seconds."""

    def stop(signum: int, frame: object) -> None:
        raise CallTimeout(f"no answer within {LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _as_before() -> Iterator[None]:
    """Undo what the block changes for the whole process: generators and modes of NumPy, and of torch if it is there."""
    random_state, errors = np.random.get_state(), np.geterr()
    torch = sys.modules.get("torch")
    generator, gradients = (torch.get_rng_state(), torch.is_grad_enabled()) if torch else (None, None)
    try:
        yield
    finally:
        np.random.set_state(random_state)
        np.seterr(**errors)
        if torch:
            torch.set_rng_state(generator)
            torch.set_grad_enabled(gradients)


def _begin(same: course.ScriptCourse) -> None:
    course.work_on(same)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
