"""The exporter of `nbgrader autograde`: grades a submission before nbgrader removes anything.

nbgrader removes a submission's folder in autograded/ before it grades it again, and the rest of it if that fails. An
exporter is made before both.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.nbgrader_settings import BUILT_SOURCE
from autograder.authoring.unedited import require_unedited
from autograder.errors import GraderError
from autograder.gradebook.reading import SubmittedNotebookExporter
from autograder.grading.grader import forget_loaded, grade_patiently, loaded_reference
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.sandbox import SpareKernel, require_bubblewrap
from autograder.sandbox.own_files import lying_beside


class GradingAheadExporter(SubmittedNotebookExporter):
    """Reads submissions for nbgrader; grades one at once if nbgrader is going to remove its earlier grading.

    graded_ahead   that submission, graded, by its bytes
    Making one raises GraderError, TaskError if nothing can be graded: nbgrader stops then, and has changed nothing.
    """

    _converter: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._converter = self.parent
        self.graded_ahead: dict[bytes, Graded] = {}
        if self.config.GradeInSandbox.get("results_folder"):
            return  # `autograder grade` has graded it
        id = self._converter.coursedir.assignment_id
        if len(self._converter.assignments) == 1:
            _require_notebook(id, next(iter(self._converter.assignments.values())))
        options_asked = Options(assignment=id)
        with contextlib.closing(_ready_kernel(options_asked)) as spare_kernel:
            if len(self._converter.assignments) == 1:
                for notebook in next(iter(self._converter.assignments.values())):
                    if self._will_be_removed(notebook):
                        self._grade(Path(notebook), options_asked, spare_kernel)

    def _will_be_removed(self, notebook: str) -> bool:
        """Whether nbgrader is going to remove an earlier grading of this submission."""
        folders = self._converter.coursedir
        names = self._converter.init_single_notebook_resources(notebook)["nbgrader"]
        old, new = (
            folders.format_path(folder, names["student"], names["assignment"])
            for folder in (folders.autograded_directory, folders.submitted_directory)
        )
        times = [folders.get_existing_timestamp(folder) for folder in (old, new)]
        return Path(old).is_dir() and (self._converter.force or (None not in times and times[1] > times[0]))

    def _grade(self, path: Path, options: Options, spare_kernel: SpareKernel) -> None:
        data = path.read_bytes()
        graded = grade_patiently(data, replace(options, own_files=lying_beside(path)), spare_kernel)
        if not graded.notebook:
            raise GraderError(f"{graded.result.problem}; what was graded before is still there")
        self.graded_ahead[data] = graded


def _require_notebook(id: str, notebooks: Sequence[str]) -> None:
    """Raise GraderError if no notebook of a submission has the assignment's name: nbgrader passes by others."""
    names = [Path(notebook).name for notebook in notebooks]
    wanted = f"{course.current().load(id).name}.ipynb"
    if wanted not in names:
        raise GraderError(
            f"there is no {wanted}, only {' and '.join(sorted(names))}: rename it, or use `python -m autograder grade`,"
            " which finds it under any name"
        )


def _ready_kernel(options: Options) -> SpareKernel:
    """A kernel for a submission. Raises an AutograderError if no submission of the assignment can be graded.

    A Jupyter server lives for weeks: the course may have been changed since it was loaded.
    """
    id = str(options.assignment)
    assignment = course.current().load(id)
    forget_loaded()
    source_notebook.refresh([id])
    require_unedited(assignment, course.current().root / BUILT_SOURCE / id / f"{assignment.name}.ipynb")
    require_bubblewrap()
    loaded_reference(id)
    spare_kernel = SpareKernel()
    spare_kernel.start(course.current().handed_out(id), options.limits, options.confined)
    return spare_kernel
