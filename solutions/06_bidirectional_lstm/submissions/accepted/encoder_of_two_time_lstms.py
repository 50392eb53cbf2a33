"""keeps all: a BiEncoder of two TimeLSTMs, without a TimeBiLSTM"""

class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2:
            raise ValueError(f"hidden_size must be even, not {hidden_size}")
        rng = rng or np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.embed = TimeEmbedding((rng.standard_normal((V, D)) / 100).astype(np.float32))
        self.there, self.back = self.lstm(rng, D, H // 2), self.lstm(rng, D, H - H // 2)
        self.params = self.embed.params + self.there.params + self.back.params
        self.grads = self.embed.grads + self.there.grads + self.back.grads

    def lstm(self, rng, D, H):
        Wx = rng.standard_normal((D, 4 * H)) / np.sqrt(D)
        Wh = rng.standard_normal((H, 4 * H)) / np.sqrt(H)
        return TimeLSTM(Wx.astype(np.float32), Wh.astype(np.float32), np.zeros(4 * H, np.float32))

    def forward(self, xs):
        vectors = self.embed.forward(xs)
        return np.concatenate([self.there.forward(vectors), self.back.forward(vectors[:, ::-1])[:, ::-1]], axis=2)

    def backward(self, dhs):
        H = len(self.there.params[1])
        dvectors = self.there.backward(dhs[:, :, :H])
        dvectors = dvectors + self.back.backward(dhs[:, ::-1, H:])[:, ::-1]
        self.embed.backward(dvectors)
