"""The gate: check the release, have every trial graded, judge the results, print breaches and kill table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from autograder import authoring, course
from autograder.batch.grade_class import grade_many
from autograder.batch.pools import pool_for
from autograder.collect import HandedIn
from autograder.errors import GraderError, TaskError
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.reports import terminal
from autograder.reports.progress import progress
from autograder.sandbox import require_bubblewrap
from autograder.validation.every_variant import breaches_of, meetings, results
from autograder.validation.kill_table import VariantTable, kills, print_kill_table, print_variants
from autograder.validation.known_submissions import read_submissions
from autograder.validation.leaks import leaks
from autograder.validation.trials import Trial, different, trials, unproven


def validate(ids: Sequence[str], console: Console) -> bool:
    """Whether the assignments `ids`, or all, may be released. Prints the breaches.

    Raises UnknownAssignment, SandboxMissing, or GraderError if no answer is possible.
    """
    chosen = [course.current().load(id) for id in ids or course.current().assignment_ids()]
    if not chosen:
        raise GraderError(f"there is no assignment in {course.current().root / 'solutions'}")
    require_bubblewrap()
    breaches = 0
    if not ids:
        released = release_breaches(ids)
        _print_breaches(console, "the release", released)
        breaches += len(released)
    for assignment in chosen:
        breaches += len(assignment_breaches(assignment, console, built=not ids))
    _print_total(console, len(chosen), breaches)
    return not breaches


def release_breaches(ids: Sequence[str]) -> list[str]:
    """The files of assignments/ that differ from a build of solutions/."""
    try:
        changes = authoring.build(ids, check=True)
    except TaskError as error:
        return [str(error).splitlines()[0]]
    reason = "is not what solutions/ builds: run python -m autograder build"
    return [f"{change.path} {reason} ({change.status})" for change in changes if change.is_difference]


def assignment_breaches(assignment: course.Assignment, console: Console, built: bool = False) -> list[str]:
    """The unexpected results of one assignment, one line each; prints them and the tables.

    built  whether the release is known to be up to date
    """
    try:
        problems = ([] if built else release_breaches([assignment.id])) + leaks(assignment)
        known, planned = read_submissions(assignment.id), trials(assignment)
    except TaskError as error:
        malformed = [str(error).splitlines()[0]]
        _print_breaches(console, assignment.id, malformed)
        return malformed
    total = sum(question.points for question in assignment.questions)
    problems += [f"the questions have {total:g} points in all, not 100"] if total != 100 else []
    problems += unproven(assignment, known)
    graded = grade_trials(assignment, planned, console)
    for place, trial in enumerate(planned):
        problems += trial.judge(graded[place])
    problems += _unlike(planned, graded)
    table = VariantTable(planned, graded)
    problems += _breaches_of_variants(assignment, planned, graded, table, console)
    _print_breaches(console, assignment.id, problems)
    print_kill_table(console, assignment, kills(assignment, planned, graded))
    print_variants(console, table)
    return problems


def grade_trials(assignment: course.Assignment, planned: Sequence[Trial], console: Console) -> dict[int, Graded]:
    """The result of each trial, by its place."""
    work = [
        (HandedIn(trial.name, trial.data), Options(assignment.id, training=trial.training, variant=trial.variant))
        for trial in planned
    ]
    graded = {}
    with progress(_beside(console), assignment.id, len(work)) as advance:
        for place, one in grade_many(work, pool_for(os.cpu_count() or 1, len(work))):
            graded[place] = one
            advance(planned[place].name)
    return graded


def _breaches_of_variants(
    assignment: course.Assignment,
    planned: Sequence[Trial],
    graded: Mapping[int, Graded],
    table: VariantTable,
    console: Console,
) -> list[str]:
    """Unexpected results under the variants of the hidden inputs that the sandbox did not use for a trial.

    Counts every result in `table`.
    """
    met = meetings(planned)
    known = {trial.name for place, trial in enumerate(planned) if trial.judge(graded[place])}
    problems: list[str] = []
    with progress(_beside(console), f"{assignment.id}, every variant", len(met)) as advance:
        for meeting, result in results(assignment, met):
            problems += breaches_of(meeting, result) if meeting.trial.name not in known else []
            table.count(meeting, Graded(result))
            advance(meeting.trial.name)
    return problems


def _beside(console: Console) -> Console:
    """The console for progress: never a pipe."""
    return console if console.is_terminal else Console(stderr=True)


def _unlike(planned: Sequence[Trial], graded: Mapping[int, Graded]) -> list[str]:
    """Trials of the same file whose records differ."""
    first: dict[tuple[bytes, bool, int], int] = {}
    problems = []
    for place, trial in enumerate(planned):
        before = first.setdefault((trial.data, trial.training, trial.variant), place)
        if entries_unlike := different(graded[before].result, graded[place].result):
            problems.append(f"{planned[before].name}, graded twice: {', '.join(entries_unlike)} came out differently")
    return problems


def _print_breaches(console: Console, place: str, lines: Iterable[str]) -> None:
    """Print each breach in one line that begins with its place."""
    for line in lines:
        terminal.print_line(console, Text("BREACH ", "bold red").append(f"{place}: {line}", "default"))


def _print_total(console: Console, assignments: int, breaches: int) -> None:
    """Print the last line: whether all results were as expected."""
    if breaches:
        terminal.print_line(console, Text(f"{breaches} unexpected, listed above each table.", "bold red"))
    else:
        terminal.print_line(
            console, Text(f"{assignments} assignment{'s' if assignments != 1 else ''} passed.", "green")
        )
