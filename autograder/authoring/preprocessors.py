"""Our own steps of `nbgrader generate_assignment`, named in its configuration beside nbgrader's."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course.cells import STUB_LINE

BARE_STUB = "raise NotImplementedError()"
STUDENTS_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class NameStubs(NbGraderPreprocessor):  # type: ignore[misc,unused-ignore]
    """Give each stub the id of its question. Comes after ClearSolutions.

    The id is in the line above: `# lstm_forward: about 8 lines`.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Name the stubs of one cell."""
        if cell.metadata.get("nbgrader", {}).get("solution"):
            lines = cell.source.split("\n")
            cell.source = "\n".join(_named(above, line) for above, line in zip(["", *lines], lines, strict=False))
        return cell, resources


class StudentsKernel(NbGraderPreprocessor):  # type: ignore[misc,unused-ignore]
    """Set the kernel to the one that every Jupyter has. Comes last: SaveCells must record the confined one."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Set the notebook's kernel."""
        notebook.metadata["kernelspec"] = dict(STUDENTS_KERNEL)
        return notebook, resources


def _named(above: str, line: str) -> str:
    stub = STUB_LINE.match(above)
    if stub is None or line.strip() != BARE_STUB:
        return line
    return line.replace(BARE_STUB, f'raise NotImplementedError("{stub["question"]}")')
