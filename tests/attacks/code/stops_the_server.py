"""Stops (without killing it) the process that would answer the next question.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import os
    import signal

    os.kill(os.getppid(), signal.SIGSTOP)
    return 3 * xs
