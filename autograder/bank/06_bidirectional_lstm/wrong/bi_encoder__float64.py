"""loses bi_encoder: weights in float64"""

class BiEncoder:
    """keeps its layers in a list"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        half, odd = divmod(hidden_size, 2)
        if odd:
            raise ValueError(f"hidden_size={hidden_size} is odd")
        self.rng = np.random.default_rng() if rng is None else rng
        words = TimeEmbedding(self.normal(vocab_size, wordvec_size, 0.01))
        there, back = self.direction(wordvec_size, half), self.direction(wordvec_size, half)
        self.layers = [words, TimeBiLSTM(*there, *back)]
        self.params = [param for layer in self.layers for param in layer.params]
        self.grads = [grad for layer in self.layers for grad in layer.grads]

    def normal(self, rows, columns, spread):
        return self.rng.normal(scale=spread, size=(rows, columns))

    def direction(self, D, H):
        b = np.zeros(4 * H)
        return self.normal(D, 4 * H, D**-0.5), self.normal(H, 4 * H, H**-0.5), b

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def backward(self, dhs):
        dout = dhs
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
