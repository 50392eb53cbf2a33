"""The comparisons of hidden suites: each check passes, or raises CheckFailed with three lines for the student."""

from autograder.testing.checks.distributions import distribution, draws
from autograder.testing.checks.gradients import gradient
from autograder.testing.checks.layers import in_place, layer_gradients, untouched, weighted_sum
from autograder.testing.checks.tensors import tensor, tensors
from autograder.testing.checks.values import at_least, at_most, between, dtype, equal, raises, shape, values

__all__ = [
    "at_least",
    "at_most",
    "between",
    "distribution",
    "draws",
    "dtype",
    "equal",
    "gradient",
    "in_place",
    "layer_gradients",
    "raises",
    "shape",
    "tensor",
    "tensors",
    "untouched",
    "values",
    "weighted_sum",
]
