"""What a person types, and the exit status they get."""

from autograder.cli.app import main

__all__ = ["main"]
