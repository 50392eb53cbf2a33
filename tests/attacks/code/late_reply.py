"""Answers after its time is up, when the next question may be under way.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""


# %% double
def double(xs):
    import time

    time.sleep(3)
    return 2 * xs
