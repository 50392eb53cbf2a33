"""Leaves a folder that nobody may enter, not even its owner, beside the kernel's sockets.

honest: double correct, scale_forward correct
"""

# %% last
import glob
import os

(folder,) = glob.glob("/tmp/ag-*/run")
os.makedirs(f"{folder}/planted/shut")
with open(f"{folder}/planted/shut/file", "wb") as file:
    file.write(bytes(2**18))
os.chmod(f"{folder}/planted/shut", 0)
os.chmod(f"{folder}/planted", 0)
