"""Connects to the network and to the machine's sockets, by name and by abstract name.

honest: double wrong, scale_forward correct
"""

# %% first
import socket
from pathlib import Path


def attempt(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as end:
            end.settimeout(0.2)
            end.connect(address)
            end.send(b"planted")
            print("connected", address)
    except OSError as error:
        print(address, error)


attempt(socket.AF_INET, ("127.0.0.1", int("@PORT@")))
attempt(socket.AF_INET, ("192.0.2.1", 80))
attempt(socket.AF_INET, ("127.0.0.1", int("@PORT@")), socket.SOCK_DGRAM)
attempt(socket.AF_UNIX, "\0@ABSTRACT@")
attempt(socket.AF_UNIX, "@OUTSIDE@/host.sock")
for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
    if len(line.split()) > 7:
        attempt(socket.AF_UNIX, line.split()[7].replace("@", "\0", 1))
