"""keeps all: plain Python loops, an Attention for every step of the decoder, lists filled step by step"""

class WeightSum:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, a):
        self.hs, self.a = hs.copy(), a.copy()
        c = 0
        for s in range(hs.shape[1]):
            c = c + hs[:, s] * a[:, [s]]
        return c

    def backward(self, dc):
        dhs, da = np.empty_like(self.hs), np.empty_like(self.a)
        for s in range(dhs.shape[1]):
            dhs[:, s] = self.a[:, [s]] * dc
            da[:, s] = (self.hs[:, s] * dc).sum(axis=1)
        return [dhs, da]


class AttentionWeight:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, hs, h, mask=None):
        """Padding is left out of every sum, so that nothing has to be made infinitely small."""
        self.hs, self.h = hs, h
        (N, S, H), rows = hs.shape, np.arange(len(hs))
        real = [np.ones(N, dtype=bool) if mask is None else mask[:, s] for s in range(S)]
        for n in rows:
            if not any(real[s][n] for s in range(S)):
                raise ValueError(f"row {n} of mask, {mask[n]}, leaves nothing to look at")
        scores = [(hs[:, s] * h).sum(axis=1) for s in range(S)]
        highest = np.full(N, -np.inf, dtype=hs.dtype)
        for score, there in zip(scores, real):
            highest = np.where(there & (score > highest), score, highest)
        self.a, total = np.zeros((N, S), dtype=hs.dtype), np.zeros(N, dtype=hs.dtype)
        for s in range(S):
            self.a[real[s], s] = np.exp(scores[s] - highest)[real[s]] if real[s].all() else [
                np.exp(scores[s][n] - highest[n]) for n in rows[real[s]]]
            total += self.a[:, s]
        self.a /= total[:, None]
        return self.a

    def backward(self, da):
        dhs, dh = np.zeros_like(self.hs), np.zeros_like(self.h)
        mean = (self.a * da).sum(axis=1)
        for s in range(da.shape[1]):
            dscore = self.a[:, s] * (da[:, s] - mean)
            dhs[:, s] += dscore[:, None] * self.h
            dh += dscore[:, None] * self.hs[:, s]
        return [dhs, dh]


class Attention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weight = None

    def forward(self, hs, h, mask=None):
        self.layers = AttentionWeight(), WeightSum()
        self.attention_weight = self.layers[0].forward(hs, h, mask)
        return self.layers[1].forward(hs, self.attention_weight)

    def backward(self, dc):
        dhs, da = self.layers[1].backward(dc)
        dhs = dhs.copy()
        more, dh = self.layers[0].backward(da)
        dhs += more
        return dhs, dh


class TimeAttention:
    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None

    def forward(self, hs_enc, hs_dec, mask=None):
        T = hs_dec.shape[1]
        self.steps = [Attention() for _ in range(T)]
        contexts = [self.steps[t].forward(hs_enc, hs_dec[:, t], mask) for t in range(T)]
        self.attention_weights = np.stack([step.attention_weight for step in self.steps], axis=1)
        return np.stack(contexts, axis=1)

    def backward(self, dcs):
        back = [step.backward(dcs[:, t]) for t, step in enumerate(self.steps)]
        dhs_enc = sum(dhs for dhs, _ in back)
        return dhs_enc, np.stack([dh for _, dh in back], axis=1)


class AttentionEncoder(Encoder):
    def forward(self, xs):
        super().forward(xs)
        return np.stack([self.hs[:, s] for s in range(xs.shape[1])], axis=1)

    def backward(self, dhs):
        dvectors = self.lstm.backward(np.array(dhs))
        self.embed.backward(dvectors)
        return dvectors


