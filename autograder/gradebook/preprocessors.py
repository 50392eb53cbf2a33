"""The steps that replace nbgrader's own in `nbgrader autograde` (see `autograder.authoring.nbgrader_settings`).

The notebook is put back into its released form, graded in the sandbox, and the marks are written where nbgrader
looks for them. A question that could not be graded gets no mark and the flag "needs manual grade".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Unicode

from autograder.errors import GraderError
from autograder.gradebook.check_cells import question_of
from autograder.gradebook.precomputed import prepared
from autograder.grading.grader import grade_patiently
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.restore.read import read
from autograder.restore.released import SKIPPED
from autograder.restore.submission import recognise, restore
from autograder.result import NOT_GRADED, QuestionResult, Result
from autograder.sandbox.own_files import lying_beside

Resources = dict[str, Any]


class RestoreCells(NbGraderPreprocessor):
    """First step of sanitizing: matches cells by id, then by content, and puts locked ones back as released."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """The restored notebook."""
        id = resources["nbgrader"]["assignment"]
        notebook = read(nbformat.writes(nb).encode())
        return restore(notebook, recognise(notebook, id)).notebook, resources


class GradeInSandbox(NbGraderPreprocessor):
    """Replaces nbgrader's Execute: runs and judges the submission, and puts marks and feedback into the check cells."""

    results_folder = Unicode("", help="folder of results already made by `autograder grade`; empty: grade now").tag(
        config=True
    )

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """The executed notebook with a mark in every check cell. GraderError if it could not be graded at all."""
        path = self._submitted(resources)
        data, id = path.read_bytes(), resources["nbgrader"]["assignment"]
        graded = prepared(self.results_folder, data) or self.parent.graded_ahead.get(data)
        graded = graded or grade_patiently(data, Options(assignment=id, own_files=lying_beside(path)))
        if not graded.notebook:
            raise GraderError(graded.result.problem)
        resources["autograder"] = graded.result
        executed = with_marks(graded)
        executed.metadata.update({key: value for key, value in nb.metadata.items() if key not in executed.metadata})
        return executed, resources

    def _submitted(self, resources: Resources) -> Path:
        """The file as it was handed in: `preprocess` gets it after sanitizing."""
        names = resources["nbgrader"]
        folders = self.parent.parent.coursedir  # the exporter's converter
        folder = folders.format_path(folders.submitted_directory, names["student"], names["assignment"])
        return Path(folder) / f"{names['notebook']}.ipynb"


class SaveMarks(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, except that a question without a mark gets neither full marks nor zero."""

    def _add_score(self, cell: nbformat.NotebookNode, resources: Resources) -> None:
        result: Result = resources["autograder"]
        question = question_of(cell.metadata.nbgrader["grade_id"], result)
        if question is not None and question.score is not None:
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        if question is None or question.reason != "skipped":
            grade.auto_score, grade.needs_manual_grade = None, True
        elif grade.auto_score is None:  # a question left out keeps the mark it has; without one nobody need look at it
            grade.needs_manual_grade = False
        self.gradebook.db.commit()


def with_marks(graded: Graded) -> nbformat.NotebookNode:
    """The executed notebook; each check cell's outputs are its feedback and its mark. The record is in the metadata."""
    notebook: nbformat.NotebookNode = nbformat.from_dict(json.loads(graded.notebook))
    notebook.metadata["autograder"] = graded.result.to_json()
    for cell in notebook.cells:
        if not cell.metadata.get("nbgrader", {}).get("grade"):
            continue
        cell.metadata["tags"] = [tag for tag in cell.metadata.get("tags", []) if tag != SKIPPED]
        question = question_of(cell.metadata.nbgrader["grade_id"], graded.result)
        cell.outputs = _outputs(question) if question is not None else []
    return notebook


def _outputs(question: QuestionResult) -> list[nbformat.NotebookNode]:
    """Feedback as text, then the mark as nbgrader reads it: the cell's first result."""
    text = f"{question.id}: {question.reason}\n\n{question.output}\n"
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    if question.reason == NOT_GRADED:
        return outputs
    score = {"text/plain": repr(float(question.score or 0.0))}
    return [*outputs, nbformat.v4.new_output("execute_result", data=score, execution_count=1)]
