"""The course as data: which assignments there are, their questions and points, their reference solutions.

Everything is read from the one source, `solutions/<id>/<name>.py`; nothing is listed a second time. (The built
notebook would be quicker to read, being JSON, but it lacks the solutions and can be out of date.)
"""

from __future__ import annotations

import builtins
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from autograder import cells, handout
from autograder.cells import Cell
from autograder.errors import TaskError, UnknownAssignment

ROOT = Path(os.environ.get("AUTOGRADER_COURSE") or Path(__file__).resolve().parents[1]).resolve()

HEADING = re.compile(r"^#+[ \t]+`?(?P<id>\w+)`?[ \t]*[:—–-]?[ \t]*(?P<text>.*)$", re.MULTILINE)
TITLE = re.compile(r"^#\s+(?P<text>.+)$", re.MULTILINE)
CHECK_SUFFIX = "_check"


@dataclass(frozen=True)
class QuestionInfo:
    """One question.

    cells       grade_ids of the solution cells it is answered in, none if it has none of its own (training)
    check_cell  grade_id of its check cell: the id, or `<id>_check` where a solution cell has the id for its name
    heading     the text of its heading after the id, "" if no heading begins with the id
    """

    id: str
    points: float
    cells: tuple[str, ...]
    check_cell: str
    heading: str


@dataclass(frozen=True)
class Assignment:
    """One assignment: its questions in the order of the notebook, and where its files are."""

    id: str
    name: str
    title: str
    questions: tuple[QuestionInfo, ...]
    solution_cells: tuple[str, ...]

    @property
    def source(self) -> Path:
        """The percent script with the answers."""
        return source_of(self.id)

    @property
    def release(self) -> Path:
        """The folder that students receive."""
        return release_of(self.id)

    @property
    def notebook(self) -> Path:
        """The notebook that students receive."""
        return self.release / f"{self.name}.ipynb"

    @property
    def suite(self) -> Path:
        """The hidden tests."""
        return suite_of(self.id)

    @property
    def submissions(self) -> Path:
        """The folder of submissions whose marks are known: unusual right answers and wrong ones."""
        return ROOT / "solutions" / self.id / "submissions"

    def question(self, id: str) -> QuestionInfo:
        """The question `id`; TaskError if there is none."""
        for asked in self.questions:
            if asked.id == id:
                return asked
        known = ", ".join(asked.id for asked in self.questions)
        raise TaskError(f"{self.id} has no question {id!r}; it has {known}")


def assignment_ids() -> list[str]:
    """The ids of all assignments, sorted: the folders of solutions/ that hold a script of their name."""
    folders = (path.name for path in (ROOT / "solutions").glob("*") if path.is_dir())
    return sorted(id for id in folders if source_of(id).is_file())


def load(id: str) -> Assignment:
    """The assignment `id`; UnknownAssignment if there is none, TaskError if its source contradicts itself."""
    if id not in assignment_ids():
        known = ", ".join(assignment_ids()) or "none"
        raise UnknownAssignment(f"there is no assignment {id!r}; known are: {known}")
    known_cells = cells.read(source_of(id))
    text = "\n".join(cell.source for cell in known_cells if cell.kind == "markdown")
    title = TITLE.search(text)
    solution_cells = tuple(cell.grade_id for cell in known_cells if cell.solution)
    questions = tuple(_question(cell, known_cells, text) for cell in known_cells if cell.grade)
    _refuse_duplicates(id, [asked.id for asked in questions])
    return Assignment(id, name_of(id), title["text"].strip() if title else id, questions, solution_cells)


def name_of(id: str) -> str:
    """The id without its number: `05_attention` -> `attention`."""
    return re.sub(r"^[0-9]+_", "", id)


def reference(id: str) -> SimpleNamespace:
    """The names that the solution defines, made anew at every call. TaskError if a cell does not run."""
    names = namespace(id)
    return SimpleNamespace(**{name: value for name, value in names.items() if not name.startswith("__")})


def namespace(id: str, answers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The globals that the solution's cells leave, made anew at every call; `answers`, by grade_id, replace some.

    Runs the locked ungraded code cells and the solution cells in order; `given` is assembled and importable
    for these cells alone. TaskError if a cell does not run.
    """
    assignment = load(id)
    given = _given(assignment)
    names = _namespace(f"reference_{id}", assignment.source, given)
    with _no_windows():
        for cell in cells.read(assignment.source):
            if cell.is_support or (cell.solution and cell.kind == "code"):
                _run((answers or {}).get(cell.grade_id, cell.source), f"<{id}: {cell.grade_id}>", names)
    return names


def handed_out(id: str) -> list[Path]:
    """The files beside the released notebook."""
    return [path for path in sorted(release_of(id).iterdir()) if path.suffix != ".ipynb"]


def needed_packages(id: str) -> tuple[str, ...]:
    """The packages that assignment `id` needs beside those of every assignment. Raises TaskError."""
    return handout.needed_packages(ROOT / "solutions", id)


def source_of(id: str) -> Path:
    """The percent script with the answers of assignment `id`."""
    return ROOT / "solutions" / id / f"{name_of(id)}.py"


def release_of(id: str) -> Path:
    """The folder of assignment `id` that students receive."""
    return ROOT / "assignments" / id


def suite_of(id: str) -> Path:
    """The hidden tests of assignment `id`."""
    return ROOT / "autograder" / "suites" / f"test_{id}.py"


def _question(check: Cell, known: tuple[Cell, ...], text: str) -> QuestionInfo:
    names = {cell.grade_id for cell in known if cell.solution}
    shorter = check.grade_id.removesuffix(CHECK_SUFFIX)
    id = shorter if shorter in names else check.grade_id
    owners = tuple(cell.grade_id for cell in known if cell.solution and id in cell.stubs)
    heading = next((found for found in HEADING.finditer(text) if found["id"] == id), None)
    words = (heading["text"].strip() or id) if heading else ""
    return QuestionInfo(id, check.points, owners, check.grade_id, words)


def _refuse_duplicates(id: str, questions: list[str]) -> None:
    twice = sorted({question for question in questions if questions.count(question) > 1})
    if twice:
        raise TaskError(f"{id} has more than one check cell for {', '.join(twice)}")


def _given(assignment: Assignment) -> ModuleType | None:
    """The handed-out module, in no table of modules, so that two assignments never meet; None if there is none."""
    text = handout.assemble(ROOT / "solutions", assignment.id)
    if not text:
        return None
    module = ModuleType(f"given_{assignment.id}")
    module.__file__ = str(assignment.release / "given.py")  # the data that students get is beside it
    with _no_windows():
        _run(text, f"<{assignment.id}: given.py>", vars(module))
    return module


def _namespace(name: str, source: Path, given: ModuleType | None) -> dict[str, Any]:
    """Globals in which `import given` finds the handed-out module, whenever it is carried out."""

    def import_(module: str, *args: Any, **kwargs: Any) -> Any:
        if module == "given" and given is not None:
            return given
        return builtins.__import__(module, *args, **kwargs)

    return {"__name__": name, "__file__": str(source), "__builtins__": {**vars(builtins), "__import__": import_}}


def _run(text: str, filename: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(text, filename, "exec"), namespace)
    except Exception as error:
        raise TaskError(f"the reference does not run: {filename}: {type(error).__name__}: {error}") from error


@contextmanager
def _no_windows() -> Iterator[None]:
    """If matplotlib is imported meanwhile, it draws into memory."""
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    try:
        yield
    finally:
        if before is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = before
