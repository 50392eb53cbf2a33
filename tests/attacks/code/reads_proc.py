"""Looks for the grader in /proc: its files, its folder, its memory, its command line.

honest: double wrong, scale_forward correct
"""

# %% first
import contextlib
import glob
import os
from pathlib import Path

for path in glob.glob("/proc/[0-9]*"):
    try:
        print(path, Path(path, "cmdline").read_text().replace("\0", " ")[:200])
    except OSError:
        continue
    for way in ("root", "cwd"):
        for name in ("@COURSE@/solutions/01_tiny/tiny.py", "@HOME@/canary.txt", "@OUTSIDE@/canary.txt"):
            with contextlib.suppress(OSError):
                print(Path(f"{path}/{way}{name}").read_text())
    for descriptor in glob.glob(f"{path}/fd/*"):
        try:
            if os.path.isfile(descriptor):
                print(Path(descriptor).read_text(errors="replace")[:1000])
        except OSError:
            pass
for pid in (os.getppid(), 1):
    try:
        with open(f"/proc/{pid}/mem", "rb") as memory:
            print(memory.read(10))
    except OSError as error:
        print(error)
