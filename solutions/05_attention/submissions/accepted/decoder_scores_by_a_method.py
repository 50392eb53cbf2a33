"""keeps all: an AttentionDecoder whose scores are a method, for forward and generate"""

class AttentionDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        V, D, H = vocab_size, wordvec_size, hidden_size

        def drawn(rows, columns):
            return rng.normal(0, rows**-0.5, (rows, columns)).astype(np.float32)

        self.embed = TimeEmbedding(rng.normal(0, 0.01, (V, D)).astype(np.float32))
        self.lstm = TimeLSTM(drawn(D, 4 * H), drawn(H, 4 * H), np.zeros(4 * H, np.float32), stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(drawn(2 * H, V), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def scores(self, ids, enc_hs):
        hs = self.lstm.forward(self.embed.forward(ids))
        return self.affine.forward(np.concatenate([self.attention.forward(enc_hs, hs), hs], axis=-1))

    def forward(self, xs, enc_hs):
        self.lstm.set_state(enc_hs[:, -1])
        return self.scores(xs, enc_hs)

    def backward(self, dscores):
        H = self.lstm.params[1].shape[0]
        d = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(d[..., :H])
        self.embed.backward(self.lstm.backward(dhs + d[..., H:]))
        denc_hs[:, -1, :] += self.lstm.dh
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        self.lstm.set_state(enc_hs[:, -1])
        text = np.full((len(enc_hs), 1), start_id)
        for _ in range(sample_size):
            best = self.scores(text[:, -1:], enc_hs)[:, -1].argmax(axis=-1)
            text = np.concatenate([text, best[:, None]], axis=1)
        return text[:, 1:]
