"""The course as data: assignments, cells, hand-outs, datasets, references."""

from autograder.course.assignments import Assignment, QuestionInfo, name_of, notebook_of, question_id, source_of
from autograder.course.current import current, using, work_on
from autograder.course.protocol import Course
from autograder.course.script_course import ScriptCourse

__all__ = [
    "Assignment",
    "Course",
    "QuestionInfo",
    "ScriptCourse",
    "current",
    "name_of",
    "notebook_of",
    "question_id",
    "source_of",
    "using",
    "work_on",
]
