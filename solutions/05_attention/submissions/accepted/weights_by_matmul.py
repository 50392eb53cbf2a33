"""keeps all: scores by np.matmul, a mask that is summed and inverted"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []
        self.cache = None

    def forward(self, hs, h, mask=None):
        scores = np.matmul(hs, h[..., None])[..., 0]
        if mask is not None:
            if (mask.sum(axis=1) == 0).any():
                raise ValueError("mask must leave something in every row")
            scores[np.logical_not(mask)] = -np.inf
        a = softmax(scores)
        self.cache = hs, h, a
        return a

    def backward(self, da):
        hs, h, a = self.cache
        dscores = a * (da - np.sum(a * da, axis=1, keepdims=True))
        return dscores[..., None] * h[:, None], np.matmul(dscores[:, None], hs)[:, 0]
