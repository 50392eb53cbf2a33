"""Deletes everything that the notebook defined, by IPython and by hand.

honest: double wrong, scale_forward correct
says: deletes all names: what the cells above defined counts
"""

# %% last
from IPython import get_ipython

get_ipython().run_line_magic("reset", "-f")
globals().clear()
