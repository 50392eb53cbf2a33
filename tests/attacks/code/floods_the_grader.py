"""Shows forty pictures of thirty megabytes in one cell, each just small enough to be accepted.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
picture = "planted" * (30 * 2**20 // 7)
for _ in range(40):
    content = {"data": {"image/png": picture}, "metadata": {}}
    kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent())
