"""Runs a cell that cannot be interrupted.

honest: double correct, scale_forward correct
says: could not be stopped
"""

# %% first
import contextlib
import time

while True:
    with contextlib.suppress(BaseException):
        time.sleep(1000)
