"""The reference: the definitions of the solution's cells, run in this process."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.course import cells, handout
from autograder.course.assignments import Assignment
from autograder.errors import TaskError


def namespace(assignment: Assignment, answers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The globals after running the solution's cells, made anew at every call; `answers`, by grade_id, replace some.

    Runs the locked ungraded code cells and the solution cells in order; `given` is assembled, and importable
    by these cells only. Raises TaskError if a cell does not run.
    """
    id, given = assignment.id, _given(assignment)
    names = _namespace(f"reference_{id}", assignment.source, given)
    with _no_windows():
        for cell in cells.read(assignment.source):
            if cell.is_support or (cell.solution and cell.kind == "code"):
                _run((answers or {}).get(cell.grade_id, cell.source), f"<{id}: {cell.grade_id}>", names)
    return names


def _given(assignment: Assignment) -> ModuleType | None:
    """The handed-out module, not entered in sys.modules, so that assignments cannot mix; None if there is none."""
    text = handout.assemble(assignment.root / "solutions", assignment.id)
    if not text:
        return None
    module = ModuleType(f"given_{assignment.id}")
    module.__file__ = str(assignment.release / "given.py")  # the data that students get is beside it
    with _no_windows():
        _run(text, f"<{assignment.id}: given.py>", vars(module))
    return module


def _namespace(name: str, source: Path, given: ModuleType | None) -> dict[str, Any]:
    """Globals in which `import given` always finds the handed-out module."""

    def import_(module: str, *args: Any, **kwargs: Any) -> Any:
        if module == "given" and given is not None:
            return given
        return builtins.__import__(module, *args, **kwargs)

    return {"__name__": name, "__file__": str(source), "__builtins__": {**vars(builtins), "__import__": import_}}


def _run(text: str, filename: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(text, filename, "exec"), namespace)
    except Exception as error:
        raise TaskError(f"the reference does not run: {filename}: {type(error).__name__}: {error}") from error


@contextmanager
def _no_windows() -> Iterator[None]:
    """Make matplotlib draw into memory if it is imported inside the block."""
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    try:
        yield
    finally:
        if before is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = before
