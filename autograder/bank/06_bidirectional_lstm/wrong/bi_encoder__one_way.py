"""loses bi_encoder: one LSTM from left to right"""

class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2:
            raise ValueError(f"hidden_size {hidden_size} is odd")
        rng = rng or np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.embed = TimeEmbedding((rng.standard_normal((V, D)) * 0.01).astype(np.float32))
        Wx = (rng.standard_normal((D, 4 * H)) / np.sqrt(D)).astype(np.float32)
        Wh = (rng.standard_normal((H, 4 * H)) / np.sqrt(H)).astype(np.float32)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, dtype=np.float32))
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads

    def forward(self, xs):
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        self.embed.backward(self.lstm.backward(dhs))
