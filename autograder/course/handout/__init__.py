"""The files handed out beside a notebook: given.py, datasets, and requirements.txt for the packages that it needs.

given.py is the closure of the notebook's imports from it: definitions from solutions/given/ and from the answers to
the assignments that it builds on, with all that these need. None of them is listed by hand.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import datasets
from autograder.course.handout import assignment_file
from autograder.course.handout.assignment_file import AssignmentFile, script_of
from autograder.course.handout.closure import notebook_closure
from autograder.course.handout.order import ordered_groups
from autograder.course.handout.requirements import requirements
from autograder.course.handout.text import given_text
from autograder.errors import TaskError

__all__ = [
    "assemble",
    "data",
    "dataset_names",
    "earlier_answers",
    "inputs",
    "modules",
    "needed_packages",
    "requirements",
    "script_of",
]


def inputs(solutions: Path, assignment: str) -> list[Path]:
    """The files that given.py and data/ are made from, those named assignment.toml included. Raises TaskError.

    A component from which nothing is handed out is not included; the checksums are, if datasets are listed.
    """
    file = assignment_file.read(solutions, assignment)
    chain = [assignment, *assignment_file.earlier(solutions, assignment)]
    listed = [path for id in chain if (path := solutions / id / assignment_file.NAME).is_file()]
    data = [_datasets(solutions) / name for name in (*file.data, datasets.SUMS) if file.data]
    return [*listed, *notebook_closure(solutions, assignment).files(), *data]


def data(solutions: Path, assignment: str) -> dict[str, bytes]:
    """The datasets that `assignment` hands out, name -> content. Raises TaskError if a checksum is wrong."""
    file = assignment_file.read(solutions, assignment)
    return {name: _dataset(solutions, file, name) for name in file.data}


def dataset_names(solutions: Path, assignment: str) -> tuple[str, ...]:
    """The names of the datasets that `assignment` hands out. Raises TaskError."""
    return assignment_file.read(solutions, assignment).data


def needed_packages(solutions: Path, assignment: str) -> tuple[str, ...]:
    """The packages that `assignment` needs beside those of every assignment. Raises TaskError."""
    return assignment_file.read(solutions, assignment).needs


def assemble(solutions: Path, assignment: str) -> str:
    """The text of given.py, "" if nothing is handed out. Raises TaskError, with file and line if known."""
    return given_text(assignment, notebook_closure(solutions, assignment))


def earlier_answers(solutions: Path, assignment: str) -> str:
    """The answers to earlier assignments that given.py holds, as text; "" if there are none. Raises TaskError."""
    groups = ordered_groups(notebook_closure(solutions, assignment))
    return "\n".join(item.text for source, group in groups.items() if source.assignment for item in group)


def modules() -> list[Path]:
    """The files of this package, the code that makes given.py."""
    return sorted(Path(__file__).parent.glob("*.py"))


def _datasets(solutions: Path) -> Path:
    return solutions.parent / datasets.FOLDER


def _dataset(solutions: Path, file: AssignmentFile, name: str) -> bytes:
    """The content of one dataset. Raises TaskError with the line that asks for it."""
    try:
        return datasets.content(_datasets(solutions), name)
    except TaskError as error:
        raise TaskError(f"{file.place('data', name)}: {error}") from None
