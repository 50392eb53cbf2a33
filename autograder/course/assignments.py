"""An assignment as data: its questions and points, read from the one source, `solutions/<id>/<name>.py`.

No fact is listed twice. (The built notebook is JSON and quicker to read, but it lacks the solutions and can be out
of date.)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.course import cells
from autograder.course.cells import Cell
from autograder.errors import TaskError

HEADING = re.compile(r"^#+[ \t]+`?(?P<id>\w+)`?[ \t]*[:—–-]?[ \t]*(?P<text>.*)$", re.MULTILINE)
NAMED_MISTAKES = "named_mistakes.json"
TITLE = re.compile(r"^#\s+(?P<text>.+)$", re.MULTILINE)
CHECK_SUFFIX = "_check"
TRAINING_SUFFIX = "_training"


@dataclass(frozen=True)
class QuestionInfo:
    """One question.

    cells       grade_ids of the solution cells that answer it; empty if it has none of its own (training)
    check_cell  grade_id of its check cell: the id, or `<id>_check` if a solution cell is named like the id
    heading     the text of its heading after the id, "" if no heading begins with the id
    """

    id: str
    points: float
    cells: tuple[str, ...]
    check_cell: str
    heading: str

    @property
    def is_training(self) -> bool:
        """Whether a model is trained to test it (`--no-training` leaves the question out): its id ends so."""
        return self.id.endswith(TRAINING_SUFFIX)


@dataclass(frozen=True)
class Assignment:
    """One assignment of the course at `root`: its questions in the order of the notebook, and its paths."""

    root: Path
    id: str
    name: str
    title: str
    questions: tuple[QuestionInfo, ...]
    solution_cells: tuple[str, ...]

    @property
    def source(self) -> Path:
        """The percent script with the answers."""
        return source_of(self.root, self.id)

    @property
    def release(self) -> Path:
        """The folder that students receive."""
        return release_of(self.root, self.id)

    @property
    def notebook(self) -> Path:
        """The notebook that students receive."""
        return notebook_of(self.root, self.id)

    @property
    def suite(self) -> Path:
        """The folder of the hidden tests."""
        return suite_of(self.root, self.id)

    @property
    def submissions(self) -> Path:
        """The folder of submissions with known marks: unusual right answers and wrong ones."""
        return submissions_of(self.root, self.id)

    @property
    def named_mistakes(self) -> Path:
        """The file of what each known mistake gives, by which feedback can name it."""
        return self.submissions / NAMED_MISTAKES

    def question(self, id: str) -> QuestionInfo:
        """The question `id`. Raises TaskError if there is none."""
        for asked in self.questions:
            if asked.id == id:
                return asked
        known = [asked.id for asked in self.questions]
        raise TaskError(f"{self.id} has no question {id!r}; it has {', '.join(known)}{nearest(id, known)}")


def read_assignment(root: Path, id: str) -> Assignment:
    """The assignment `id` of the course at `root`. Raises TaskError if its source contradicts itself."""
    known_cells = cells.read(source_of(root, id))
    text = "\n".join(cell.source for cell in known_cells if cell.kind == "markdown")
    title = TITLE.search(text)
    solution_cells = tuple(cell.grade_id for cell in known_cells if cell.solution)
    questions = tuple(_question(cell, known_cells, text) for cell in known_cells if cell.grade)
    _refuse_duplicates(id, [asked.id for asked in questions])
    return Assignment(root, id, name_of(id), title["text"].strip() if title else id, questions, solution_cells)


def question_id(check_cell: str, ids: Collection[str]) -> str:
    """The one of `ids` to which a check cell belongs: its own name, or that without `_check`; "" if it is neither."""
    return next((id for id in (check_cell, check_cell.removesuffix(CHECK_SUFFIX)) if id in ids), "")


def nearest(word: str, known: Collection[str]) -> str:
    """A question that names the known word that is most like another; "" if none is."""
    alike = difflib.get_close_matches(word, known, n=1)
    return f". Did you mean {alike[0]!r}?" if alike else ""


def name_of(id: str) -> str:
    """The id without its number: `05_attention` -> `attention`."""
    return re.sub(r"^[0-9]+_", "", id)


def source_of(root: Path, id: str) -> Path:
    """The percent script with the answers of assignment `id`."""
    return root / "solutions" / id / f"{name_of(id)}.py"


def release_of(root: Path, id: str) -> Path:
    """The folder of assignment `id` that students receive."""
    return root / "assignments" / id


def notebook_of(root: Path, id: str) -> Path:
    """The notebook of assignment `id` that students receive."""
    return release_of(root, id) / f"{name_of(id)}.ipynb"


def suite_of(root: Path, id: str) -> Path:
    """The folder of the hidden tests of assignment `id`."""
    return root / "solutions" / id / "hidden_tests"


def _question(check: Cell, known: tuple[Cell, ...], text: str) -> QuestionInfo:
    names = {cell.grade_id for cell in known if cell.solution}
    id = question_id(check.grade_id, names) or check.grade_id
    owners = tuple(cell.grade_id for cell in known if cell.solution and id in cell.stubs)
    heading = next((match for match in HEADING.finditer(text) if match["id"] == id), None)
    words = (heading["text"].strip() or id) if heading else ""
    return QuestionInfo(id, check.points, owners, check.grade_id, words)


def _refuse_duplicates(id: str, questions: list[str]) -> None:
    twice = sorted({question for question in questions if questions.count(question) > 1})
    if twice:
        raise TaskError(f"{id} has more than one check cell for {', '.join(twice)}")


def submissions_of(root: Path, id: str) -> Path:
    """The folder of submissions with known marks of assignment `id`."""
    return root / "solutions" / id / "submissions"
