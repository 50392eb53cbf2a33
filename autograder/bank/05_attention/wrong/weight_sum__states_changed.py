"""loses weight_sum: hs is multiplied by the weights in place"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.hs, self.a = hs.copy(), a
        hs *= a[:, :, None]
        return hs.sum(axis=1)

    def backward(self, dc):
        dc = dc[:, None, :]
        return self.a[:, :, None] * dc, (self.hs * dc).sum(axis=2)
