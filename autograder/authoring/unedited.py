"""Refuse to release an edited build/source/: it is made from solutions/, as the hidden tests are.

nbgrader removes a release before making it anew. The exporter is created before that, so a refusal changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter

from autograder import course
from autograder.authoring import source_notebook
from autograder.errors import TaskError

MARKS = ("grade_id", "grade", "solution", "locked", "points")


class CheckedSourceExporter(NotebookExporter):
    """nbconvert's exporter to notebooks, for `nbgrader generate_assignment`.

    Creating one raises TaskError for a source notebook that differs from solutions/.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        converter = self.parent
        for folder, notebooks in converter.assignments.items() if converter is not None else ():
            for notebook in notebooks:
                require_unedited(course.current().load(Path(folder).name), Path(notebook))


def require_unedited(assignment: course.Assignment, notebook: Path) -> None:
    """Raise TaskError unless the cells of the built source notebook are those of its source in solutions/."""
    made = json.loads(source_notebook.files(assignment)[f"{assignment.name}.ipynb"])
    if not notebook.is_file() or _facts(json.loads(notebook.read_bytes())) == _facts(made):
        return
    source = assignment.source.relative_to(course.current().root)
    raise TaskError(
        f"{notebook} is not what {source} says: it was edited, or is out of date. It is made from there, as the hidden "
        f"tests are: make the change there, then run `python -m autograder build {assignment.id}`"
    )


def _facts(notebook: dict[str, Any]) -> list[tuple[object, ...]]:
    """The facts about each cell that count, without outputs, ids and metadata left by an editor."""
    facts = []
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        facts.append((cell["cell_type"], source.rstrip(), *(marks.get(mark) or None for mark in MARKS)))
    return facts
