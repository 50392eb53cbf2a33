"""Writes its own bytes into the socket to the grader.

honest: double wrong, scale_forward correct
"""

# %% first
import contextlib
import os
import stat


def sockets():
    for descriptor in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                yield descriptor
        except OSError:
            pass


# %% double
def double(xs):
    for descriptor in sockets():
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\0\0\0\x10" + b"\xc1" * 16 + os.urandom(1000))
    return 3 * xs
