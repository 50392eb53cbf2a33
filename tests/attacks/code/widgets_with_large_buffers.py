"""Sends nearly empty widget messages, each with a buffer of 6 MiB.

honest: double wrong, scale_forward correct
"""

# %% last
import time

from IPython import get_ipython

_k = get_ipython().kernel
for _n in range(40):
    _data = {"comm_id": "w", "data": {"state": {}, "buffer_paths": [["b", _n]]}}
    _k.session.send(_k.iopub_socket, "comm_msg", _data, parent=_k.get_parent(), buffers=[bytes(6 * 2**20)])
    time.sleep(0.05)
