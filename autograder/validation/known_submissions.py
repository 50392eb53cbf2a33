"""Submissions with known marks: right answers that must get full marks, wrong ones that must lose one question each.

They are kept beside an assignment's source, in `solutions/<id>/submissions/`:

    accepted/<name>.py               a right answer that looks like nobody else's; its docstring is one line,
                                     `keeps all: <what is unusual>`, and complete answers follow it
    wrong_answer/<question>.toml     wrong answers to a question, each a few edits away from a right one

In a file of `accepted` a top-level class or function named like a solution cell becomes the text of that cell,
together with all text since the previous one: comments, imports, functions it needs.
`autograder.validation.mistakes` describes the other files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.errors import TaskError
from autograder.validation import mistakes
from autograder.validation.mistakes import Mistake

KEEPS = re.compile(r"keeps all: (?P<title>\S.*)")
DEFINITIONS = (ast.ClassDef, ast.FunctionDef)


@dataclass(frozen=True)
class KnownSubmission:
    """One submission with known marks.

    kind            "wrong" or "right"
    question        the question it loses, "" for a right one
    title           the mistake in it, or its unusual feature
    answers         text of each cell that it fills; the other cells are the reference's
    path, line      its place in solutions/
    needs_training  whether the mistake shows only when a model is trained
    also            further questions that it necessarily loses
    reason          the reason that the question's record must give, "correct" for a right one
    feedback        a phrase that the feedback on the question must hold, "" for any
    """

    name: str
    kind: str
    question: str
    title: str
    answers: dict[str, str]
    path: Path
    line: int = 1
    needs_training: bool = False
    also: tuple[str, ...] = ()
    reason: str = "correct"
    feedback: str = ""

    @property
    def losses(self) -> frozenset[str]:
        """All questions that it loses."""
        return frozenset(filter(None, (self.question, *self.also)))


def read_submissions(assignment_id: str) -> list[KnownSubmission]:
    """Read an assignment's known submissions: wrong ones by question in the notebook's order, then right ones.

    Raises UnknownAssignment, and TaskError with file and line for a malformed one.
    """
    assignment = course.current().load(assignment_id)
    right = [_accepted(path, assignment) for path in _files(assignment.submissions / "accepted", ".py")]
    bases = {"": reference_answers(assignment_id)} | {submission.name: submission.answers for submission in right}
    order = [asked.id for asked in assignment.questions]
    for path in _files(assignment.submissions / "wrong_answer", ".toml"):
        if path.stem not in order:
            raise _malformed(path, 1, f"{assignment_id} has no question {path.stem!r}; it has {', '.join(order)}")
    files = (assignment.submissions / "wrong_answer" / f"{question}.toml" for question in order)
    wrong = [submission for path in files if path.is_file() for submission in _wrong(path, assignment, bases)]
    return wrong + right


def _files(folder: Path, ending: str) -> list[Path]:
    """The files of a folder, sorted; none if it does not exist. Raises TaskError for one with another ending."""
    paths = sorted(path for path in folder.glob("*") if path.is_file())
    for path in paths:
        if path.suffix != ending:
            raise _malformed(path, 1, f"only files that end in {ending} belong here")
    return paths


def _text(path: Path) -> str:
    """The text of a file. Raises TaskError for one that is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(path, content.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from None


def _wrong(
    path: Path, assignment: course.Assignment, bases: Mapping[str, Mapping[str, str]]
) -> Iterator[KnownSubmission]:
    """The wrong answers of one file, by name."""
    for mistake in sorted(_mistakes(path), key=lambda mistake: mistake.name):
        try:
            for id in mistake.also:
                assignment.question(id)
            answers = _with_mistake(mistake, path.stem, assignment, bases)
        except (SyntaxError, TaskError) as error:
            raise _malformed(path, mistake.line, f"{mistake.name}: {error}") from None
        yield KnownSubmission(
            f"{path.stem}__{mistake.name}", "wrong", path.stem, mistake.title, answers, path, mistake.line,
            assignment.question(path.stem).is_training, mistake.also, mistake.reason, mistake.feedback,
        )  # fmt: skip


def _mistakes(path: Path) -> list[Mistake]:
    try:
        return mistakes.read(_text(path))
    except mistakes.Malformed as error:
        raise _malformed(path, error.line, str(error)) from None


def _with_mistake(
    mistake: Mistake, question: str, assignment: course.Assignment, bases: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """The text of each cell that a wrong answer fills."""
    if mistake.text:
        return dict(_answers(ast.parse(mistake.text).body, mistake.text, 0, assignment.solution_cells))
    if mistake.base not in bases:
        raise TaskError(f"there is no accepted/{mistake.base}.py")
    base = bases[mistake.base]
    cells = mistake.cells or [cell for cell in assignment.question(question).cells if cell in base]
    if not cells:
        raise TaskError(f"say which cells it fills: {mistake.base or 'the reference'} has none of {question}")
    if unknown := [cell for cell in cells if cell not in base]:
        raise TaskError(f"{mistake.base or 'the reference'} does not fill {', '.join(unknown)}")
    answers = mistakes.edited({cell: base[cell] for cell in cells}, mistake.edits)
    for cell, text in answers.items():
        if [node.name for node in ast.parse(text).body if isinstance(node, DEFINITIONS)][-1:] != [cell]:
            raise TaskError(f"after its edits the text of {cell} does not end with {cell}")
    return answers


def _accepted(path: Path, assignment: course.Assignment) -> KnownSubmission:
    """One right answer. Raises TaskError."""
    text = _text(path)
    try:
        tree = ast.parse(text)
        keeps = KEEPS.fullmatch(ast.get_docstring(tree) or "")
        if keeps is None:
            raise TaskError("its docstring must be one line, `keeps all: <what is unusual>`")
        docstring, *body = tree.body
        answers = dict(_answers(body, text, docstring.end_lineno or 1, assignment.solution_cells))
    except SyntaxError as error:
        raise _malformed(path, error.lineno or 1, error.msg) from None
    except TaskError as error:
        raise _malformed(path, 1, str(error)) from None
    return KnownSubmission(path.stem, "right", "", keeps["title"], answers, path)


def _answers(body: Sequence[ast.stmt], text: str, begin: int, cells: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(cell, text) for every solution cell that a text fills below the line `begin`, in order."""
    lines, seen = text.splitlines(), set()
    for node in body:
        if not isinstance(node, DEFINITIONS) or node.name not in cells:
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


def _malformed(path: Path, line: int, problem: str) -> TaskError:
    """The error for a malformed file, with file and line."""
    return TaskError(f"{path.relative_to(course.current().root).as_posix()}:{line}: {problem}")
