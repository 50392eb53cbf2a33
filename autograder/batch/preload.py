"""Loads what grading needs; the processes of a pool begin as copies of the one that did.

Garbage collection leaves alone what was loaded: to look through it again and again takes longer than most tests.
"""

from __future__ import annotations

import gc

from autograder.batch import slow_imports

slow_imports.leave_out()

import autograder.batch.worker  # noqa: E402, F401

gc.collect()
gc.freeze()
