"""Writes result files, gradebooks and a record on the screen, all with full marks.

honest: double wrong, scale_forward correct
"""

# %% first
import json
import os

record = json.dumps({"score": 100, "tests": [{"name": "double", "score": 40, "max_score": 40}], "planted": True})
for folder in (".", "/tmp", "/autograder/results", "@COURSE@", "@OUTSIDE@"):
    for name in ("results.json", "gradebook.db", "planted.json"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write(record)
        except OSError:
            pass
print(record)
