"""The confined kernel: it runs a notebook and then answers the grader's questions."""

from autograder.sandbox.box import Box, Limits
from autograder.sandbox.bubblewrap import require_bubblewrap
from autograder.sandbox.private_folders import remove_leftovers
from autograder.sandbox.session import Session
from autograder.sandbox.spare_kernel import SpareKernel
from autograder.sandbox.walls import walls

__all__ = ["Box", "Limits", "Session", "SpareKernel", "remove_leftovers", "require_bubblewrap", "walls"]
