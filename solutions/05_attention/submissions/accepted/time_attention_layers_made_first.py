"""keeps all: a TimeAttention that makes all its layers before it asks them"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.layers = []

    def forward(self, hs_enc, hs_dec, mask=None):
        (N, T, H), S = hs_dec.shape, hs_enc.shape[1]
        out, self.attention_weights = np.zeros((N, T, H), hs_dec.dtype), np.zeros((N, T, S), hs_dec.dtype)
        self.layers = [Attention() for _ in range(T)]
        for t, layer in enumerate(self.layers):
            out[:, t] = layer.forward(hs_enc, hs_dec[:, t], mask)
            self.attention_weights[:, t] = layer.attention_weight
        return out

    def backward(self, dcs):
        parts = [layer.backward(dcs[:, t]) for t, layer in enumerate(self.layers)]
        return sum(dhs for dhs, _ in parts), np.stack([dh for _, dh in parts], axis=1)
