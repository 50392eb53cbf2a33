"""Attacks in a notebook's cells and metadata, not in its code, each made by an edit of an honest notebook.

A docstring's first line describes the attempt; the facts below it are as in the files of tests/attacks/code.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

import nbformat
from tiny_course import grade_id

Notebook = nbformat.NotebookNode
EDITS: list[Callable[[Notebook], None]] = []
SCRIPT = "<script>document.title = 'planted'</script><img src=x onerror=alert(1)>"


def edit(function: Callable[[Notebook], None]) -> Callable[[Notebook], None]:
    """Register a function as an edit."""
    EDITS.append(function)
    return function


def _cell(notebook: Notebook, id: str) -> Any:
    return next(cell for cell in notebook.cells if grade_id(cell) == id)


def _checks(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


@edit
def tags_the_checks(notebook: Notebook) -> None:
    """Tags the check cells to be skipped.

    honest: double wrong, scale_forward correct
    """
    for cell in _checks(notebook):
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


@edit
def deletes_the_checks(notebook: Notebook) -> None:
    """Leaves out the check cells.

    honest: double wrong, scale_forward correct
    says: was missing: it was put back as released
    """
    gone = [grade_id(cell) for cell in _checks(notebook)]
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in gone]


@edit
def unlocks_the_checks(notebook: Notebook) -> None:
    """Turns check cells into solution cells, and solution cells into plain ones.

    honest: double wrong, scale_forward correct
    """
    for cell in notebook.cells:
        facts = cell.metadata.get("nbgrader")
        if facts:
            facts.update(solution=not facts["solution"], grade=facts["solution"], locked=False, points=100)


@edit
def credit_that_is_text(notebook: Notebook) -> None:
    """Lets the check cells end in a text, which nbgrader takes for full marks.

    honest: double wrong, scale_forward correct
    says: it was put back as released
    """
    for cell in _checks(notebook):
        cell.source = "'full marks'"


@edit
def credit_that_is_negative(notebook: Notebook) -> None:
    """Lets the check cells end in a negative number, and in NaN.

    honest: double wrong, scale_forward correct
    says: it was put back as released
    """
    for cell, value in zip(_checks(notebook), ("-40.0", "float('nan')"), strict=True):
        cell.source = value


@edit
def points_of_its_own(notebook: Notebook) -> None:
    """Gives its questions a thousand points each, and negative ones, and points that are text.

    honest: double wrong, scale_forward correct
    """
    for cell, points in zip(_checks(notebook), (1000, "all"), strict=True):
        cell.metadata["nbgrader"]["points"] = points
    _cell(notebook, "double").metadata["nbgrader"]["points"] = -5


@edit
def marks_beforehand(notebook: Notebook) -> None:
    """Comes with outputs and a record that give it full marks.

    honest: double wrong, scale_forward correct
    """
    for cell in _checks(notebook):
        cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "100.0"}, execution_count=1)]
    tests = [{"name": name, "score": 100, "max_score": 100} for name in ("double", "scale_forward")]
    notebook.metadata["autograder"] = {"score": 100, "tests": tests, "extra_data": {"assignment": "01_tiny"}}


@edit
def doubles_its_cells(notebook: Notebook) -> None:
    """Contains every cell twice, with its id.

    honest: double wrong, scale_forward correct
    says: was there 2 times: the last one counts
    """
    notebook.cells = [twin for cell in notebook.cells for twin in (cell, copy.deepcopy(cell))]


@edit
def another_schema(notebook: Notebook) -> None:
    """Claims other versions of nbgrader and of the notebook format.

    honest: double wrong, scale_forward correct
    """
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["schema_version"] = 99
    notebook.nbformat_minor = 99


@edit
def another_kernel(notebook: Notebook) -> None:
    """Asks for a kernel that would run a command.

    honest: double wrong, scale_forward correct
    """
    argv = ["/bin/sh", "-c", "echo > /tmp/planted"]
    notebook.metadata["kernelspec"] = {"name": "/bin/sh", "argv": argv, "language": "bash", "display_name": "../.."}
    notebook.metadata["language_info"] = {"name": "bash", "version": {"planted": 1}}


@edit
def rewrites_a_locked_cell(notebook: Notebook) -> None:
    """Puts code into a locked cell.

    honest: double wrong, scale_forward correct
    says: The cell imports had been changed
    """
    _cell(notebook, "imports").source = "import os\nos._exit(0)"


@edit
def ids_that_lead_outside(notebook: Notebook) -> None:
    """Gives cells nbgrader ids that are paths, markup, or longer than a page.

    honest: double wrong, scale_forward correct
    says: had lost its nbgrader id
    """
    names = ("../../planted", "/tmp/planted", SCRIPT, "x" * 100_000, "double'; drop table grade; --")
    for cell, name in zip(notebook.cells[::-1], names, strict=False):
        cell.metadata["nbgrader"] = {"grade_id": name, "grade": True, "points": 5, "locked": True, "solution": False}


@edit
def cell_ids_that_are_none(notebook: Notebook) -> None:
    """Gives cells invalid ids: paths, markup, longer than allowed.

    honest: double wrong, scale_forward correct
    """
    for cell, name in zip(notebook.cells, ("../../planted", SCRIPT, "x" * 1000, ""), strict=False):
        cell["id"] = name


@edit
def texts_that_act(notebook: Notebook) -> None:
    """Contains text cells with scripts, pictures of the grader's files, and attachments.

    honest: double wrong, scale_forward correct
    """
    picture = base64.b64encode(f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>".encode()).decode()
    text = f"{SCRIPT}\n\n![a](@HOME@/canary.txt) <img src='@HOME@/canary.txt'> [b](javascript:alert('planted'))"
    text += "\n\n![c](attachment:a.svg) {{ 7 * 7 }} {% include '/etc/passwd' %}"
    cell = nbformat.v4.new_markdown_cell(text)
    cell["attachments"] = {"a.svg": {"image/svg+xml": picture}}
    notebook.cells.insert(0, cell)


@edit
def picture_shown_without_end(notebook: Notebook) -> None:
    """Contains one picture of a megabyte, which a short text shows three thousand times.

    honest: double wrong, scale_forward correct
    says: shows more pictures than a page can hold
    """
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(2**20)).decode()
    cell = nbformat.v4.new_markdown_cell("![][x]" * 3000 + "\n\n[x]: attachment:a.png")
    cell["attachments"] = {"a.png": {"image/png": picture}}
    notebook.cells.insert(0, cell)


@edit
def deep_metadata(notebook: Notebook) -> None:
    """Contains metadata of lists in lists, two hundred deep.

    honest: double wrong, scale_forward correct
    """
    nested: list[Any] = []
    for _ in range(200):
        nested = [nested]
    notebook.metadata["deep"] = nested
    for cell in notebook.cells:
        cell.metadata["tags"] = cell.metadata["deep"] = nested


@edit
def thousands_of_cells(notebook: Notebook) -> None:
    """Contains four thousand more cells.

    honest: double wrong, scale_forward correct
    """
    notebook.cells += [nbformat.v4.new_markdown_cell(f"planted {number}") for number in range(4000)]


@edit
def ends_its_kernel_between_long_cells(notebook: Notebook) -> None:
    """Mixes cells that sleep with more kernel-ending cells than restarts are allowed: each restart would rerun all.

    honest: double wrong, scale_forward correct
    says: ended the kernel, so the notebook was run without it
    """
    notebook.cells[1:1] = [nbformat.v4.new_code_cell("import time\ntime.sleep(0.5)") for _ in range(5)]
    notebook.cells += [nbformat.v4.new_code_cell("import os\nos._exit(0)") for _ in range(8)]
