"""Asks the kernel to end, in a cell whose effect must not be blamed on another.

honest: double wrong, scale_forward correct
says: called exit() or quit(), which ends the kernel in Jupyter
"""

# %% first
exit()
