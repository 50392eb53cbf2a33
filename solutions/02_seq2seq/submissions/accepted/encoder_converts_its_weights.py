"""keeps all: an Encoder that draws all its weights and converts them afterwards"""

class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        W = 0.01 * rng.standard_normal((vocab_size, wordvec_size))
        Wx = rng.standard_normal((wordvec_size, 4 * hidden_size)) / wordvec_size**0.5
        Wh = rng.standard_normal((hidden_size, 4 * hidden_size)) / hidden_size**0.5
        b = np.zeros(4 * hidden_size)
        W, Wx, Wh, b = (part.astype(np.float32) for part in (W, Wx, Wh, b))
        self.embed, self.lstm = TimeEmbedding(W), TimeLSTM(Wx, Wh, b)
        self.params = [W, Wx, Wh, b]
        self.grads = [*self.embed.grads, *self.lstm.grads]

    def forward(self, xs):
        hs = self.lstm.forward(self.embed.forward(xs))
        self.like = hs
        return hs[:, -1]

    def backward(self, dh):
        dhs = np.zeros_like(self.like)
        dhs[:, -1] = dh
        self.embed.backward(self.lstm.backward(dhs))
