"""Makes the kernel number a cell with a text of 28 megabytes, name a stream with a number, show a number as text.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
for kind, content in (
    ("execute_input", {"code": "", "execution_count": "planted" * 2**22}),
    ("stream", {"name": 3, "text": "planted"}),
    ("stream", {"name": "planted", "text": "planted"}),
    ("display_data", {"data": {"text/plain": 4, "image/png": "planted"}, "metadata": {}}),
    ("execute_result", {"data": {"text/plain": "4"}, "metadata": {}, "execution_count": "planted"}),
):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
