"""One submission: bytes in, one result record and the notebook as it ran out.

The kernel starts first; while it gets ready, the suite and the reference are loaded. Every question is first
judged on the student's own pieces; where it fails and questions it builds on failed too, it is judged again
with the reference standing in for those, and the better of the two counts.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import nbformat

from autograder import course, submission
from autograder.errors import ChildDied, KernelFailed, TaskError, Unreadable
from autograder.exception_text import shown
from autograder.judging import judge_question, not_graded
from autograder.options import Options
from autograder.plugin import Connect, Outcome, Question, SuitePlugin
from autograder.provenance import environment, suite_sha256
from autograder.record import QuestionResult, Result
from autograder.refusal import faulty, refused
from autograder.running import run_suite
from autograder.sandbox import Session, SpareKernel, require_bubblewrap
from autograder.variants import with_variant


@dataclass
class Graded:
    """The record and the executed notebook (None if it could not be read).

    starved  whether something ran out of time on a machine too busy to give it a core: to be graded again, alone
    settled  whether grading it again would come to the same
    """

    result: Result
    notebook: nbformat.NotebookNode | None = None
    starved: bool = False
    settled: bool = False


def grade(
    data: bytes,
    options: Options,
    on_step: Callable[[str], None] = lambda what: None,
    spare: SpareKernel | None = None,
) -> Graded:
    """Grade one notebook. What is wrong with it, or with the course, is in the result.

    Raises SandboxMissing, and GraderError if the course has no secret to choose the variant of the hidden inputs by.

    spare  may hold a kernel that has been started for it, and starts one for the next; the caller closes it
    """
    started = time.monotonic()
    if options.confined:
        require_bubblewrap()
    options = with_variant(data, options)
    try:
        notebook = submission.read(data)
        handed_in = submission.restore(notebook, submission.recognise(notebook, options.assignment))
        graded = _grade_restored(handed_in, options, on_step, spare or SpareKernel())
    except Unreadable as problem:
        return Graded(refused(data, options, str(problem)), settled=True)
    except (KernelFailed, TaskError) as fault:
        return Graded(faulty(data, options, str(fault)))
    graded.result.submission_sha256 = hashlib.sha256(data).hexdigest()
    graded.result.execution_time = time.monotonic() - started
    return graded


def grade_patiently(data: bytes, options: Options, spare: SpareKernel | None = None) -> Graded:
    """`grade`, and once more if something ran out of time because the machine was too busy."""
    graded = grade(data, options, spare=spare)
    return grade(data, options) if graded.starved else graded


def _grade_restored(
    handed_in: submission.Submission,
    options: Options,
    on_step: Callable[[str], None],
    spare: SpareKernel,
) -> Graded:
    kind = course.handed_out(handed_in.assignment), options.limits, options.confined
    runnable = without_checks(handed_in.notebook)
    with spare.take(*kind) as session, ThreadPoolExecutor(1) as background:
        session.notebook = runnable
        on_step("starting")
        loading = background.submit(_load, handed_in.assignment)  # while the kernel starts and runs the cells
        death = _run(session)
        assignment, reference = loading.result()
        wanted = wanted_questions(assignment, options)
        spare.prepare(*kind)
        if death is None:
            outcomes = ask(session.connect, assignment, reference, wanted, options.variant or 0, on_step)
        else:
            outcomes = _all_failed(wanted, death)
        notes = cell_notes(runnable, session.interrupted | session.left_out)
    questions = [_result(info, wanted, outcomes, notes) for info in assignment.questions]
    result = Result(
        assignment.id, questions, suite_sha256=suite_sha256(assignment.id), environment=environment(options)
    )
    result.notes = [*handed_in.notes, *(note.text for note in notes.values())]
    result.output = "\n".join([*result.notes, _headline(result)])
    starved = session.starved or any(test.starved for tests in outcomes.values() for test in tests)
    return Graded(result, runnable, starved, result.graded and not starved)


def _load(id: str) -> tuple[course.Assignment, SimpleNamespace]:
    return course.load(id), loaded_reference(id)


def _run(session: Session) -> ChildDied | None:
    """Run the notebook; how it ended its kernel for good, or None."""
    try:
        session.run()
    except ChildDied as death:
        return death
    return None


def without_checks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with its check cells tagged to be skipped: the suite judges, and a loop in one costs nothing."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "skip-execution"]
    return notebook


@lru_cache(maxsize=16)
def loaded_reference(id: str) -> SimpleNamespace:
    """The reference of an assignment, made once per process."""
    return course.reference(id)


def wanted_questions(assignment: course.Assignment, options: Options) -> frozenset[str]:
    """The ids to grade. Raises TaskError for an unknown one."""
    chosen = frozenset(info.id for info in assignment.questions)
    if options.questions is not None:
        for id in options.questions:
            assignment.question(id)
        chosen &= options.questions
    return chosen if options.training else frozenset(id for id in chosen if not id.endswith("_training"))


def ask(
    connect: Connect,
    assignment: course.Assignment,
    reference: SimpleNamespace,
    wanted: frozenset[str],
    variant: int,
    on_step: Callable[[str], None] = lambda id: None,
) -> dict[str, list[Outcome]]:
    """The outcomes per question, after follow-through, of one variant of the hidden inputs."""

    def on_test(outcome: Outcome) -> None:
        on_step(outcome.question.id)

    first = SuitePlugin(connect, reference, wanted, {}, on_test, variant)
    run_suite(assignment.suite, first)
    outcomes = by_question(first.outcomes)
    stand_ins = stand_ins_for(assignment, first.questions, outcomes, wanted)
    if stand_ins:
        again = SuitePlugin(connect, reference, frozenset(stand_ins), stand_ins, on_test, variant)
        run_suite(assignment.suite, again)
        for id, second in by_question(again.outcomes).items():
            outcomes[id] = _that_counts(outcomes[id], second)
    return outcomes


def _that_counts(own: list[Outcome], with_stand_ins: list[Outcome]) -> list[Outcome]:
    """Which of two runs of a question counts: the better one; of equals, the one that blames no other question.

    Where one could not be judged the other may have been unfair: only full points are then a mark.
    """
    faulty = [run for run in (own, with_stand_ins) if any(outcome.fault for outcome in run)]
    if faulty and share_passed(with_stand_ins) < 1:
        return faulty[0]
    return max(with_stand_ins, own, key=share_passed)


def by_question(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes by question id, in the order of the suite."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.question.id, []).append(outcome)
    return found


def share_passed(outcomes: Sequence[Outcome]) -> float:
    """The share of a question's points that its tests gave; 0 if one could not be judged."""
    total = sum(outcome.question.points for outcome in outcomes)
    if not total or any(outcome.fault for outcome in outcomes):
        return 0.0
    return sum(outcome.question.points for outcome in outcomes if outcome.passed) / total


