"""Makes a user namespace, and in it one network namespace after another.

honest: double correct, scale_forward correct
says: no namespace: EPERM, EPERM
"""

# %% first
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
codes = []
for flags in (0x10000000, 0x40000000):
    codes.append(errno.errorcode[ctypes.get_errno()] if libc.unshare(flags) else "made")
raise RuntimeError("no namespace: " + ", ".join(codes))
