"""The bank: wrong answers that must each lose the question they get wrong, and unusual right ones that must keep all.

One Python file per entry, in `bank/<assignment>/wrong/` or `right/`. It begins with a docstring:

    loses lstm_forward: forget and input gates swapped        (wrong; the file is lstm_forward__<what>.py)
    also loses: rnnlm                                         (a second line, where that cannot be helped)
    keeps all: one matrix product for all time steps          (right)

After it come complete answers. A class or function at the top that is named like a solution cell becomes the text
of that cell, together with all that stands above it since the last one: comments, imports, functions it needs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import course
from autograder.errors import TaskError

KINDS = ("wrong", "right")
LOSES = re.compile(r"loses (?P<question>\w+): (?P<title>\S.*)")
KEEPS = re.compile(r"keeps all: (?P<title>\S.*)")
ALSO = re.compile(r"also loses: (?P<questions>\w+(?:, \w+)*)")
TRAINING_SUFFIX = "_training"


@dataclass(frozen=True)
class Entry:
    """One entry.

    kind            "wrong" or "right"
    question        the question it loses, "" for a right one
    title           what is wrong with it, or unusual
    answers         text of each cell that it fills; the other cells are the reference's
    needs_training  whether it only shows when a model is trained
    also            further questions that it cannot help losing
    """

    path: Path
    kind: str
    question: str
    title: str
    answers: dict[str, str]
    needs_training: bool = False
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def losses(self) -> frozenset[str]:
        """All questions that it loses."""
        return frozenset(filter(None, (self.question, *self.also)))


def entries(assignment_id: str) -> list[Entry]:
    """All entries of an assignment, the wrong ones by question in the notebook's order, then the right ones.

    Raises TaskError for a malformed entry, and UnknownAssignment.
    """
    assignment = course.current().load(assignment_id)
    wrong, right = (
        [_entry(path, kind, assignment) for path in sorted((assignment.bank / kind).glob("*.py"))] for kind in KINDS
    )
    order = [asked.id for asked in assignment.questions]
    return sorted(wrong, key=lambda entry: order.index(entry.question)) + right


def _entry(path: Path, kind: str, assignment: course.Assignment) -> Entry:
    """One file read. Raises TaskError that begins with its name."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
        question, title, also = _heading(ast.get_docstring(tree) or "", kind)
        for id in filter(None, (question, *also)):
            assignment.question(id)
        if question and not path.stem.startswith(f"{question}__"):
            raise TaskError(f"the name does not begin with {question}__")
        answers = dict(_answers(tree, text, assignment.solution_cells))
    except (SyntaxError, TaskError) as error:
        raise TaskError(f"bank entry {path.parent.name}/{path.name}: {error}") from None
    return Entry(path, kind, question, title, answers, question.endswith(TRAINING_SUFFIX), also)


def _heading(docstring: str, kind: str) -> tuple[str, str, tuple[str, ...]]:
    """What the docstring says: question, title, further questions."""
    first, *rest = docstring.splitlines() or [""]
    if kind == "right":
        kept = KEEPS.fullmatch(first)
        if kept is None or rest:
            raise TaskError("its docstring must be one line, `keeps all: <what is unusual>`")
        return "", kept["title"], ()
    lost = LOSES.fullmatch(first)
    if lost is None:
        raise TaskError("its docstring must begin with a line `loses <question>: <what is wrong>`")
    further = [ALSO.fullmatch(line) for line in rest]
    if len(further) > 1 or None in further:
        raise TaskError("after its first line a docstring may have one more, `also loses: <question>, ...`")
    also = tuple(name for found in further if found for name in found["questions"].split(", "))
    return lost["question"], lost["title"], also


def _answers(tree: ast.Module, text: str, cells: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(cell, text) of every solution cell that the file fills, in its order."""
    lines = text.splitlines()
    docstring, *body = tree.body
    begin, seen = docstring.end_lineno or 1, set()
    for node in body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name not in cells:
            continue
        if node.name in seen:
            raise TaskError(f"{node.name} is there twice")
        seen.add(node.name)
        end = node.end_lineno or len(lines)
        yield node.name, "\n".join(lines[begin:end]).strip("\n")
        begin = end
    if not seen:
        raise TaskError(f"it defines none of {', '.join(cells)}")
    if "".join(lines[begin:]).strip():
        raise TaskError(f"after the last answer there is text that belongs to no cell: line {begin + 1}")
