"""loses peeky_decoder_forward: h is the first cell state too"""

def tanh_slopes_of_c(lstm, xs, h, dhs):
    """The gradient of the first cell state, through all steps: needs the gates, so runs the steps again."""
    Wx, Wh, b = lstm.params
    H = len(Wh)
    states, c = [], h
    for t in range(xs.shape[1]):
        z = xs[:, t] @ Wx + h @ Wh + b
        f, i, o = (1 / (1 + np.exp(-z[:, k * H : (k + 1) * H])) for k in (0, 2, 3))
        g = np.tanh(z[:, H : 2 * H])
        c_prev, c = c, f * c + g * i
        h = o * np.tanh(c)
        states.append((f, g, i, o, c_prev, np.tanh(c)))
    dh = dc = np.zeros_like(h)
    for t in reversed(range(len(states))):
        f, g, i, o, c_prev, tc = states[t]
        dh = dh + dhs[:, t]
        dc = dc + dh * o * (1 - tc * tc)
        slopes = dc * c_prev * f * (1 - f), dc * i * (1 - g * g), dc * g * i * (1 - i), dh * tc * o * (1 - o)
        dz = np.concatenate(slopes, axis=1)
        dc, dh = dc * f, dz @ Wh.T
    return dc


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
        self.lstm.set_state(h, h)
        peek = repeat_over_time(h, xs.shape[1])
        joined = np.concatenate((peek, self.embed.forward(xs)), axis=2)
        self.seen = joined, h
        hs = self.lstm.forward(joined)
        return self.affine.forward(np.concatenate((peek, hs), axis=2))

    def backward(self, dscores):
        H = self.H
        djoined = self.affine.backward(dscores)
        dpeek, dhs = djoined[:, :, :H], djoined[:, :, H:]
        djoined = self.lstm.backward(dhs)
        dpeek = dpeek + djoined[:, :, :H]
        self.embed.backward(djoined[:, :, H:])
        return dpeek.sum(axis=1) + self.lstm.dh + tanh_slopes_of_c(self.lstm, *self.seen, dhs)

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
