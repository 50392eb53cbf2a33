"""Prints the environment variables of its own process and of all others that it can see.

honest: double wrong, scale_forward correct
"""

# %% first
import glob
import os
from pathlib import Path

print(dict(os.environ))
for path in glob.glob("/proc/*/environ"):
    try:
        print(path, Path(path).read_text(errors="replace"))
    except OSError as error:
        print(path, error)
