"""The reading of submissions by `nbgrader autograde`: as `autograder grade` reads them, not as nbformat does.

nbformat refuses a notebook with a cell without metadata, a kernel without a name to be displayed, a byte order mark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from nbconvert.exporters import NotebookExporter

from autograder.restore.limits import MAX_NOTEBOOK_BYTES, refuse_large
from autograder.restore.read import read
from autograder.sandbox.own_files import read_regular


class SubmittedNotebookExporter(NotebookExporter):
    """nbconvert's exporter of notebooks, as nbgrader uses it: for a submitted file, then for its sanitized copy."""

    def from_file(  # type: ignore[override]  # text comes out, not a notebook
        self, file_stream: Any, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The notebook in an open file, after the preprocessors. Raises Unreadable for a submitted one."""
        path, plain = Path(file_stream.name), cast(Any, super())
        if self._is_submitted(path):
            notebook = read(read_regular(path, MAX_NOTEBOOK_BYTES, refuse_large)).node
            text, resources = cast(Any, self).from_notebook_node(notebook, resources=resources, **options)
        else:
            text, resources = plain.from_file(file_stream, resources=resources, **options)
        return text, resources

    def _is_submitted(self, path: Path) -> bool:
        folders = cast(Any, self.parent).coursedir
        submitted = folders.format_path(folders.submitted_directory, ".", ".")
        return path.absolute().is_relative_to(Path(submitted).absolute())
