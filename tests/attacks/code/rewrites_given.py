"""Rewrites the handed-out file, the module, and the data beside it.

honest: double wrong, scale_forward correct
"""

# %% first
import os
import sys

import given

for path in (given.__file__, "data/numbers.txt"):
    for attempt in (
        lambda path: os.remove(path),
        lambda path: os.truncate(path, 0),
        lambda path: os.chmod(path, 0o777),
    ):
        try:
            attempt(path)
            print("done", path)
        except OSError as error:
            print(error)
given.ramp = lambda n: [0.0] * n
sys.modules["given"] = sys
