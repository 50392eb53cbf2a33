"""keeps all: an AttentionWeight that repeats h along the source steps"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None

    def forward(self, hs, h, mask=None):
        N, S, H = hs.shape
        hr = h.reshape(N, 1, H).repeat(S, axis=1)
        scores = np.sum(hs * hr, axis=2)
        if mask is not None:
            if not np.all(np.any(mask, axis=1)):
                raise ValueError("a row of mask has no True")
            scores = np.where(mask, scores, scores.dtype.type(-np.inf))
        a = softmax(scores)
        self.cache = (hs, hr, a)
        return a

    def backward(self, da):
        hs, hr, a = self.cache
        N, S, H = hs.shape
        ds = a * da
        ds = ds - a * np.sum(ds, axis=1, keepdims=True)
        ds = ds.reshape(N, S, 1).repeat(H, axis=2)
        dhs = ds * hr
        dh = np.sum(ds * hs, axis=1)
        return dhs, dh
