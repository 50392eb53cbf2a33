"""keeps all: an AttentionWeight by np.einsum, with a softmax of its own"""

class AttentionWeight:
    def __init__(self):
        self.params = []
        self.grads = []

    def forward(self, hs, h, mask=None):
        self.hs = hs
        self.h = h
        scores = np.einsum("nsh,nh->ns", hs, h)
        if mask is not None:
            for n, row in enumerate(mask):
                if not row.any():
                    raise ValueError(f"mask has no True in row {n}: {row}")
            scores[~mask] = -np.inf
        scores -= scores.max(axis=1, keepdims=True)
        e = np.exp(scores)
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, da):
        mean = np.einsum("ns,ns->n", self.a, da)
        dscores = self.a * (da - mean[:, None])
        dhs = np.einsum("ns,nh->nsh", dscores, self.h)
        dh = np.einsum("ns,nsh->nh", dscores, self.hs)
        return dhs, dh
