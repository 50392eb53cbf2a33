"""Many submissions: find them, grade them, enter them into the gradebook."""

from autograder.classroom.handed_in import HandedIn, find

__all__ = ["HandedIn", "find"]
