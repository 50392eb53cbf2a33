"""nbclient's runner of cells, extended: below a line that raised, it goes on with the definitions there."""

from __future__ import annotations

from typing import Any

import nbformat
from nbclient import NotebookClient

from autograder.restore.rest_of_cell import rest_below

MAX_RESTS = 5  # statements that may raise in one cell


class DefiningRunner(NotebookClient):
    """Runs a cell and, if a statement in it raised, the definitions below that. The cell is shown as handed in."""

    async def async_execute_cell(
        self, cell: nbformat.NotebookNode, cell_index: int, *arguments: Any, **options: Any
    ) -> nbformat.NotebookNode:
        """The cell with its outputs, those of its rest among them. Raises the same errors as nbclient."""
        done: nbformat.NotebookNode = await super().async_execute_cell(cell, cell_index, *arguments, **options)
        part = done
        for _ in range(MAX_RESTS):
            error = next((output for output in part.get("outputs", []) if output.output_type == "error"), None)
            rest = rest_below(part.source, error) if error is not None else ""
            if not rest:
                break
            part = nbformat.v4.new_code_cell(rest)
            done.metadata.pop("execution", None)  # the kernel's reply is yet to come
            try:
                await super().async_execute_cell(part, cell_index, store_history=False)
            finally:
                self.nb.cells[cell_index] = done
                done.outputs += part.outputs
        return done
