"""keeps all: a TimeAttention with a softmax of its own, all steps in one product"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        scores = hs_dec @ hs_enc.swapaxes(1, 2)
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("mask: every row needs a True")
            scores = np.where(mask[:, None], scores, scores.dtype.type(-np.inf))
        e = np.exp(scores - scores.max(axis=2, keepdims=True))
        self.a = e / e.sum(axis=2, keepdims=True)
        self.hs_enc, self.hs_dec, self.attention_weights = hs_enc, hs_dec, self.a
        return self.a @ hs_enc

    def backward(self, dcs):
        da = dcs @ self.hs_enc.swapaxes(1, 2)
        ds = self.a * (da - (self.a * da).sum(axis=2, keepdims=True))
        dhs_enc = self.a.swapaxes(1, 2) @ dcs + ds.swapaxes(1, 2) @ self.hs_dec
        return dhs_enc, ds @ self.hs_enc
