"""Numerical gradients, to look at a hand-written backward pass from outside."""

import numpy as np


def numerical_gradient(loss, array, eps=1e-5):
    """The gradient of `loss()`, a function without arguments, with respect to every number of `array` (float64).

    Each number is moved by `eps` up and down, in place, and put back: two calls of `loss` per number.
    Returns an array of the same shape. ValueError: `array` is not float64 (float32 is too coarse for this).
    """
    if array.dtype != np.float64:
        raise ValueError(f"array must be float64 for a numerical gradient, got {array.dtype}")
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + eps
        above = loss()
        array[index] = kept - eps
        below = loss()
        array[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient
