"""A right answer as a notebook file, to be damaged; and the list of the kinds of damage."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from autograder.authoring.filled_notebook import as_bytes, filled, reference_answers, released

ONE, TWO = "01_rnn_lm_sampling", "06_bidirectional_lstm"
FUNCTION = {ONE: "softmax", TWO: "to_torch_weights"}
CLASS = {ONE: "LSTM", TWO: "TimeBiLSTM"}
METHOD = {ONE: "backward", TWO: "forward"}  # of that class, not the first
FULL, SAID, REFUSED = "full marks", "that cell alone loses its marks, and the notes name it", "refused, naming the cell"

Cell = dict[str, Any]


def code(source: str, **metadata: Any) -> Cell:
    """A code cell."""
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}


def text(source: str, **metadata: Any) -> Cell:
    """A text cell."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


@dataclass
class Draft:
    """The JSON of a notebook with the reference's answers. Texts are strings unless a kind turns them into lists."""

    id: str
    content: dict[str, Any]

    @property
    def cells(self) -> list[Cell]:
        """The cells, to be changed in place."""
        cells: list[Cell] = self.content["cells"]
        return cells

    @property
    def answers(self) -> list[str]:
        """The grade_ids of the solution cells."""
        return list(reference_answers(self.id))

    @property
    def function(self) -> str:
        """The id of a solution that is a function."""
        return FUNCTION[self.id]

    @property
    def a_class(self) -> str:
        """The id of a solution that is a class."""
        return CLASS[self.id]

    def cell(self, id: str) -> Cell:
        """The cell with a grade_id."""
        return self.cells[self.place(id)]

    def place(self, id: str) -> int:
        """The index of the cell with a grade_id."""
        return [grade_id(cell) for cell in self.cells].index(id)

    def check_of(self, id: str) -> Cell:
        """The first check cell below an answer."""
        return next(cell for cell in self.cells[self.place(id) :] if cell["metadata"].get("nbgrader", {}).get("grade"))

    def stub(self, id: str) -> Cell:
        """The cell as released."""
        cell: Cell = next(cell for cell in json.loads(_blank(self.id))["cells"] if grade_id(cell) == id)
        return {**cell, "source": "".join(cell["source"])}


def grade_id(cell: Cell) -> str:
    """nbgrader's name for a cell, "" for none."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


@cache
def _blank(id: str) -> bytes:
    return as_bytes(released(id))


@cache
def _right(id: str) -> bytes:
    return as_bytes(filled(id))


def draft(id: str) -> Draft:
    """An undamaged draft."""
    content = json.loads(_right(id))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return Draft(id, content)


def forget(cell: Cell) -> None:
    """Drop nbgrader's metadata of a cell, and the cell's id."""
    cell.pop("id", None)
    cell["metadata"] = {}


@dataclass(frozen=True)
class Kind:
    """One kind of damage.

    program      what causes it
    description  how, in a sentence: the docstring of `damage`
    outcome      the required result
    about        the answers that no longer are the reference's, or are named in a refusal: "function", "class" or ""
    """

    name: str
    program: str
    description: str
    damage: Callable[[Draft], bytes | None]
    outcome: str
    about: str

    @cache  # noqa: B019  kinds live as long as the tests do
    def file(self, id: str) -> bytes:
        """The submitted file."""
        one = draft(id)
        made = self.damage(one)
        return json.dumps(one.content, indent=1).encode() if made is None else made

    def named(self, id: str) -> str:
        """The id of the cell concerned, "" for none."""
        return {"function": FUNCTION[id], "class": CLASS[id], "": ""}[self.about]


KINDS: dict[str, Kind] = {}


def kind(program: str, outcome: str = FULL, about: str = "") -> Callable[[Callable[[Draft], bytes | None]], None]:
    """Register a function that damages a draft as a kind; it may return the file's bytes itself."""

    def enter(damage: Callable[[Draft], bytes | None]) -> None:
        name = damage.__name__.replace("_", " ")
        assert name not in KINDS
        KINDS[name] = Kind(name, program, " ".join((damage.__doc__ or "").split()), damage, outcome, about)

    return enter


def copied(cell: Cell, **changes: Any) -> Cell:
    """A copy of a cell, pasted."""
    return {**copy.deepcopy(cell), **changes}
