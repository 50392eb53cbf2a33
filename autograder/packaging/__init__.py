"""Zips of one assignment: the one that students may have, and the one that Gradescope grades with."""

from autograder.packaging.kinds import Kind

__all__ = ["Kind"]
