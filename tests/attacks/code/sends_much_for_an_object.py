"""Sends 64 MiB of bytes, and then a number, where a reference to an object is expected.

honest: double correct, scale_forward wrong
"""

# %% last
import autograder.agent.server

sent = []


def keep(servant, value):
    sent.append(value)
    return bytes(2**26 - 30) if len(sent) % 2 else 7


autograder.agent.server.Servant._keep = keep
