"""What stands in a kernel in place of a package that its assignment does not hand out."""

raise ModuleNotFoundError(f"No module named {__name__!r}: this assignment is to be solved without it", name=__name__)
