"""keeps all: a TimeAttention that adds one-item lists to its lists"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.layers = None

    def forward(self, hs_enc, hs_dec, mask=None):
        self.layers, weights = [], []
        out = np.zeros_like(hs_dec)
        for t in range(hs_dec.shape[1]):
            layer = Attention()
            out[:, t] = layer.forward(hs_enc, hs_dec[:, t], mask)
            weights += [layer.attention_weight]
            self.layers += [layer]
        self.attention_weights = np.array(weights).swapaxes(0, 1)
        return out

    def backward(self, dcs):
        dhs_enc, dhs_dec = None, np.zeros_like(dcs)
        for t, layer in enumerate(self.layers):
            more, dhs_dec[:, t] = layer.backward(dcs[:, t])
            dhs_enc = more if dhs_enc is None else dhs_enc + more
        return dhs_enc, dhs_dec
