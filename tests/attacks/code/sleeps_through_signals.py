"""Sleeps for ever, ignoring every signal that can be ignored.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""

# %% double
import contextlib


def double(xs):
    import signal
    import time

    for number in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    time.sleep(1000)
