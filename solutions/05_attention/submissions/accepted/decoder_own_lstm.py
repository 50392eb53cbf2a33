"""keeps all: an AttentionDecoder with an LSTM of its own, gates by tanh"""

class AttentionDecoder:
    """An LSTM of its own, to send a gradient into the first cell state."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng
        shapes = {"W": (V, D), "Wx": (D, 4 * H), "Wh": (H, 4 * H), "U": (2 * H, V)}
        drawn = {k: rng.standard_normal(shape, dtype="f4") for k, shape in shapes.items()}
        for k in ("Wx", "Wh", "U"):
            drawn[k] *= np.float32(shapes[k][0] ** -0.5)
        drawn["W"] *= np.float32(0.01)
        self.embed = TimeEmbedding(drawn["W"])
        self.Wx, self.Wh, self.b = drawn["Wx"], drawn["Wh"], np.zeros(4 * H, "f4")
        self.affine = TimeAffine(drawn["U"], np.zeros(V, "f4"))
        self.attention = TimeAttention()
        self.lstm_grads = [np.zeros_like(p) for p in (self.Wx, self.Wh, self.b)]
        self.params = [*self.embed.params, self.Wx, self.Wh, self.b, *self.affine.params]
        self.grads = [*self.embed.grads, *self.lstm_grads, *self.affine.grads]

    def run(self, ids, h, c):
        vectors, hs, self.steps = self.embed.forward(ids), [], []
        for t in range(ids.shape[1]):
            z = vectors[:, t] @ self.Wx + h @ self.Wh + self.b
            f, g, i, o = np.split(z, 4, axis=1)
            f, g, i, o = (np.tanh(f / 2) + 1) / 2, np.tanh(g), (np.tanh(i / 2) + 1) / 2, (np.tanh(o / 2) + 1) / 2
            before, c_before = h, c
            c = f * c + g * i
            h = o * np.tanh(c)
            self.steps.append((vectors[:, t], before, c_before, f, g, i, o, c))
            hs.append(h)
        return np.stack(hs, axis=1), c

    def forward(self, xs, enc_hs):
        h = enc_hs[:, -1]
        hs, _ = self.run(xs, h, np.zeros_like(h))
        return self.affine.forward(np.concatenate([self.attention.forward(enc_hs, hs), hs], axis=-1))

    def backward(self, dscores):
        H = len(self.Wh)
        djoined = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(djoined[..., :H])
        dhs = dhs + djoined[..., H:]
        for grad in self.lstm_grads:
            grad[...] = 0
        dh = dc = np.zeros_like(dhs[:, 0])
        dvectors = []
        for t in range(len(self.steps) - 1, -1, -1):
            x, before, c_before, f, g, i, o, c = self.steps[t]
            dh = dh + dhs[:, t]
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            dz = np.concatenate([dc * c_before * f * (1 - f), dc * i * (1 - g * g), dc * g * i * (1 - i),
                                 dh * np.tanh(c) * o * (1 - o)], axis=1)
            for grad, part in zip(self.lstm_grads, (x.T @ dz, before.T @ dz, dz.sum(axis=0))):
                grad += part
            dvectors.insert(0, dz @ self.Wx.T)
            dh, dc = dz @ self.Wh.T, dc * f
        self.embed.backward(np.stack(dvectors, axis=1))
        denc_hs = denc_hs.copy()
        denc_hs[:, -1] += dh
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        h, ids = enc_hs[:, -1], np.full((len(enc_hs), sample_size + 1), start_id)
        c = np.zeros_like(h)
        for t in range(sample_size):
            hs, c = self.run(ids[:, [t]], h, c)
            h = hs[:, 0]
            scores = self.affine.forward(np.concatenate([self.attention.forward(enc_hs, hs), hs], axis=-1))
            ids[:, t + 1] = scores.argmax(axis=-1)[:, 0]
        return ids[:, 1:]
