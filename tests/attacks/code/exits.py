"""Ends the program politely, in a cell and in a question.

honest: double wrong, scale_forward correct
graded: double crashed, scale_forward correct
"""

# %% first
import sys

sys.exit(0)


# %% double
def double(xs):
    sys.exit(0)
