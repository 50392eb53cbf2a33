"""The course as data: assignments, cells, hand-outs, datasets, references."""

from autograder.course.assignments import CHECK_SUFFIX, Assignment, QuestionInfo, name_of
from autograder.course.current import current, using, work_on
from autograder.course.protocol import Course
from autograder.course.script_course import ScriptCourse

__all__ = [
    "CHECK_SUFFIX",
    "Assignment",
    "Course",
    "QuestionInfo",
    "ScriptCourse",
    "current",
    "name_of",
    "using",
    "work_on",
]
