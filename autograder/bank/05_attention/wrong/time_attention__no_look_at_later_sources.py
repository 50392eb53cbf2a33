"""loses time_attention: step t looks at the source steps up to t only, as if the source were the target"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        self.layers = [Attention() for _ in range(hs_dec.shape[1])]
        keep = np.ones(hs_enc.shape[:2], dtype=bool) if mask is None else mask
        if not keep.any(axis=1).all():
            raise ValueError("mask has a row without True")
        contexts = []
        for t, layer in enumerate(self.layers):
            seen = keep & (np.arange(hs_enc.shape[1]) <= t)
            seen = np.where(seen.any(axis=1, keepdims=True), seen, keep)
            contexts.append(layer.forward(hs_enc, hs_dec[:, t], seen))
        self.attention_weights = np.stack([layer.attention_weight for layer in self.layers], axis=1)
        return np.stack(contexts, axis=1)

    def backward(self, dcs):
        back = [layer.backward(dcs[:, t]) for t, layer in enumerate(self.layers)]
        return sum(dhs for dhs, dh in back), np.stack([dh for dhs, dh in back], axis=1)
