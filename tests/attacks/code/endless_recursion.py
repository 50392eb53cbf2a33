"""Calls itself until the stack overflows.

honest: double wrong, scale_forward correct
graded: double crashed, scale_forward correct
"""


# %% double
def double(xs):
    import sys

    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr([self, Deep()])

    return repr(Deep())
