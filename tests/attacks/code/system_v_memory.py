"""Takes seven gigabytes in System V segments, which belong to no process.

honest: double correct, scale_forward correct
"""

# %% first
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
segments = 0
while segments < 14:
    segment = libc.shmget(0, ctypes.c_size_t(2**29), 0o1600)
    if segment < 0:
        break
    place = libc.shmat(segment, None, 0)
    ctypes.memset(ctypes.c_void_p(place), 1, 2**29)
    segments += 1
assert segments == 0, f"{segments} segments"
