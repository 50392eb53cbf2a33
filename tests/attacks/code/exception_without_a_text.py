"""Raises an exception whose text takes for ever to compute.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""


# %% double
class Endless(Exception):
    def __str__(self):
        while True:
            pass


def double(xs):
    raise Endless
