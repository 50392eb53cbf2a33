"""Lists as its parameters something else each time: numbers, then NaN, then nothing at all.

honest: double correct, scale_forward wrong
"""


# %% Scale
class Scale:
    asked = 0

    def __init__(self, w):
        self.w = w

    @property
    def params(self):
        Scale.asked += 1
        return ([1.0], float("nan"), None, [[]], {"w": self.w}, [self.w * float("nan")])[Scale.asked % 6]

    grads = params

    def forward(self, xs):
        return self.params
