"""loses weight_sum: the gradients are filled into float64 arrays"""

class WeightSum(object):
    def __init__(self):
        self.params = []
        self.grads = []

    def forward(self, hs, a):
        self.hs = hs
        self.a = a
        c = np.zeros_like(hs[:, 0])
        for s in range(hs.shape[1]):
            c += a[:, s, None] * hs[:, s]
        return c

    def backward(self, dc):
        dhs = np.zeros(self.hs.shape)
        da = np.zeros(self.a.shape)
        for s in range(self.hs.shape[1]):
            dhs[:, s] = self.a[:, s, None] * dc
            da[:, s] = (dc * self.hs[:, s]).sum(axis=1)
        return dhs, da
