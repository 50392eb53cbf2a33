"""loses weight_sum: takes the state with the largest weight instead of the sum"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.hs, self.a = hs, a
        best = np.argmax(a, axis=1)
        return hs[np.arange(len(hs)), best]

    def backward(self, dc):
        dhs = self.a[:, :, None] * dc[:, None, :]
        da = np.sum(self.hs * dc[:, None, :], axis=2)
        return dhs, da
