"""One submission: bytes in, one result record and the executed notebook out.

The kernel starts first; while it gets ready, the suite and the reference are loaded.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from types import SimpleNamespace

import nbformat

from autograder import course
from autograder.errors import ChildDied, KernelFailed, PackageMissing, TaskError, Unreadable
from autograder.grading.judge import (
    judge_question,
    question_not_graded,
    with_hint_on_threads,
    with_likely_mistake,
)
from autograder.grading.options import Options
from autograder.grading.provenance import environment, forget_files, suite_sha256
from autograder.grading.questioning import ask
from autograder.grading.refusal import not_graded, unreadable
from autograder.grading.store import Graded
from autograder.grading.variants import with_variant
from autograder.restore.needed_cells import needed_in, notes_on_deleted
from autograder.restore.read import read
from autograder.restore.released import SKIPPED, release, require_built
from autograder.restore.submission import Submission, recognise, restore
from autograder.result import QuestionResult, Result
from autograder.sandbox import Session, SpareKernel, require_bubblewrap, walls
from autograder.sandbox.cell_errors import explained
from autograder.sandbox.own_files import usable
from autograder.testing.plugin import STARVED, Outcome
from autograder.testing.question import Question
from autograder.testing.runner import forget_suites


def grade(
    data: bytes,
    options: Options,
    on_step: Callable[[str], None] = lambda id: None,
    spare_kernel: SpareKernel | None = None,
) -> Graded:
    """Grade one notebook. Problems with it, or with the course, are in the result.

    Raises SandboxMissing, and GraderError if the course has no secret to choose the variant of the hidden inputs by.

    spare_kernel  a kernel started ahead, perhaps, and the place of the next one; the caller closes it
    """
    started = time.monotonic()
    if options.confined:
        require_bubblewrap()
    options = with_variant(data, options)
    try:
        handed_in = _restored(data, options.assignment)
        graded = _grade_restored(handed_in, options, on_step, spare_kernel or SpareKernel())
    except Unreadable as problem:
        return Graded(unreadable(data, options, str(problem)), cacheable=True)
    except (KernelFailed, PackageMissing, TaskError) as fault:
        return Graded(not_graded(data, options, fault=str(fault)))
    graded.result.submission_sha256 = hashlib.sha256(data).hexdigest()
    graded.result.execution_time = time.monotonic() - started
    return graded


def grade_patiently(data: bytes, options: Options, spare_kernel: SpareKernel | None = None) -> Graded:
    """`grade`, and once more if something ran out of time because the machine was too busy."""
    graded = grade(data, options, spare_kernel=spare_kernel)
    return grade(data, options) if graded.starved else graded


def _restored(data: bytes, assignment: str | None) -> Submission:
    """The notebook in a file, put back as released. Raises Unreadable, and TaskError if there is no release."""
    notebook = read(data)
    return restore(notebook, recognise(notebook, assignment))


def _grade_restored(
    handed_in: Submission,
    options: Options,
    on_step: Callable[[str], None],
    spare_kernel: SpareKernel,
) -> Graded:
    id = handed_in.assignment
    require_packages(id)
    handed_out = course.current().handed_out(id)
    kind = handed_out, options.limits, options.confined, course.current().needed_packages(id)
    own, notes_on_files = usable(options.own_files, handed_out)
    runnable = without_checks(handed_in.notebook)
    with spare_kernel.take([*handed_out, *own], *kind[1:]) as session, ThreadPoolExecutor(1) as background:
        session.notebook, session.needed = runnable, needed_in(runnable, release(id).solutions)
        on_step("starting")
        loading = background.submit(copy_context().run, _load, id)  # while the kernel starts and runs the cells
        death = _run(session)
        assignment, reference = loading.result()
        wanted = wanted_questions(assignment, options)
        spare_kernel.prepare(*kind)
        if death is None:
            outcomes = ask(session.connect, assignment, reference, wanted, options.variant or 0, on_step)
        else:
            outcomes = _all_failed(wanted, death)
        notes = cell_notes(runnable, session.interrupted | session.left_out)
    questions = _results(assignment, wanted, outcomes, notes, runnable)
    starved = session.starved  # a cell was stopped before its time: what went wrong after it may be no mistake
    if starved:
        questions = [_unless_starved(*pair) for pair in zip(assignment.questions, questions, strict=True)]
    result = Result(
        assignment.id, questions, suite_sha256=suite_sha256(assignment.id), environment=environment(options)
    )
    result.walls = walls(options.confined)
    deleted = notes_on_deleted(runnable, assignment.solution_cells)
    result.notes = [*notes_on_files, *handed_in.notes, *deleted, *(note.text for note in notes.values())]
    result.output = "\n".join([*result.notes, _headline(result)])
    starved |= any(test.starved for tests in outcomes.values() for test in tests)
    return Graded(result, json.dumps(runnable), starved, result.graded and not starved)


def require_packages(id: str) -> None:
    """Raise PackageMissing unless everything that an assignment is graded with is installed."""
    for name in course.current().needed_packages(id):
        try:
            distribution(name)
        except PackageNotFoundError:
            raise PackageMissing(
                f"{id} is graded with {name}, which is not installed here: pip install 'autograder[{name}]'"
            ) from None


def _load(id: str) -> tuple[course.Assignment, SimpleNamespace]:
    assignment = course.current().load(id)
    require_built(assignment)
    return assignment, loaded_reference(id)


def _run(session: Session) -> ChildDied | None:
    """Run the notebook; the end of its kernel, if it ended that for good, else None."""
    try:
        session.run()
    except ChildDied as death:
        return death
    return None


def without_checks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with its check cells tagged to be skipped: the suite judges, and a loop in them costs no time."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), SKIPPED]
    return notebook


def loaded_reference(id: str) -> SimpleNamespace:
    """The reference of an assignment of the current course, made once per process."""
    return _loaded_reference(course.current(), id)


@lru_cache(maxsize=16)
def _loaded_reference(chosen_course: course.Course, id: str) -> SimpleNamespace:
    return chosen_course.reference(id)


def forget_loaded() -> None:
    """Have the reference and the suites read again at the next grading: a server's process may outlive their text."""
    _loaded_reference.cache_clear()
    forget_files()
    forget_suites(course.current().root)


