"""Right answers in damaged notebooks: each gets full marks, or the faulty cell is named.

Every kind of damage (`damage/`) is done to two assignments and checked twice: in the restored notebook's text, by
looking for the definition in force after all cells have run; and by grading it in the sandbox.
`PYTHONPATH=tests python tests/restore/test_damaged_notebooks.py` writes docs/damaged_notebooks.md.
"""

from __future__ import annotations

import ast
import builtins
import copy
import json
import multiprocessing
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import nbformat
import pytest
import restore.damage.by_editors
import restore.damage.by_saving
from restore.damage.draft import CLASS, FULL, FUNCTION, KINDS, ONE, REFUSED, SAID, TWO, Kind, draft

from autograder import course
from autograder.authoring.filled_notebook import as_bytes, filled, reference_answers
from autograder.errors import Unreadable
from autograder.grading.grader import Graded, grade, without_checks
from autograder.grading.options import Options
from autograder.restore import submission, submitted_cell, undo_edits
from autograder.restore.read import read
from autograder.restore.released import release
from autograder.restore.submission import Submission, recognise, restore
from autograder.restore.submitted_cell import SubmittedNotebook
from autograder.restore.syntax import Code

BOTH = [ONE, TWO]
WHOLE_CLASS_S = 1500  # wall seconds on a busy machine, for all of them: they are graded before the first is judged
TABLE = Path(__file__).resolve().parents[2] / "docs" / "damaged_notebooks.md"
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@cache
def of_kind(kind: Kind, id: str) -> Submission:
    """The restored notebook for a kind of damage; not to be changed."""
    return restored(kind.file(id), id)


def restored(data: bytes, id: str) -> Submission:
    """The notebook that the grader would run, after recognising the assignment by itself."""
    notebook = read(data)
    assert recognise(notebook) == id
    return restore(notebook, id)


