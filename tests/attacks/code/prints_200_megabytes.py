"""Prints 200 megabytes in one line.

honest: double correct, scale_forward correct
"""

# %% first
print("planted " * (200 * 2**20 // 8))


# %% double
def double(xs):
    print("planted " * (20 * 2**20 // 8))
    return 2 * xs
