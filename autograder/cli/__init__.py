"""The command line: commands and their exit statuses."""

from autograder.cli.app import main

__all__ = ["main"]
