"""Makes the kernel send messages without the required fields.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
for kind in (
    "stream",
    "error",
    "display_data",
    "comm_open",
    "comm_msg",
    "status",
    "clear_output",
    "update_display_data",
):
    kernel.session.send(kernel.iopub_socket, kind, {}, parent=kernel.get_parent())
