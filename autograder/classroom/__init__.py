"""Many submissions: find them, grade them, enter them into the gradebook."""

from autograder.classroom.grade_class import grade_class, grade_many
from autograder.classroom.handed_in import HandedIn, find

__all__ = ["HandedIn", "find", "grade_class", "grade_many"]
