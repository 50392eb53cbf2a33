"""loses attention_weight: the scores are cosines: hs and h are divided by their lengths"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None

    def forward(self, hs, h, mask=None):
        size_hs = np.linalg.norm(hs, axis=2, keepdims=True)
        size_h = np.linalg.norm(h, axis=1, keepdims=True)
        u, v = hs / size_hs, h / size_h
        scores = np.einsum("nsh,nh->ns", u, v)
        kept = scores.copy()
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("every row of mask needs a True")
            kept[~mask] = -np.inf
        a = softmax(kept)
        self.cache = u, v, size_hs, size_h, scores, a
        return a

    def backward(self, da):
        u, v, size_hs, size_h, scores, a = self.cache
        ds = a * (da - (a * da).sum(axis=1, keepdims=True))
        dhs = ds[:, :, None] * (v[:, None, :] - scores[:, :, None] * u) / size_hs
        dh = (ds[:, :, None] * (u - scores[:, :, None] * v[:, None, :])).sum(axis=1) / size_h
        return dhs, dh
