"""Saves the reference's answers in one question, to use them in another.

honest: double wrong, scale_forward correct
"""

# %% double
import os
import pickle

KEPT = "/tmp/planted-answers"


def double(xs):
    if os.path.exists(KEPT):
        with open(KEPT, "rb") as file:
            return pickle.load(file)
    return 3 * xs


# %% Scale
class Scale:
    def __init__(self, w):
        self.params = [w]

    def forward(self, xs):
        doubled = double(xs)
        with open(KEPT, "wb") as file:
            pickle.dump(doubled, file)
        return doubled * self.params[0]
