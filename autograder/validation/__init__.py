"""The release gate: prove that an assignment is sound before anyone is marked by it."""

from autograder.validation.gate import validate

__all__ = ["validate"]
