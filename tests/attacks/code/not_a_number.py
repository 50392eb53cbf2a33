"""Answers with NaN, which no comparison finds too far away.

honest: double wrong, scale_forward wrong
"""

# %% double
import numpy as np


def double(xs):
    return np.full_like(xs, np.nan)


# %% Scale
class Scale:
    def __init__(self, w):
        self.params = [w]

    def forward(self, xs):
        return np.full_like(xs, np.nan)
