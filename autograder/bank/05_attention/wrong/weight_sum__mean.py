"""loses weight_sum: the mean over the source instead of the sum"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.cache = hs, a
        return (hs * a[:, :, None]).mean(axis=1)

    def backward(self, dc):
        hs, a = self.cache
        dc = dc[:, None, :] / hs.dtype.type(hs.shape[1])
        return dc * a[:, :, None], (dc * hs).sum(axis=2)
