"""loses attention_weight: weights are masked after softmax and not made to sum to 1 again"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, h, mask=None):
        self.hs, self.h = hs, h
        self.p = softmax(np.einsum("nsh,nh->ns", hs, h))
        self.keep = np.ones_like(self.p) if mask is None else mask.astype(hs.dtype)
        if not self.keep.any(axis=1).all():
            raise ValueError("mask has a row of False only")
        return self.p * self.keep

    def backward(self, da):
        dp = da * self.keep
        ds = self.p * (dp - np.sum(dp * self.p, axis=1, keepdims=True))
        return np.einsum("ns,nh->nsh", ds, self.h), np.einsum("ns,nsh->nh", ds, self.hs)
