"""loses attention_training: every source step has the same weight
also loses: time_attention
"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        if mask is None:
            mask = np.ones(hs_enc.shape[:2], dtype=bool)
        if not mask.any(axis=1).all():
            raise ValueError("mask has a row without True")
        a = (mask / mask.sum(axis=1, keepdims=True)).astype(hs_enc.dtype)
        self.attention_weights = np.repeat(a[:, None], hs_dec.shape[1], axis=1)
        return self.attention_weights @ hs_enc

    def backward(self, dcs):
        return self.attention_weights.transpose(0, 2, 1) @ dcs, np.zeros_like(dcs)
