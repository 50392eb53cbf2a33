"""Undo damage done by editors where that is safe: cells split, merged, turned into text, or left as stubs.

Each step changes the list of cells in place and returns notes; each note names the cell. Of several definitions by
the student none is removed: the last one counts, as when the notebook is run, and a note says so.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

import nbformat

from autograder.errors import Unreadable
from autograder.restore.match_cells import sentence
from autograder.restore.released import SKIPPED, Release
from autograder.restore.submitted_cell import MAX_CODE, SubmittedCell, is_stub
from autograder.restore.syntax import (
    DEFINITIONS,
    FUNCTIONS,
    Code,
    lines_of,
    meaning,
    methods,
    names_of,
    only,
    stands_alone,
    without,
    without_whitespace,
)

Cells = list[SubmittedCell]
CONFLICT = re.compile(r"^<<<<<<<(?: .*)?$", re.MULTILINE)
MAX_PARTS = 20  # into which a cell may have been split


def mended(cells: Cells, released: Release) -> list[str]:
    """Repair the cells before they are matched. Raises Unreadable, naming the cell, if one holds a merge conflict."""
    for cell in cells:
        if cell.grade_id in released.solutions:
            cell.node.metadata.pop("tags", None)  # it is run whatever its tags
    _refuse_conflicts(cells, released)
    notes = _join_halves(cells, released)
    _cut_out_checks(cells, released)
    notes += _run_answers_in_text_cells(cells, released)
    notes += _run_definitions_of_skipped_cells(cells, released)
    return notes + _leave_out_stubs(cells, released)


def _refuse_conflicts(cells: Cells, released: Release) -> None:
    for place, cell in enumerate(cells):
        locked = cell.grade_id in released.cells and released.is_locked(cell.grade_id)
        if cell.is_run and not locked and CONFLICT.search(cell.source) and cell.code.tree is None:
            title = cell.label(place, released)
            raise Unreadable(f"{title} holds two versions of a merge (after <<<<<<<): keep one and hand in again")


# cells split in two


def _join_halves(cells: Cells, released: Release) -> list[str]:
    """Join a cell that was split inside a definition with the rest of the definition in the next one."""
    notes, place, parts = [], 0, 1
    while place + 1 < len(cells):
        upper, lower = cells[place], cells[place + 1]
        both_code = upper.is_code and lower.is_code
        whole = _joined(upper.code, lower.code, released) if both_code and parts < MAX_PARTS else ""
        if not whole:
            place, parts = place + 1, 1
            continue
        parts += 1
        upper.rewrite(whole)
        if not upper.grade_id:
            upper.node.metadata = lower.node.metadata
        del cells[place + 1]
        notes.append(sentence(f"{upper.label(place, released)} had been split: its parts were joined."))
    return list(dict.fromkeys(notes))


def _joined(above: Code, below: Code, released: Release) -> str:
    """The original text of two cells that were one; "" if they were not."""
    upper, lower = above.text, below.text
    if not lower.strip() or not re.search(r"^[ \t]*(?:def|class|async)\b", upper, re.MULTILINE):
        return ""
    if not (above.tree is None or not stands_alone(lower) or _is_method_of_it(above, lower, released)):
        return ""
    ways = [upper + "\n" + lower, upper + lower, upper + "\n" + textwrap.indent(lower, _depth(upper))]
    if upper and not upper.rpartition("\n")[2].strip():
        ways = [upper + lower, *ways]
    return next((way for way in ways if _took_in(Code(way), above)), "")


def _depth(upper: str) -> str:
    indent = re.search(r"^([ \t]+)\S", upper, re.MULTILINE)
    return indent[1] if indent else "    "


def _took_in(whole: Code, upper: Code) -> bool:
    """Whether the text can be parsed and its last definition above the join was extended by the text below."""
    now, before = whole.statements, upper.statements
    if not before or len(now) < len(before):
        return upper.tree is None and bool(now)
    return isinstance(before[-1], DEFINITIONS) and meaning(now[len(before) - 1]) != meaning(before[-1])


def _is_method_of_it(upper: Code, lower: str, released: Release) -> bool:
    """Whether `lower` begins with a method that is missing in the class at the end of `upper`."""
    above, below = upper.statements, Code(textwrap.dedent(lower)).statements
    if not above or not isinstance(above[-1], ast.ClassDef) or not below or not isinstance(below[0], FUNCTIONS):
        return False
    first = next(iter([*below[0].args.posonlyargs, *below[0].args.args]), None)
    if first is None or first.arg != "self" or below[0].name in [method.name for method in methods(above[-1])]:
        return False
    return lower[:1] in " \t" or f"{above[-1].name}.{below[0].name}" in released.stubs


# cells merged


def _cut_out_checks(cells: Cells, released: Release) -> None:
    """Remove cells that are never run when grading from the cells they were merged into; they are put back later."""
    texts = {text: without_whitespace(text) for text in released.unrun}
    for cell in cells:
        if not cell.is_run:
            continue
        whole = without_whitespace(cell.source)
        for text, short in texts.items():
            if short in whole and len(short) < len(whole):
                cell.rewrite(_cut(cell.source, text))
                whole = without_whitespace(cell.source)


def _cut(source: str, text: str) -> str:
    lines, gone = source.split("\n"), [line.rstrip() for line in text.strip("\n").split("\n")]
    for start in range(len(lines) - len(gone) + 1):
        if [line.rstrip() for line in lines[start : start + len(gone)]] == gone:
            return "\n".join([*lines[:start], *lines[start + len(gone) :]])
    return source


def added_to(code: Code, id: str, released: Release) -> str:
    """A student's additions to the locked cell `id`: definitions, and assignments too in a cell that is run."""
    kinds: tuple[type[ast.stmt], ...] = (*DEFINITIONS, ast.Import, ast.ImportFrom)
    if not released.is_check(id):
        kinds = (*kinds, ast.Assign, ast.AnnAssign)
    known = {ast.dump(node) for node in Code(released.source(id)).statements}
    added = [node for node in code.statements if isinstance(node, kinds) and ast.dump(node) not in known]
    return only(code.text, added)


