"""loses encoder_backward: each number moved by an imaginary hair, no chain rule"""

def _slopes(loss, arrays):
    """Moves every number by an imaginary hair."""
    slopes = []
    for k, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = [a.astype(complex) for a in arrays]
            moved[k][place] += 1e-30j
            slope[place] = loss(*moved).imag / 1e-30
        slopes.append(slope.astype(array.dtype))
    return slopes


class Encoder:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = (vocab_size, wordvec_size, hidden_size)
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)
        self.embed = TimeEmbedding(draw(V, D, 0.01))
        self.lstm = TimeLSTM(draw(D, 4 * H, D ** (-0.5)), draw(H, 4 * H, H ** (-0.5)), np.zeros(4 * H, np.float32))
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads
        self.hs = None

    def forward(self, xs):
        self.xs = xs
        self.hs = self.lstm.forward(self.embed.forward(xs))
        return self.hs[:, -1].copy()

    def backward(self, dh):

        def loss(*params):
            return np.sum(TimeLSTM(*params[1:]).forward(TimeEmbedding(params[0]).forward(self.xs))[:, -1] * dh)
        for mine, slope in zip(self.grads, _slopes(loss, self.params)):
            mine[...] = slope
