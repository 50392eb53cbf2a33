"""A kernel for one notebook, started before the rest of the grader is loaded: loading takes as long as its start.

Its assignment is guessed from the ids in the notebook's metadata, and a wrong guess costs nothing: grading recognises
the notebook itself, and starts another kernel if this one has the wrong files.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder import course
from autograder.grading.options import Options
from autograder.sandbox.bubblewrap import require_bubblewrap
from autograder.sandbox.spare_kernel import SpareKernel


@contextlib.contextmanager
def kernel(path: Path, options: Options) -> Iterator[SpareKernel]:
    """A kernel with the files of the likely assignment of `path`; none yet if that cannot be told at once.

    Raises SandboxMissing.
    """
    id = likely_assignment(path)
    with contextlib.closing(SpareKernel()) as spare_kernel:
        if id is not None and options.assignment in (None, id):
            if options.confined:
                require_bubblewrap()
            spare_kernel.start(
                course.current().handed_out(id), options.limits, options.confined, course.current().needed_packages(id)
            )
        yield spare_kernel


def likely_assignment(path: Path) -> str | None:
    """The assignment with most cell ids in common with the notebook at `path`; None if none has two."""
    try:
        ids = _grade_ids(path)
        built = [id for id in course.current().assignment_ids() if _release(id).is_file()]
        shared = {id: len(ids & _grade_ids(_release(id))) for id in built}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    best = max(shared, key=lambda id: shared[id], default="")
    return best if best and shared[best] >= 2 else None


def _release(id: str) -> Path:
    return course.notebook_of(course.current().root, id)


def _grade_ids(path: Path) -> set[Any]:
    cells = json.loads(path.read_bytes())["cells"]
    return {cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]}
