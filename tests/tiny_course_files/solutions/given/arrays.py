"""Arrays to try things on."""

import numpy as np


def ramp(n):
    """0, 1, ..., n - 1 as floats.

    n        int
    returns  float64 (n,)
    """
    return np.arange(n, dtype=np.float64)
