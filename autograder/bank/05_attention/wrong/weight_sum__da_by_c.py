"""loses weight_sum: da is the product of dc and c, the same for every step"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.hs, self.a = hs, a
        self.c = np.einsum("nsh,ns->nh", hs, a)
        return self.c

    def backward(self, dc):
        dhs = np.einsum("nh,ns->nsh", dc, self.a)
        da = np.einsum("nh,nh,ns->ns", dc, self.c, np.ones_like(self.a))
        return dhs, da