def bare(node: ast.AST) -> str:
    """A definition without its docstrings."""
    for part in ast.walk(node):
        if isinstance(part, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(part) is not None:
            part.body = part.body[1:] or [ast.Pass()]
    return ast.dump(node)


@cache
def wanted(id: str) -> dict[str, str]:
    """The reference's definition of each solution."""
    return {name: bare(ast.parse(text).body[0]) for name, text in reference_answers(id).items()}


def lost(notebook: nbformat.NotebookNode, id: str) -> set[str]:
    """The solutions that are not the reference's definitions when the cells have run from top to bottom."""
    stands, known = dict.fromkeys(wanted(id), ""), set(vars(builtins))
    for cell in notebook.cells:
        if cell.cell_type != "code" or "skip-execution" in cell.metadata.get("tags", []):
            continue
        try:
            body = ast.parse(cell.source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            if isinstance(node, ast.ClassDef) and not {base.id for base in node.bases} <= known:
                break  # NameError: the rest of the cell is not reached
            known |= Code(ast.unparse(node)).names
            for name in Code(ast.unparse(node)).names & stands.keys():
                stands[name] = bare(node)
    return {name for name, node in stands.items() if node != wanted(id)[name]}


def may_lose(kind: Kind, id: str) -> set[str]:
    """The solutions that a kind of damage itself rewrites or overwrites."""
    return {kind.named(id)} - {""}


def test_there_are_enough_kinds():
    assert len(KINDS) >= 45
    assert len({kind.description for kind in KINDS.values()}) == len(KINDS)
    assert sum(kind.outcome == FULL for kind in KINDS.values()) >= 35


@pytest.mark.parametrize("id", BOTH)
@kinds
def test_no_answer_is_lost_in_silence(kind, id):
    if kind.outcome == REFUSED:
        with pytest.raises(Unreadable, match=rf"\b{kind.named(id)}\b"):
            restored(kind.file(id), id)
        return
    submitted = of_kind(kind, id)
    assert lost(submitted.notebook, id) <= may_lose(kind, id)
    for name in release(id).cells:
        copies = [cell for cell in submitted.notebook.cells if submitted_cell.id_of(cell) == name]
        assert len(copies) <= 1
        if release(id).is_locked(name):
            assert [cell.source for cell in copies] == [release(id).source(name)]
    nbformat.validate(submitted.notebook)


@pytest.mark.parametrize("id", BOTH)
@kinds
def test_the_notes_name_the_cell(kind, id):
    if kind.outcome != SAID or kind.name == "tabs and spaces mixed":  # that cell is named when it is run
        return
    notes = [note for note in of_kind(kind, id).notes if f"The cell {kind.named(id)} " in note]
    assert any(re.search("the last (one|function or class) counts", note) for note in notes)


@pytest.mark.parametrize("id", BOTH)
@kinds
def test_restoring_again_changes_nothing(kind, id):
    if kind.outcome == REFUSED:
        return
    once = of_kind(kind, id).notebook
    again = restored(json.dumps(once).encode(), id).notebook
    assert [(cell.source, cell.metadata) for cell in again.cells] == [(c.source, c.metadata) for c in once.cells]


@pytest.mark.parametrize("id", BOTH)
def test_an_undamaged_notebook_has_no_notes(id):
    submitted = restored(as_bytes(filled(id)), id)
    assert submitted.notes == []
    assert [cell.source for cell in submitted.notebook.cells] == [cell.source for cell in filled(id).cells]


# Each step of the repair is needed: without it these kinds lose an answer.
NEEDED = {
    "_join_halves": ["class split above a method", "class split at a methods def", "function split above its return"],
    "_cut_out_checks": ["answer merged with the training"],
    "_run_answers_in_text_cells": ["answer turned into markdown", "answers turned into raw text"],
    "_leave_out_stubs": [
        "stub pasted below the answer",
        "answer above the stub in one cell",
        "methods above their stubs",
    ],
}


@pytest.mark.parametrize(("step", "name"), [(step, name) for step, names in NEEDED.items() for name in names])
def test_without_a_step_an_answer_is_lost(step, name, monkeypatch):
    monkeypatch.setattr(undo_edits, step, lambda cells, released: [])
    notebook = restored(KINDS[name].file(ONE), ONE).notebook
    if step == "_cut_out_checks":
        above = next(cell.source for cell in notebook.cells if "class BetterRnnlm" in cell.source)
        assert "train_toy_rnnlm(" in above
    else:
        assert lost(notebook, ONE)


@pytest.mark.parametrize("name", ["cells in reverse order"])
def test_without_the_order_a_class_is_lost(name, monkeypatch):
    monkeypatch.setattr(submission, "needed_first", lambda cells, released: [])
    assert lost(restored(KINDS[name].file(ONE), ONE).notebook, ONE) == {"RnnlmGen"}


def test_a_cell_that_is_needed_is_run_first_and_named():
    notes = of_kind(KINDS["cells in reverse order"], ONE).notes
    assert notes == ["The cell Rnnlm stood below the cell RnnlmGen, which needs Rnnlm: it was run first."]


def test_a_lost_note_is_missed(monkeypatch):
    monkeypatch.setattr(submission, "notes_on_repeated_answers", lambda cells, ids, released: [])
    assert restored(KINDS["older try below without an id"].file(ONE), ONE).notes == []


# not repaired, since the student meant it so


@pytest.mark.parametrize(
    "below",
    [
        "def helper(x):\n    return x",
        "    x = 1",
        "    def helper(x):\n        return x",
        "def backward(layer):\n    return layer",
        "return 5 +",
        "%matplotlib inline",
        "",
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\n    "])
def test_a_cell_that_stands_by_itself_is_not_joined(below, end):
    one = draft(ONE)
    one.cell(FUNCTION[ONE])["source"] += end
    notebook = nbformat.from_dict(one.content)
    notebook.cells.insert(one.place(FUNCTION[ONE]) + 1, nbformat.v4.new_code_cell(below))
    cells = SubmittedNotebook(notebook).cells
    assert undo_edits.mended(cells, release(ONE)) == []
    assert cells[one.place(FUNCTION[ONE]) + 1].source == below


def test_a_stub_that_was_not_answered_stays():
    one = draft(TWO)
    one.cell(CLASS[TWO])["source"] = one.stub(CLASS[TWO])["source"]
    submitted = restored(json.dumps(one.content).encode(), TWO)
    assert submitted.notes == []
    assert lost(submitted.notebook, TWO) == {CLASS[TWO]}


def test_a_stub_above_its_answer_stays_too():
    one = draft(ONE)
    place = one.place(FUNCTION[ONE])
    one.cells.insert(place, one.stub(FUNCTION[ONE]) | {"metadata": {}})
    submitted = restored(json.dumps(one.content).encode(), ONE)
    assert submitted.notes == []
    assert submitted.notebook.cells[place].source == one.stub(FUNCTION[ONE])["source"]


def test_much_code_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(submitted_cell, "MAX_CODE", 1000)
    submitted = restored(KINDS["stub pasted below the answer"].file(ONE), ONE)
    assert submitted.notes[0] == submission.TOO_MUCH


def test_cells_are_joined_to_a_limit():
    one = draft(ONE)
    place = one.place(FUNCTION[ONE]) + 1
    one.cells[place:place] = [{"cell_type": "code", "metadata": {}, "source": "    return 1"} for _ in range(1000)]
    cells = restored(json.dumps(one.content).encode(), ONE).notebook.cells
    assert cells[place - 1].source.count("    return 1") == undo_edits.MAX_PARTS - 1


@pytest.mark.parametrize("deep", ["-" * 50_000 + "1", "a" + "()" * 40_000, "1" + "+1" * 40_000, "(" * 90_000, "\0"])
def test_code_too_deep_to_be_read_harms_nobody(deep):
    one = draft(ONE)
    one.cells[4]["source"] = f"x = {deep}"
    one.cell(FUNCTION[ONE])["source"] += f"\ny = {deep}"
    submitted = restored(json.dumps(one.content).encode(), ONE)
    assert submitted.notes == []
    assert lost(submitted.notebook, ONE) == {FUNCTION[ONE]}


def test_a_circle_of_cells_that_need_one_another_ends():
    one = draft(ONE)
    name = CLASS[ONE]
    one.cell(name)["source"] = one.cell(name)["source"].replace(f"class {name}", f"class {name}(Ahead)")
    chain = [f"class {'Ahead' if not n else f'C{n}'}(C{n + 1}): pass" for n in range(1500)]
    one.cells.extend({"cell_type": "code", "metadata": {}, "source": source} for source in chain)
    one.cells.append({"cell_type": "code", "metadata": {}, "source": f"class C1500({name}): pass"})
    notes = restored(json.dumps(one.content).encode(), ONE).notes
    assert "which needs Ahead: it was run first." in notes[0]


def test_what_a_try_out_in_an_answers_cell_needs_is_not_moved():
    one = draft(ONE)
    one.cell(FUNCTION[ONE])["source"] += "\nsoftmax(later)"
    one.cells.append({"cell_type": "code", "metadata": {}, "source": "later = np.zeros(3)"})
    submitted = restored(json.dumps(one.content).encode(), ONE)
    assert submitted.notes == []
    assert submitted.notebook.cells[-1].source == "later = np.zeros(3)"


# in the sandbox


def as_graded(kind: Kind) -> str:
    """The assignment in which a kind is graded: for a quarter the second one, which takes twice as long."""
    return TWO if list(KINDS).index(kind.name) % 4 == 1 else ONE


def same_run(kind: Kind) -> object:
    """A key equal for kinds that run exactly the same code, which need not all be graded."""
    id = as_graded(kind)
    if kind.outcome == REFUSED:
        return kind.name
    cells = without_checks(copy.deepcopy(of_kind(kind, id).notebook)).cells
    return id, tuple(cell.source for cell in cells if submitted_cell.is_run(cell))


def _graded(work: tuple[str, bytes]) -> Graded:
    """The result of one file; graded once more, as every command does, if a busy machine left it no time."""
    id, data = work
    options = Options(assignment=id, training=False)
    graded = grade(data, options)
    return grade(data, options) if graded.starved else graded


@pytest.fixture(scope="module")
def graded() -> dict[str, Graded]:
    """The results by kind, graded two at a time; kinds that run the same code are graded once."""
    runs = {kind.name: same_run(kind) for kind in KINDS.values()}
    first = {run: KINDS[name] for name, run in reversed(runs.items())}
    work = [(as_graded(kind), kind.file(as_graded(kind))) for kind in first.values()]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        results = dict(zip(first, pool.map(_graded, work), strict=True))
    assert len(results) >= 20
    return {name: results[run] for name, run in runs.items()}


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_CLASS_S)
@kinds
def test_it_is_graded_with_full_marks_or_the_cell_is_named(kind, graded):
    id, result = as_graded(kind), graded[kind.name].result
    if kind.outcome == REFUSED:
        assert not result.questions
        assert kind.named(id) in result.problem
        return
    assert result.graded
    assert len(result.questions) == len(course.current().load(id).questions)
    wrong = {question.id for question in result.questions if question.reason not in ("correct", "skipped")}
    if kind.outcome == FULL:
        assert not wrong, result.output
        assert result.score == result.max_score
    else:
        asked_there = {info.id for info in course.current().load(id).questions if kind.named(id) in info.cells}
        assert wrong
        assert wrong <= asked_there
        assert any(f"the cell {kind.named(id)} " in note.replace("The", "the", 1) for note in result.notes)


# the table


def table() -> str:
    """The page about the kinds of damage."""
    rows = [f"| {kind.name} | {kind.program} | {kind.description} | {kind.outcome} |" for kind in KINDS.values()]
    head = [
        "# Damaged notebooks and their outcomes",
        "",
        "Written by `PYTHONPATH=tests python tests/restore/test_damaged_notebooks.py`; the tests there hold it. Each "
        "kind of damage is done to a right answer of two assignments. The last column is what the tests demand: full "
        "marks for every question; or no mark, and a message that names the cell; or, where the student's own later "
        "definition decides, marks lost for that cell alone, and a note that names it.",
        "",
        "| damage | done by | how | outcome |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows]) + "\n"


def test_the_table_lists_what_is_tested():
    assert TABLE.read_text(encoding="utf-8") == table()


if __name__ == "__main__":
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(), encoding="utf-8")
    sys.stdout.write(f"{len(KINDS)} kinds written to {TABLE.name}\n")
