"""Takes memory in files without a name.

honest: double correct, scale_forward correct
says: PermissionError
"""

# %% first
import os

for number in range(1000):
    handle = os.memfd_create(f"planted-{number}")
    os.write(handle, bytes(2**26))
