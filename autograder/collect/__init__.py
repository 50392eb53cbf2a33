"""Finds what was handed in: one entry per student and assignment, from any learning platform's download."""

from autograder.collect.handed_in import HandedIn, find

__all__ = ["HandedIn", "find"]
