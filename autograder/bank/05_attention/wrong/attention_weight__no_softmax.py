"""loses attention_weight: gives back the scores themselves, masked ones 0"""

class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, h, mask=None):
        self.hs, self.h = hs, h
        scores = (hs @ h[:, :, None])[:, :, 0]
        if mask is None:
            return scores
        if not mask.any(axis=1).all():
            raise ValueError("mask: a row without True")
        return scores * mask

    def backward(self, da):
        return da[:, :, None] * self.h[:, None, :], (da[:, None, :] @ self.hs)[:, 0]
