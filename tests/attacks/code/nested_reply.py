"""Answers with lists in lists, ten thousand deep.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    nested = []
    for _ in range(10_000):
        nested = [nested]
    return nested
