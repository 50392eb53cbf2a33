"""Load the modules that grading needs; the processes of a pool are copies of the process that runs this.

Garbage collection leaves these modules alone: to look through them again and again takes longer than most tests.
"""

from __future__ import annotations

import gc

from autograder.batch import slow_imports

slow_imports.leave_out()

import autograder.batch.worker  # noqa: E402, F401

gc.collect()
gc.freeze()
