"""Reads at address zero.

honest: double wrong, scale_forward correct
graded: double crashed, scale_forward correct
"""


# %% double
def double(xs):
    import ctypes

    return ctypes.string_at(0)
