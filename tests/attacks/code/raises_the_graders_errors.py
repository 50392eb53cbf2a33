"""Raises exceptions that in the grader would blame the test or the machine.

honest: double wrong, scale_forward wrong
graded: double wrong, scale_forward crashed
"""


# %% double
def double(xs):
    raise AssertionError("the suite is wrong")


# %% Scale
class Scale:
    def __init__(self, w):
        self.params = [w]

    def forward(self, xs):
        raise KeyboardInterrupt
