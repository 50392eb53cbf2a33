"""Raises an exception with a hundred megabytes of text, named like one of the grader's.

honest: double wrong, scale_forward correct
"""


# %% double
class TaskError(BaseException):
    pass


TaskError.__name__ = "GraderError\n" * 1000


def double(xs):
    raise TaskError("planted " * (100 * 2**20 // 8))
