"""keeps all: an Attention written out, without the two layers"""

class Attention:
    """written out, without the two layers"""

    def __init__(self):
        self.params = []
        self.grads = []
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        scores = np.einsum("nsh,nh->ns", hs, h)
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("mask needs a True in every row")
            scores[~mask] = -np.inf
        a = softmax(scores)
        self.hs, self.h = hs, h
        self.attention_weight = a
        return np.einsum("nsh,ns->nh", hs, a)

    def backward(self, dc):
        hs, h, a = self.hs, self.h, self.attention_weight
        da = np.einsum("nh,nsh->ns", dc, hs)
        ds = a * (da - np.sum(a * da, axis=1, keepdims=True))
        dhs = np.einsum("nh,ns->nsh", dc, a)
        dhs += np.einsum("nh,ns->nsh", h, ds)
        return dhs, np.einsum("ns,nsh->nh", ds, hs)
