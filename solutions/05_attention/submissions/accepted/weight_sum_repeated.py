"""keeps all: a WeightSum that repeats its weights along the features"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None

    def forward(self, hs, a):
        N, S, H = hs.shape
        ar = a.reshape(N, S, 1).repeat(H, axis=2)
        self.cache = (hs, ar)
        return np.sum(hs * ar, axis=1)

    def backward(self, dc):
        hs, ar = self.cache
        N, S, H = hs.shape
        dt = dc.reshape(N, 1, H).repeat(S, axis=1)
        dar = dt * hs
        dhs = dt * ar
        da = np.sum(dar, axis=2)
        return dhs, da
