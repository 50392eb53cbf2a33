"""keeps all: an Encoder of two named layers that keeps all hidden states"""

class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        embed_W = (rng.standard_normal((V, D)) / 100).astype(np.float32)
        lstm_Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype(np.float32)
        lstm_Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype(np.float32)
        lstm_b = np.zeros(4 * H, dtype=np.float32)
        self.embed = TimeEmbedding(embed_W)
        self.lstm = TimeLSTM(lstm_Wx, lstm_Wh, lstm_b)
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads

    def forward(self, xs):
        vectors = self.embed.forward(xs)
        self.hs = self.lstm.forward(vectors)
        return self.hs[:, -1]

    def backward(self, dh):
        dhs = np.zeros_like(self.hs)
        dhs[:, -1] = dh
        dvectors = self.lstm.backward(dhs)
        self.embed.backward(dvectors)
