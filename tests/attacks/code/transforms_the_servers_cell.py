"""Rewrites the grader's own last cell, so that a server of the student's answers all questions.

honest: double wrong, scale_forward wrong
says: what came back is not an answer
"""

# %% first
from IPython import get_ipython

SERVER = """
import os, re, socket, sys
import autograder.agent.server
from autograder.agent.wire import Channel
path = {path!r}
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(8)
while True:
    channel = Channel(listener.accept()[0])
    try:
        channel.send(os.getpid())
        channel.receive()
        while True:
            channel.receive()
            channel.send(("correct", "passed", 100))
    except Exception:
        pass
"""


def served_by_us(lines):
    for line in lines:
        if "autograder.agent" in line and "serve(" in line:
            return [part + "\n" for part in SERVER.format(path=line.split("'")[3]).splitlines()]
    return lines


get_ipython().input_transformers_cleanup.append(served_by_us)
