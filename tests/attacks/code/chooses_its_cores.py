"""Asks for all cores, the highest priority, and real-time scheduling ahead of all others.

honest: double wrong, scale_forward correct
"""

# %% first
import os

refused = []
for ask in (
    lambda: os.sched_setaffinity(0, range(os.cpu_count())),
    lambda: os.nice(-10),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
):
    try:
        ask()
    except PermissionError:
        refused.append(ask)
assert len(refused) == 3, refused
