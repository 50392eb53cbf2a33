"""The configuration of nbgrader in this repository, for its commands and for ours.

`nbgrader_config.py` hands it to `nbgrader`; our own commands pass it to nbgrader's Python API.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from pathlib import Path

from traitlets.config import Config

from autograder.course.plain_path import plain_path

BUILT_SOURCE = "build/source"
RELEASE = "assignments"

# nbgrader's own list with our two steps, and without InstantiateTests, which writes tests from templates (not used).
RELEASE_STEPS = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "autograder.authoring.preprocessors.NameStubs",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograder.authoring.preprocessors.StudentsKernel",
]

# nbgrader's own list, with the notebook first put back into the form that was released: CheckCellMetadata, which takes
# longer than the rest, has nothing to find after that.
SANITIZE_STEPS = [
    "nbgrader.preprocessors.ClearOutput",
    "autograder.gradebook.preprocessors.RestoreCells",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
]

# nbgrader's own list, with Execute and SaveAutoGrades replaced: its kernel never starts.
GRADE_STEPS = [
    "autograder.gradebook.preprocessors.GradeInSandbox",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.gradebook.preprocessors.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
]


def settings(root: Path) -> Config:
    """The configuration for a course whose files are under `root` (absolute)."""
    put_tools_on_path()
    leave_out_remarks()
    config = Config()
    set_folders(config, root)
    set_release(config)
    set_grading(config)
    return config


def set_folders(config: Config, root: Path) -> None:
    """Set the folders. The gradebook is `root`/gradebook.db, nbgrader's own choice."""
    # nbgrader escapes the root's path except for the characters of globs.
    config.CourseDirectory.root = str(plain_path(root) if set(str(root)) & set("*?[") else root)
    config.CourseDirectory.source_directory = BUILT_SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.CourseDirectory.submitted_directory = "submitted"
    config.CourseDirectory.autograded_directory = "autograded"
    config.CourseDirectory.feedback_directory = "feedback"
    # nbgrader's defaults for these two would lie in the repository's top folder, one of them named almost `solutions`.
    config.CourseDirectory.solution_directory = "build/solution"
    config.CourseDirectory.source_with_tests_directory = "build/source_with_tests"


def set_release(config: Config) -> None:
    """Configure `nbgrader generate_assignment`."""
    config.GenerateAssignment.exporter_class = "autograder.authoring.unedited.CheckedSourceExporter"
    config.GenerateAssignment.preprocessors = RELEASE_STEPS
    # The release is under version control, so it is nearly always there, and nbgrader would leave it alone and the
    # gradebook empty.
    config.GenerateAssignment.force = True
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}


def set_grading(config: Config) -> None:
    """Configure `nbgrader autograde`, `generate_feedback` and `export`."""
    config.Autograde.exporter_class = "autograder.gradebook.grading_ahead.GradingAheadExporter"
    config.Autograde.sanitize_preprocessors = SANITIZE_STEPS
    config.Autograde.autograde_preprocessors = GRADE_STEPS
    config.OverwriteCells.add_missing_cells = True
    config.GenerateFeedback.exporter_class = "autograder.gradebook.feedback.FeedbackExporter"
    config.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
    config.ExportApp.plugin_class = "autograder.gradebook.export.GradedMarksCsv"


def leave_out_remarks() -> None:
    """Silence SQLAlchemy 2.1's warnings about nbgrader's own code (0.9.6), repeated at every submission."""
    warnings.filterwarnings("ignore", r"Object of type <\w+> not in session, add operation along")


def put_tools_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name to make a gradebook, even in an environment not activated."""
    if shutil.which("alembic") is None:
        folder = Path(sys.executable).parent
        os.environ["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
