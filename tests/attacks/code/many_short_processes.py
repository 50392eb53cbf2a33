"""Starts one short busy process after another beside an endless question, so that their CPU time is hard to count.

honest: double wrong, scale_forward correct
graded: double timeout, scale_forward correct
"""


# %% double
def double(xs):
    import os
    import signal
    import threading

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def start():
        while True:
            if os.fork() == 0:
                sum(range(200_000))
                os._exit(0)

    threading.Thread(target=start, daemon=True).start()
    while True:
        pass
