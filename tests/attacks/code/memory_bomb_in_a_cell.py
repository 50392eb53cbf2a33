"""Takes memory until there is none, when the notebook runs.

honest: double correct, scale_forward correct
"""

# %% first
kept = []
while True:
    kept.append(bytes(2**26))
