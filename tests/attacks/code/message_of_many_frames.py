"""Sends one message of eighty frames, each as long as a frame may be.

honest: double wrong, scale_forward correct
"""

# %% last
import time

from IPython import get_ipython

_k, _b = get_ipython().kernel, bytes(15 * 2**20)
_k.session.send(_k.iopub_socket, "status", {"execution_state": "busy"}, parent=_k.get_parent(), buffers=[_b] * 80)
time.sleep(2)
