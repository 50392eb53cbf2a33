"""keeps all: an AttentionDecoder that writes its ids into one array, start id first"""

class AttentionDecoder:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = (vocab_size, wordvec_size, hidden_size)
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)
        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = (draw(D, 4 * H, D ** (-0.5)), draw(H, 4 * H, H ** (-0.5)))
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** (-0.5)), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, enc_hs):
        self.lstm.set_state(enc_hs[:, -1])
        hs = self.lstm.forward(self.embed.forward(xs))
        contexts = self.attention.forward(enc_hs, hs)
        return self.affine.forward(np.concatenate([contexts, hs], axis=2))

    def backward(self, dscores):
        H = len(self.lstm.params[1])
        djoined = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(djoined[:, :, :H])
        self.embed.backward(self.lstm.backward(dhs + djoined[:, :, H:]))
        denc_hs[:, -1] += self.lstm.dh
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        self.lstm.set_state(enc_hs[:, -1])
        ids = np.full((len(enc_hs), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            hs = self.lstm.forward(self.embed.forward(ids[:, t:t + 1]))
            contexts = self.attention.forward(enc_hs, hs)
            scores = self.affine.forward(np.concatenate([contexts, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
