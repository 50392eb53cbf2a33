"""Opens a hundred thousand files and keeps them.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    import os

    import numpy as np

    kept = []
    for _ in range(100_000):
        try:
            kept.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            break
    return np.full_like(xs, len(kept))
