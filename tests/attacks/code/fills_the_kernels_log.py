"""Writes endlessly to the kernel's own output, bypassing IPython.

honest: double correct, scale_forward correct
"""

# %% first
import os

line = b"planted" * 100_000
for _ in range(200):
    try:
        os.write(1, line)
    except OSError as error:
        print(error)
        break
