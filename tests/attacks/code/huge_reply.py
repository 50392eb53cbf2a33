"""Answers with half a gigabyte.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import numpy as np

    return np.broadcast_to(np.zeros(1, np.int8), (2**27,))
