"""keeps all: a TimeAttention of one Attention, which is asked again before each step back"""

class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention = Attention()
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        cs, weights = [], []
        for t in range(hs_dec.shape[1]):
            cs.append(self.attention.forward(hs_enc, hs_dec[:, t], mask))
            weights.append(self.attention.attention_weight)
        self.attention_weights = np.stack(weights, axis=1)
        self.given = hs_enc, hs_dec, mask
        return np.stack(cs, axis=1)

    def backward(self, dcs):
        dhs_enc, dhs_dec = 0, []
        for t in range(dcs.shape[1]):
            hs_enc, hs_dec, mask = self.given
            self.attention.forward(hs_enc, hs_dec[:, t], mask)
            dhs, dh = self.attention.backward(dcs[:, t])
            dhs_enc = dhs_enc + dhs
            dhs_dec.append(dh)
        return dhs_enc, np.stack(dhs_dec, axis=1)
