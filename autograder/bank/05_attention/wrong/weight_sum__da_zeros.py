"""loses weight_sum: the weights are taken for constants: da is zero"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.hs, self.a = hs, a
        return np.einsum("nsh,ns->nh", hs, a)

    def backward(self, dc):
        dhs = np.einsum("nh,ns->nsh", dc, self.a)
        da = np.zeros_like(self.a)
        return dhs, da
