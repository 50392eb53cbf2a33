"""Takes a lock on the gradebook and keeps it.

honest: double wrong, scale_forward correct
"""

# %% first
import sqlite3

for path in ("@COURSE@/gradebook.db", "gradebook.db", "/tmp/gradebook.db"):
    try:
        connection = sqlite3.connect(path, isolation_level="EXCLUSIVE")
        connection.execute("create table planted (mark real)")
        connection.execute("begin exclusive")
        connection.execute("update grade set auto_score = 100")
    except sqlite3.Error as error:
        print(path, error)
