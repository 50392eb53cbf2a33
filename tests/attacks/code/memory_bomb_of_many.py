"""Takes memory in many processes at once, each within its limit.

honest: double wrong, scale_forward correct
graded: double memory/timeout, scale_forward correct
"""


# %% double
def double(xs):
    import os
    import time

    for _ in range(25):
        if os.fork() == 0:
            block = bytearray(os.urandom(2**20)) * 90
            time.sleep(1000)
            print(len(block))
    time.sleep(1000)
