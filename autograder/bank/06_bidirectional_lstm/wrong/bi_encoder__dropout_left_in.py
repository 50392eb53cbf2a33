"""loses bi_encoder: drops a tenth of the word vectors"""

class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2:
            raise ValueError(f"two directions cannot share hidden_size {hidden_size}")
        rng = rng or np.random.default_rng()
        D, H = wordvec_size, hidden_size // 2
        shapes = [(vocab_size, D)] + 2 * [(D, 4 * H), (H, 4 * H), (4 * H,)]
        scales = [0.01] + 2 * [D**-0.5, H**-0.5, 0]
        weights = [(scale * rng.standard_normal(shape)).astype(np.float32) for shape, scale in zip(shapes, scales)]
        self.embed = TimeEmbedding(weights[0])
        self.mask = None
        self.lstm = TimeBiLSTM(*weights[1:])
        self.params = [*self.embed.params, *self.lstm.params]
        self.grads = [*self.embed.grads, *self.lstm.grads]

    def forward(self, xs):
        vectors = self.embed.forward(xs)
        self.mask = (np.random.random(vectors.shape) < 0.9).astype(np.float32)
        return self.lstm.forward(vectors * self.mask)

    def backward(self, dhs):
        return self.embed.backward(self.lstm.backward(dhs) * self.mask)
