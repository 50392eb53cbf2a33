"""Warns and writes to stderr all the time, with right answers.

honest: double correct, scale_forward correct
"""

# %% first
import logging
import sys
import warnings


# %% double
def double(xs):
    warnings.warn("this may take a moment", stacklevel=1)
    logging.error("an error is logged")
    print("Traceback (most recent call last): AssertionError", file=sys.stderr)
    return 2 * xs
