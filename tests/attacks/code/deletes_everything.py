"""Deletes the course, the work of others, the home folder and all else it can reach.

honest: double wrong, scale_forward correct
"""

# %% first
import glob
import shutil

for path in ("@COURSE@", "@OUTSIDE@", "@HOME@", *glob.glob("/tmp/ag-*"), "."):
    shutil.rmtree(path, ignore_errors=True)