def stand_ins_for(
    assignment: course.Assignment,
    asked: dict[str, list[Question]],
    outcomes: dict[str, list[Outcome]],
    wanted: frozenset[str],
) -> dict[str, list[str]]:
    """For each question that failed: the definitions of those it builds on that failed too, or were not asked."""
    failed = {id for id, tests in outcomes.items() if not all(test.passed for test in tests)}
    found = {}
    for id in failed:
        given = {name for question in asked[id] for name in question.given}
        wrong = [name for name in given if name in failed or name not in wanted]
        names = {cell for name in wrong for cell in assignment.question(name).cells}
        names -= {*assignment.question(id).cells}
        if names:
            found[id] = sorted(names)
    return found


def _result(
    info: course.QuestionInfo, wanted: frozenset[str], outcomes: dict[str, list[Outcome]], notes: dict[str, CellNote]
) -> QuestionResult:
    if info.id not in wanted:
        return QuestionResult(info.id, info.points, None, "skipped", "Left out of this grading.")
    tests = outcomes.get(info.id, [])
    if not tests:
        return not_graded(info, "the hidden suite has no test of it")
    note = next((notes[cell] for cell in info.cells if cell in notes), None)
    return judge_question(info, tests, note.reason if note else "", note.text if note else "")


@dataclass(frozen=True)
class CellNote:
    """What a solution cell did when the notebook ran: the reason it gives its questions, and a sentence."""

    reason: str
    text: str


def cell_notes(notebook: nbformat.NotebookNode, stopped: dict[int, tuple[str, str]]) -> dict[str, CellNote]:
    """By grade_id (or place): the cells that raised, were stopped, or left out of the run."""
    notes = {}
    for place, cell in enumerate(notebook.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        label = f"The cell {name}" if name else f"Cell {place + 1}"
        if place in stopped:
            reason, what = stopped[place]
            notes[name or str(place)] = CellNote(reason, f"{label} {what}.")
            continue
        error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
        if error is not None and "NotImplementedError" not in error.ename:
            reason = {"MemoryError": "memory"}.get(error.ename, "")
            what = shown(error.evalue)  # in one line: the others in a record are the grader's
            notes[name or str(place)] = CellNote(reason, f"{label} raised {shown(error.ename, 80)}: {what}")
    return notes


def _all_failed(wanted: frozenset[str], death: ChildDied) -> dict[str, list[Outcome]]:
    """Outcomes for a notebook that never let itself be run."""
    return {id: [Outcome(Question(id), "", reason=death.reason, message=str(death))] for id in wanted}


def _headline(result: Result) -> str:
    if not result.graded:
        return "Not graded: " + ", ".join(q.id for q in result.questions if q.reason == "not graded") + "."
    return f"{result.score:g} of {result.max_score:g} points."