class AttentionDecoder:
    """Generates row by row with an Attention of its own for every step."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        self.V, self.H = vocab_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng
        draw = lambda rows, columns: (rng.standard_normal((rows, columns)) / rows**0.5).astype(np.float32)
        affine = TimeAffine(draw(2 * hidden_size, vocab_size), np.zeros(vocab_size, np.float32))
        Wh, Wx = draw(hidden_size, 4 * hidden_size), draw(wordvec_size, 4 * hidden_size)
        lstm = TimeLSTM(Wx, Wh, np.zeros(4 * hidden_size, np.float32), True)
        embed = TimeEmbedding((rng.standard_normal((vocab_size, wordvec_size)) / 100).astype(np.float32))
        self.embed, self.lstm, self.affine, self.attention = embed, lstm, affine, TimeAttention()
        self.params = [*embed.params, *lstm.params, *affine.params]
        self.grads = [*embed.grads, *lstm.grads, *affine.grads]

    def forward(self, xs, enc_hs):
        self.lstm.set_state(enc_hs[:, -1].copy())
        hs = self.lstm.forward(self.embed.forward(xs))
        both = np.zeros((*xs.shape, 2 * self.H), dtype=hs.dtype)
        both[:, :, : self.H] = self.attention.forward(enc_hs, hs)
        both[:, :, self.H :] = hs
        return self.affine.forward(both)

    def backward(self, dscores):
        both = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(both[:, :, : self.H])
        dhs = dhs + both[:, :, self.H :]
        self.embed.backward(self.lstm.backward(dhs))
        last = np.zeros_like(denc_hs)
        last[:, denc_hs.shape[1] - 1] = self.lstm.dh
        return denc_hs + last

    def generate(self, enc_hs, start_id, sample_size):
        answers = []
        for n in range(len(enc_hs)):
            source, ids, answer = enc_hs[n : n + 1], [[start_id]], []
            self.lstm.set_state(source[:, -1])
            while len(answer) < sample_size:
                hs = self.lstm.forward(self.embed.forward(np.array(ids)))
                c = Attention().forward(source, hs[:, 0])
                scores = self.affine.forward(np.concatenate([c[:, None], hs], axis=2)).ravel()
                answer.append(max(range(self.V), key=lambda k: scores[k]))
                ids = [[answer[-1]]]
            answers.append(answer)
        return np.array(answers)


class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params.clear()
        self.grads.clear()
        for part in (self.encoder, self.decoder):
            self.params += part.params
            self.grads += part.grads


class GeneralScore:
    def __init__(self, W):
        self.params, self.grads = [W], [W * 0]

    def forward(self, hs, h):
        self.hs, self.h = hs, h
        scores = [[state @ self.params[0] @ other for other in states] for state, states in zip(h, hs)]
        return np.array(scores, dtype=self.params[0].dtype)

    def backward(self, dscores):
        W, dW = self.params[0], np.zeros_like(self.params[0])
        dhs, dh = np.zeros_like(self.hs), np.zeros_like(self.h)
        for n in range(dscores.shape[0]):
            for s in range(dscores.shape[1]):
                d = dscores[n, s]
                dW += d * np.outer(self.h[n], self.hs[n, s])
                dhs[n, s] = d * (self.h[n] @ W)
                dh[n] += d * (W @ self.hs[n, s])
        self.grads[0][...] = dW
        return dhs, dh


class AdditiveScore:
    def __init__(self, W_enc, W_dec, v):
        self.params = [W_enc, W_dec, v]
        self.grads = [W_enc * 0, W_dec * 0, v * 0]

    def forward(self, hs, h):
        W_enc, W_dec, v = self.params
        self.hs, self.h, self.u = hs, h, {}
        scores = np.zeros(hs.shape[:2], dtype=v.dtype)
        for n, s in np.ndindex(*scores.shape):
            self.u[n, s] = np.tanh(hs[n, s] @ W_enc + h[n] @ W_dec)
            scores[n, s] = v @ self.u[n, s]
        return scores

    def backward(self, dscores):
        W_enc, W_dec, v = self.params
        dhs, dh = np.zeros_like(self.hs), np.zeros_like(self.h)
        for grad in self.grads:
            grad[...] = 0
        for (n, s), u in self.u.items():
            inner = dscores[n, s] * v * (1 - u**2)
            self.grads[0] += np.outer(self.hs[n, s], inner)
            self.grads[1] += np.outer(self.h[n], inner)
            self.grads[2] += dscores[n, s] * u
            dhs[n, s] += W_enc @ inner
            dh[n] += W_dec @ inner
        return dhs, dh


def attention_map(model, xs, ts):
    """The model's own pieces, step after step."""
    hs = model.encoder.forward(xs)
    model.decoder.forward(ts[:, :-1], hs)
    return np.array(model.decoder.attention.attention_weights.tolist())
