"""keeps all: a PeekyDecoder of three named layers, h joined by np.concatenate"""

class PeekyDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype("f")
        lstm_Wx = (rng.standard_normal((H + D, 4 * H)) / np.sqrt(H + D)).astype("f")
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype("f")
        lstm_b = np.zeros(4 * H).astype("f")
        affine_W = (rng.standard_normal((2 * H, V)) / np.sqrt(2 * H)).astype("f")
        affine_b = np.zeros(V).astype("f")
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b, stateful=True)
        self.affine = TimeAffine(affine_W, affine_b)
        self.H = H
        self.params, self.grads = [], []
        for layer in (self.embed, self.lstm, self.affine):
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs, h):
        self.lstm.set_state(h)
        peek = repeat_over_time(h, xs.shape[1])
        vectors = self.embed.forward(xs)
        hs = self.lstm.forward(np.concatenate((peek, vectors), axis=2))
        return self.affine.forward(np.concatenate((peek, hs), axis=2))

    def backward(self, dscores):
        H = self.H
        djoined = self.affine.backward(dscores)
        dpeek, dhs = djoined[:, :, :H], djoined[:, :, H:]
        djoined = self.lstm.backward(dhs)
        dpeek = dpeek + djoined[:, :, :H]
        self.embed.backward(djoined[:, :, H:])
        return dpeek.sum(axis=1) + self.lstm.dh

    def generate(self, h, start_id, sample_size):
        self.lstm.set_state(h)
        peek = h[:, None, :]
        chosen = np.full((len(h), 1), start_id)
        written = []
        for _ in range(sample_size):
            vectors = self.embed.forward(chosen)
            hs = self.lstm.forward(np.concatenate((peek, vectors), axis=2))
            scores = self.affine.forward(np.concatenate((peek, hs), axis=2))
            chosen = scores.argmax(axis=2)
            written.append(chosen[:, 0])
        return np.stack(written, axis=1)
