"""Forks for ever, and ends the questioned process when it can fork no more.

honest: double wrong, scale_forward correct
graded: double crashed/timeout, scale_forward correct
"""


# %% double
def double(xs):
    import os
    import time
    from pathlib import Path

    assert Path("/proc/1/comm").read_text() == "bwrap\n", "not confined"
    asked = os.getpid()
    while True:
        try:
            os.fork()
        except OSError:
            os.kill(asked, 9)
            time.sleep(1000)
