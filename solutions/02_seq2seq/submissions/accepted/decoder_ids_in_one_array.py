"""keeps all: a Decoder that writes its ids into one array, start id first"""

class Decoder:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = (vocab_size, wordvec_size, hidden_size)
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)
        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = (draw(D, 4 * H, D ** (-0.5)), draw(H, 4 * H, H ** (-0.5)))
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(H, V, H ** (-0.5)), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, h):
        self.lstm.set_state(h)
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def backward(self, dscores):
        self.embed.backward(self.lstm.backward(self.affine.backward(dscores)))
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        self.lstm.set_state(h)
        ids = np.full((len(h), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            scores = self.affine.forward(self.lstm.forward(self.embed.forward(ids[:, t:t + 1])))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
