"""Makes the kernel send malformed outputs: numbers for texts, lists for maps, nothing at all.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
send, parent = kernel.session.send, kernel.get_parent()
send(kernel.iopub_socket, "error", {"ename": 5, "evalue": {"a": 1}, "traceback": [7, None]}, parent=parent)
send(kernel.iopub_socket, "error", {"ename": None, "evalue": None, "traceback": None}, parent=parent)
send(kernel.iopub_socket, "stream", {"name": 3, "text": 12}, parent=parent)
send(kernel.iopub_socket, "display_data", {"data": {"text/plain": 4}, "metadata": {}}, parent=parent)
send(kernel.iopub_socket, "display_data", {"data": ["text/plain"], "metadata": 3}, parent=parent)
send(kernel.iopub_socket, "display_data", {"data": {"image/png": {"a": [1]}}, "metadata": {}}, parent=parent)
