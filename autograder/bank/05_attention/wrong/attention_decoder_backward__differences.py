"""loses attention_decoder_backward: differences of forward, one number after the other"""

def _slopes(loss, arrays):
    """Moves every number a little to either side."""
    arrays = [a.astype(np.float64) for a in arrays]
    slopes = []
    for array in arrays:
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            here = array[place]
            losses = []
            for there in (here + 1e-5, here - 1e-5):
                array[place] = there
                losses.append(loss(*arrays))
            array[place] = here
            slope[place] = (losses[0] - losses[1]) / 2e-5
        slopes.append(slope)
    return slopes


class AttentionDecoder:

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = (vocab_size, wordvec_size, hidden_size)
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)
        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = (draw(D, 4 * H, D ** (-0.5)), draw(H, 4 * H, H ** (-0.5)))
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** (-0.5)), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, enc_hs):
        self.xs, self.h0 = (xs, enc_hs.copy())
        self.lstm.set_state(enc_hs[:, -1])
        hs = self.lstm.forward(self.embed.forward(xs))
        contexts = self.attention.forward(enc_hs, hs)
        return self.affine.forward(np.concatenate([contexts, hs], axis=2))

    def backward(self, dscores):

        def loss(*arrays):
            lstm, enc_hs = (TimeLSTM(*arrays[1:4], stateful=True), arrays[6])
            lstm.set_state(enc_hs[:, -1])
            hs = lstm.forward(TimeEmbedding(arrays[0]).forward(self.xs))
            contexts = TimeAttention().forward(enc_hs, hs)
            return np.sum(TimeAffine(*arrays[4:6]).forward(np.concatenate([contexts, hs], axis=2)) * dscores)
        *slopes, denc_hs = _slopes(loss, [*self.params, self.h0])
        for mine, slope in zip(self.grads, slopes):
            mine[...] = slope
        return denc_hs.astype(dscores.dtype)

    def generate(self, enc_hs, start_id, sample_size):
        self.lstm.set_state(enc_hs[:, -1])
        ids = np.full((len(enc_hs), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            hs = self.lstm.forward(self.embed.forward(ids[:, t:t + 1]))
            contexts = self.attention.forward(enc_hs, hs)
            scores = self.affine.forward(np.concatenate([contexts, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]
