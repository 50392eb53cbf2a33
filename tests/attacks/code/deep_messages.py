"""Makes the kernel send messages of lists in lists, a hundred thousand deep.

honest: double correct, scale_forward correct
"""

# %% first
from IPython import get_ipython

kernel = get_ipython().kernel
honest_pack = kernel.session.pack
deep = b'{"data": {"text/plain": ' + b"[" * 100_000 + b"]" * 100_000 + b'}, "metadata": {}}'
kernel.session.pack = lambda value: deep if value == {"deep": True} else honest_pack(value)
kernel.session.send(kernel.iopub_socket, "display_data", {"deep": True}, parent=kernel.get_parent())
