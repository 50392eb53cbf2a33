"""Takes memory until none is left, while the notebook runs.

honest: double correct, scale_forward correct
"""

# %% first
kept = []
while True:
    kept.append(bytes(2**26))
