"""Ends the kernel in a cell, with a status that says all went well.

honest: double correct, scale_forward correct
says: ended the kernel
"""

# %% first
import os

os._exit(0)
