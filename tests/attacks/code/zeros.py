"""Answers with zeros everywhere, which agree with one another.

honest: double wrong, scale_forward wrong
"""

# %% double
import numpy as np


def double(xs):
    return np.zeros_like(xs)


# %% Scale
class Scale:
    def __init__(self, w):
        self.params, self.grads = [w], [np.zeros_like(w)]

    def forward(self, xs):
        return np.zeros_like(xs)
