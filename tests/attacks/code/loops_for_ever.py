"""Computes without end.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""


# %% double
def double(xs):
    while True:
        pass
