"""keeps all: an Encoder that keeps its layers in a list"""

class Encoder:
    """keeps its layers in a list"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        self.rng = np.random.default_rng() if rng is None else rng
        self.layers = [
            TimeEmbedding(self.matrix(vocab_size, wordvec_size, 0.01)),
            TimeLSTM(
                self.matrix(wordvec_size, 4 * hidden_size, 1 / np.sqrt(wordvec_size)),
                self.matrix(hidden_size, 4 * hidden_size, 1 / np.sqrt(hidden_size)),
                np.zeros(4 * hidden_size, dtype=np.float32),
            ),
        ]
        self.params = [param for layer in self.layers for param in layer.params]
        self.grads = [grad for layer in self.layers for grad in layer.grads]

    def matrix(self, rows, columns, spread):
        return self.rng.normal(scale=spread, size=(rows, columns)).astype(np.float32)

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        self.shape, self.dtype = out.shape, out.dtype
        return out[:, self.shape[1] - 1]

    def backward(self, dh):
        dout = np.zeros(self.shape, self.dtype)
        dout[:, self.shape[1] - 1] += dh
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