# cells that are not run


def _run_answers_in_text_cells(cells: Cells, released: Release) -> list[str]:
    """Turn a text cell with an answer into code if no code cell has that answer."""
    notes = []
    answered = {name for cell in cells if cell.is_code for name in cell.answers(released)}
    for id in released.solutions:
        if id in answered:
            continue
        places = [place for place in _possible_code_cells(cells, id) if id in cells[place].answers(released)]
        if places:
            text = cells[places[-1]].node
            code = nbformat.v4.new_code_cell(text.source, metadata=text.metadata)
            cells[places[-1]] = SubmittedCell(code)
            notes.append(f"The cell {id} had been turned into text: it was run as code.")
    return notes


def _possible_code_cells(cells: Cells, name: str) -> Iterator[int]:
    """The places of text cells that name an answer and can be parsed as code, within a limit on the text parsed."""
    left = MAX_CODE
    for place, cell in enumerate(cells):
        if cell.is_code or name not in cell.source or len(cell.source) > left:
            continue
        left -= len(cell.source)
        if cell.code.tree:
            yield place


def _run_definitions_of_skipped_cells(cells: Cells, released: Release) -> list[str]:
    """Run the definitions in the student's own cells that are tagged as skipped: a copied cell brings its tag along."""
    notes = []
    for place in reversed(range(len(cells))):
        cell, whole = cells[place], without_whitespace(cells[place].source)
        if (
            not cell.is_code
            or cell.is_run
            or cell.grade_id in released.cells
            or any(text in whole for text in released.long)
        ):
            continue
        written = [
            node for node in cell.code.statements if isinstance(node, DEFINITIONS) and not is_stub(node, released)
        ]
        text = only(cell.source, written)
        if text and not (place and cells[place - 1].source == text):
            cells.insert(place, SubmittedCell.from_source(text, cell))
            names = ", ".join(sorted(cells[place].code.names))
            notes.append(f"Cell {place + 1} is tagged not to be run: what it defines ({names}) was run all the same.")
    return notes[::-1]


# stubs below answers, and several answers


def _leave_out_stubs(cells: Cells, released: Release) -> list[str]:
    """Leave out released stubs below an answer of the same name, which they would overwrite."""
    answered: set[str] = set()
    notes = []
    for cell in cells:
        if not cell.is_run:
            continue
        spans = []
        for node in cell.code.statements:
            stub, names = is_stub(node, released), names_of(node) & set(released.solutions)
            if stub and names <= answered:
                spans.append(lines_of(node))
                notes += [
                    f"The cell {name} stood below its answer as it was released: the answer counts." for name in names
                ]
            elif isinstance(node, ast.ClassDef) and not stub:
                spans += _stub_methods(node, released, notes)
            answered |= set() if stub else names
        if spans:
            _leave_out(cell, spans)
    return list(dict.fromkeys(notes))


def _stub_methods(node: ast.ClassDef, released: Release, notes: list[str]) -> Iterator[tuple[int, int]]:
    """The line spans of stubs in a class that stand below the written method."""
    written: set[str] = set()
    for method in methods(node):
        if not is_stub(method, released, node.name):
            written.add(method.name)
        elif method.name in written:
            notes.append(
                f"The cell {node.name} has {method.name} as it was released below the answer: the answer counts."
            )
            yield lines_of(method)


def _leave_out(cell: SubmittedCell, spans: list[tuple[int, int]]) -> None:
    """Remove these lines from a cell; a cell with nothing else in it stays visible but is not run."""
    left = without(cell.source, spans)
    if Code(left).statements:
        cell.rewrite(left)
    else:
        cell.node.metadata = nbformat.from_dict({"tags": [SKIPPED]})


def notes_on_repeated_answers(cells: Cells, ids: Sequence[str], released: Release) -> list[str]:
    """Notes on answers with several different definitions.

    ids  the ids that the cells were matched with; no note if the last answer is in the last cell of that id, as
         another note says so already
    """
    definitions: dict[str, list[tuple[int, ast.stmt]]] = {id: [] for id in released.solutions}
    for place, cell in enumerate(cells):
        for node in cell.code.statements if cell.is_run else []:
            for name in names_of(node) & definitions.keys():
                if not is_stub(node, released):
                    definitions[name].append((place, node))
    claimed = [cell.grade_id for cell in cells]
    return [
        f"The cell {name} is not the only one that defines {name}: there are {len(versions)}, and the last function or "
        "class counts."
        for name, versions in definitions.items()
        if len(versions) > 1
        and len({meaning(node) for _, node in versions}) > 1
        and not (claimed.count(name) > 1 and ids[versions[-1][0]] == name)
    ]
