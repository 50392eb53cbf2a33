"""loses time_attention: softmax runs over the target steps"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        scores = hs_dec @ hs_enc.swapaxes(1, 2)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError("mask: every row needs a True")
            e = e * mask[:, None]
        self.a = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
        self.hs_enc, self.hs_dec, self.attention_weights = hs_enc, hs_dec, self.a
        return self.a @ hs_enc

    def backward(self, dcs):
        da = dcs @ self.hs_enc.swapaxes(1, 2)
        ds = self.a * (da - (self.a * da).sum(axis=1, keepdims=True))
        dhs_enc = self.a.swapaxes(1, 2) @ dcs + ds.swapaxes(1, 2) @ self.hs_dec
        return dhs_enc, ds @ self.hs_enc
