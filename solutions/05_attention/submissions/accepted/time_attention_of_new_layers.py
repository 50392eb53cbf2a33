"""keeps all: a TimeAttention with a new Attention for every target step"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.layers = None
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        N, T, H = hs_dec.shape
        out = np.empty_like(hs_dec)
        self.layers = []
        weights = []
        for t in range(T):
            layer = Attention()
            out[:, t, :] = layer.forward(hs_enc, hs_dec[:, t, :], mask)
            self.layers.append(layer)
            weights.append(layer.attention_weight)
        self.attention_weights = np.stack(weights, axis=1)
        return out

    def backward(self, dcs):
        N, T, H = dcs.shape
        dhs_enc = 0
        dhs_dec = np.empty_like(dcs)
        for t in range(T):
            dhs, dh = self.layers[t].backward(dcs[:, t, :])
            dhs_enc = dhs_enc + dhs
            dhs_dec[:, t, :] = dh
        return dhs_enc, dhs_dec