def wanted_questions(assignment: course.Assignment, options: Options) -> frozenset[str]:
    """The ids to grade. Raises TaskError for an unknown one."""
    chosen = frozenset(info.id for info in assignment.questions)
    if options.questions is not None:
        for id in options.questions:
            assignment.question(id)
        chosen &= options.questions
    return chosen if options.training else chosen - {info.id for info in assignment.questions if info.is_training}


def _results(
    assignment: course.Assignment,
    wanted: frozenset[str],
    outcomes: dict[str, list[Outcome]],
    notes: dict[str, CellNote],
    notebook: nbformat.NotebookNode,
) -> list[QuestionResult]:
    """The result of every question, with what else is known about it in its feedback."""
    known = course.current().named_mistakes(assignment)
    questions = []
    for info in assignment.questions:
        question = with_hint_on_threads(_result(info, wanted, outcomes, notes), notebook)
        questions.append(with_likely_mistake(question, outcomes.get(info.id, []), known.get(info.id, {})))
    return questions


def _result(
    info: course.QuestionInfo, wanted: frozenset[str], outcomes: dict[str, list[Outcome]], notes: dict[str, CellNote]
) -> QuestionResult:
    if info.id not in wanted:
        return QuestionResult(info.id, info.points, None, "skipped", "Left out of this grading.")
    tests = outcomes.get(info.id, [])
    if not tests:
        return question_not_graded(info, "the hidden suite has no test of it")
    note = next((notes[cell] for cell in info.cells if cell in notes), None)
    return judge_question(info, tests, note.reason if note else "", note.text if note else "")


def _unless_starved(info: course.QuestionInfo, graded: QuestionResult) -> QuestionResult:
    return graded if graded.reason in ("correct", "skipped") else question_not_graded(info, STARVED)


@dataclass(frozen=True)
class CellNote:
    """The failure of a cell when the notebook ran: the reason for its questions' outcome, and a sentence."""

    reason: str
    text: str


def cell_notes(notebook: nbformat.NotebookNode, stopped: dict[int, tuple[str, str]]) -> dict[str, CellNote]:
    """Notes by grade_id (or place) on the cells that raised, were stopped, or were left out of the run."""
    notes = {}
    saved_by = notebook.metadata.get("language_info", {}).get("version", "")
    for place, cell in enumerate(notebook.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        label = f"The cell {name}" if name else f"Cell {place + 1}"
        if place in stopped:
            reason, event = stopped[place]
            notes[name or str(place)] = CellNote(reason, f"{label} {event}.")
            continue
        error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
        known = explained(label, cell.source, error, saved_by) if error is not None else None
        if known is not None:
            notes[name or str(place)] = CellNote(*known)
    return notes


def _all_failed(wanted: frozenset[str], death: ChildDied) -> dict[str, list[Outcome]]:
    """Outcomes for a notebook that could not be run."""
    return {id: [Outcome(Question(id), "", reason=death.reason, message=str(death))] for id in wanted}


def _headline(result: Result) -> str:
    if not result.graded:
        return "Not graded: " + ", ".join(q.id for q in result.questions if q.reason == "not graded") + "."
    return f"{result.score:g} of {result.max_score:g} points."
