"""Makes the kernel send results and marks of other cells, as if they had run and were right.

honest: double wrong, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
for kind in ("execute_result", "display_data"):
    content = {"data": {"text/plain": "40.0"}, "metadata": {}, "execution_count": 1, "transient": {}}
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
