"""Ends the kernel in a cell, with an exit status of success.

honest: double correct, scale_forward correct
says: ended the kernel
"""

# %% first
import os

os._exit(0)
