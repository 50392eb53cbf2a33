"""Shows something small and later, when output is no longer counted, replaces it by millions of characters.

honest: double correct, scale_forward correct
"""

# %% first
from IPython.display import HTML, display, update_display

handles = [display(str(i), display_id=f"place-{i}") for i in range(20)]

# %% last
for i in range(20):
    update_display(HTML("<b>planted</b>" * 200_000), display_id=f"place-{i}")
