"""Makes the kernel number a cell and its result with texts of megabytes, and use a stream name of its own.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
for kind, content in (
    ("execute_input", {"code": "", "execution_count": "planted" * 2**22}),
    ("stream", {"name": "planted", "text": "planted"}),
    ("execute_result", {"data": {"text/plain": "4"}, "metadata": {}, "execution_count": "planted"}),
    ("execute_input", {"code": "", "execution_count": "planted" * 2**21}),
):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
