"""loses peeky_decoder_backward: each number moved by an imaginary hair, no chain rule"""

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


class PeekyDecoder:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = (vocab_size, wordvec_size, hidden_size)
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)
        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = (draw(H + D, 4 * H, (H + D) ** (-0.5)), draw(H, 4 * H, H ** (-0.5)))
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** (-0.5)), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, h):
        self.xs, self.h0 = (xs, h.copy())
        self.lstm.set_state(h)
        repeated = repeat_over_time(h, xs.shape[1])
        hs = self.lstm.forward(np.concatenate([repeated, self.embed.forward(xs)], axis=2))
        return self.affine.forward(np.concatenate([repeated, hs], axis=2))

    def backward(self, dscores):

        def loss(*arrays):
            lstm, h = (TimeLSTM(*arrays[1:4], stateful=True), arrays[6])
            lstm.set_state(h)
            repeated = repeat_over_time(h, self.xs.shape[1])
            hs = lstm.forward(np.concatenate([repeated, TimeEmbedding(arrays[0]).forward(self.xs)], axis=2))
            return np.sum(TimeAffine(*arrays[4:6]).forward(np.concatenate([repeated, hs], axis=2)) * dscores)
        *slopes, dh = _slopes(loss, [*self.params, self.h0])
        for mine, slope in zip(self.grads, slopes):
            mine[...] = slope
        return dh.astype(dscores.dtype)

    def generate(self, h, start_id, sample_size):
        self.lstm.set_state(h)
        repeated = repeat_over_time(h, 1)
        ids = np.full((len(h), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            x = self.embed.forward(ids[:, t:t + 1])
            hs = self.lstm.forward(np.concatenate([repeated, x], axis=2))
            scores = self.affine.forward(np.concatenate([repeated, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
