"""nbgrader's side of grading: the steps that are plugged into it, its gradebook, its export.

Imported by name from nbgrader's configuration, so this module itself imports nothing.
"""
