"""Writes into every folder whose name it knows.

honest: double wrong, scale_forward correct
"""

# %% first
import os

places = [
    "@COURSE@",
    "@OUTSIDE@",
    "@HOME@",
    "@REPOSITORY@",
    "/",
    "/etc",
    "/usr/local",
    "/var/tmp",
    "/tmp",
    "/dev/shm",
    "..",
]
for place in [*places, *os.sys.path]:
    for name in ("planted.py", "planted.pth"):
        try:
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, name), "w") as file:
                file.write("import os; os.write(2, b'planted')\n")
        except OSError:
            pass
