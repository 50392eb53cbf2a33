"""loses attention_weight: scores are divided by the square root of H"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None

    def forward(self, hs, h, mask=None):
        scale = hs.dtype.type(h.shape[1] ** -0.5)
        scores = np.matmul(hs, h[..., None])[..., 0] * scale
        if mask is not None:
            if (mask.sum(axis=1) == 0).any():
                raise ValueError("mask must leave something in every row")
            scores[np.logical_not(mask)] = -np.inf
        a = softmax(scores)
        self.cache = hs, h, a, scale
        return a

    def backward(self, da):
        hs, h, a, scale = self.cache
        dscores = a * (da - np.sum(a * da, axis=1, keepdims=True)) * scale
        return dscores[..., None] * h[:, None], np.matmul(dscores[:, None], hs)[:, 0]
