"""Answers with an integer of millions of digits, which takes hours to print.

honest: double wrong, scale_forward correct
"""


# %% double
def double(xs):
    return 1 << 10**8
