"""Allocates ten gigabytes in the folder of the kernel's sockets without writing a byte.

honest: double correct, scale_forward correct
says: No space left on device
"""

# %% first
import glob
import os

(folder,) = glob.glob("/tmp/ag-*/run")
for number in range(160):
    handle = os.open(f"{folder}/planted-{number}", os.O_CREAT | os.O_WRONLY)
    os.posix_fallocate(handle, 0, 2**23)
    os.close(handle)
