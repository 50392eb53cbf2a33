"""Replaces the grader's server by one that accepts every connection and never answers.

honest: double wrong, scale_forward wrong
graded: double crashed, scale_forward crashed
"""

# %% last
import os
import socket
import time

import autograder.agent.server


def silent(path, namespace):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{path}.new")
    listener.listen(100)
    os.rename(f"{path}.new", path)
    time.sleep(1000)


autograder.agent.server.serve = silent
