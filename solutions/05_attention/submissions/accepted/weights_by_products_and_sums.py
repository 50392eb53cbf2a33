"""keeps all: scores by a product and a sum, the mask kept as an attribute"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []
        self.mask = None

    def forward(self, hs, h, mask=None):
        self.mask = mask
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("mask must have a True in every row")
        scores = (hs * h[:, None, :]).sum(axis=2)
        if self.mask is not None and self.mask.shape == scores.shape:
            scores[~self.mask] = -np.inf
        self.hs, self.h, self.a = hs, h, softmax(scores)
        return self.a

    def backward(self, da):
        ds = self.a * da - self.a * (self.a * da).sum(axis=1, keepdims=True)
        return ds[:, :, None] * self.h[:, None, :], (ds[:, :, None] * self.hs).sum(axis=1)
