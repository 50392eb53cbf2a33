"""A stub that hides, in a kernel, a package that its assignment does not hand out."""

raise ModuleNotFoundError(f"No module named {__name__!r}: this assignment is to be solved without it", name=__name__)
