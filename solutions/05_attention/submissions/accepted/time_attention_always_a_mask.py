"""keeps all: a TimeAttention that makes a mask where it gets none"""

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
            contexts.append(layer.forward(hs_enc, hs_dec[:, t], keep))
        self.attention_weights = np.stack([layer.attention_weight for layer in self.layers], axis=1)
        return np.stack(contexts, axis=1)

    def backward(self, dcs):
        back = [layer.backward(dcs[:, t]) for t, layer in enumerate(self.layers)]
        return sum(dhs for dhs, dh in back), np.stack([dh for dhs, dh in back], axis=1)
