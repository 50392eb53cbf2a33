"""keeps all: rows of equal length read together; unit by unit; layers by recursion"""

class TimeBiLSTM:
    """Rows of the same length are read together, by two LSTMs of their own; padding is never looked at."""

    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.params = [Wx1, Wh1, b1, Wx2, Wh2, b2]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, xs, lengths=None):
        N, T, D = xs.shape
        lengths = [T] * N if lengths is None else list(lengths)
        for length in lengths:
            if not isinstance(length, (int, np.integer)):
                raise ValueError(f"{length} in lengths is not a whole number")
            if length not in range(1, T + 1):
                raise ValueError(f"{length} in lengths is not from 1 to {T}")
        if len(lengths) != N:
            raise ValueError(f"xs has {N} rows, lengths {len(lengths)} numbers")
        groups = {}
        for n, length in enumerate(lengths):
            groups.setdefault(int(length), []).append(n)
        self.shape = N, T, D
        hs = np.zeros((N, T, 2 * len(self.params[1])), dtype=self.params[0].dtype)
        self.readers = []
        for length, rows in groups.items():
            there, back = TimeLSTM(*self.params[:3]), TimeLSTM(*self.params[3:])
            part = xs[rows, :length]
            hs[rows, :length] = np.concatenate([there.forward(part), back.forward(part[:, ::-1])[:, ::-1]], axis=2)
            self.readers.append((there, back, rows, length))
        return hs

    def backward(self, dhs):
        H = len(self.params[1])
        dxs = np.zeros(self.shape, dtype=self.params[0].dtype)
        for grad in self.grads:
            grad[...] = 0
        for there, back, rows, length in self.readers:
            part = dhs[rows, :length]
            dxs[rows, :length] = there.backward(part[:, :, :H]) + back.backward(part[:, ::-1, H:])[:, ::-1]
            for grad, more in zip(self.grads, there.grads + back.grads):
                grad += more
        return dxs


def to_torch_weights(Wx, Wh, b):
    """Unit by unit."""
    H = Wh.shape[0]
    weight_ih = np.empty((4 * H, Wx.shape[0]), Wx.dtype)
    weight_hh = np.empty((4 * H, H), Wh.dtype)
    bias = np.empty(4 * H, b.dtype)
    place_of = {"i": 0, "f": 1, "g": 2, "o": 3}
    for ours, gate in enumerate("fgio"):
        for unit in range(H):
            row, column = place_of[gate] * H + unit, ours * H + unit
            weight_ih[row] = Wx[:, column]
            weight_hh[row] = Wh[:, column]
            bias[row] = b[column]
    return {"bias": bias, "weight_hh": weight_hh, "weight_ih": weight_ih}


class BiEncoder:
    """Two LSTMs of its own, without TimeBiLSTM; the right-to-left weights are drawn first."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2 == 1:
            raise ValueError("hidden_size must be even, not %d" % hidden_size)
        rng = np.random.default_rng() if rng is None else rng
        D, H = wordvec_size, hidden_size // 2
        self.back = self.direction(rng, D, H)
        self.there = self.direction(rng, D, H)
        self.words = rng.normal(0, 0.01, (vocab_size, D)).astype(np.float32)
        self.params = [self.words] + self.there.params + self.back.params
        self.grads = [np.zeros_like(self.words)] + self.there.grads + self.back.grads

    def direction(self, rng, D, H):
        Wh = rng.normal(0, 1 / np.sqrt(H), (H, 4 * H)).astype(np.float32)
        Wx = rng.normal(0, 1 / np.sqrt(D), (D, 4 * H)).astype(np.float32)
        return TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32))

    def forward(self, xs):
        self.ids = np.array(xs)
        there = self.there.forward(self.words[self.ids])
        back = self.back.forward(self.words[self.ids[:, ::-1]])
        return np.concatenate([there, back[:, ::-1]], axis=-1)

    def backward(self, dhs):
        H = dhs.shape[-1] // 2
        dvectors = self.there.backward(dhs[..., :H])
        dvectors = dvectors + self.back.backward(dhs[:, ::-1, H:])[:, ::-1]
        self.grads[0][...] = 0
        for n in range(len(self.ids)):
            for t, id in enumerate(self.ids[n]):
                self.grads[0][id] += dvectors[n, t]


class BiAttentionSeq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.softmax = TimeSoftmaxWithLoss()
        self.params, self.grads = [], []
        for part in (self.encoder, self.decoder):
            self.params.extend(part.params)
            self.grads.extend(part.grads)

    def forward(self, xs, ts):
        hs = self.encoder.forward(xs)
        scores = self.decoder.forward(ts[:, :-1], hs)
        return self.softmax.forward(scores, ts[:, 1:])

    def backward(self, dout=1):
        dscores = self.softmax.backward(dout)
        dhs = self.decoder.backward(dscores)
        self.encoder.backward(dhs)

    def generate(self, xs, start_id, sample_size):
        hs = self.encoder.forward(xs)
        return self.decoder.generate(hs, start_id, sample_size)


class ResidualLSTM:
    """The first layer, and after it a stack of the others."""

    def __init__(self, layers):
        self.first = layers[0]
        self.others = ResidualLSTM(layers[1:]) if len(layers) > 1 else None
        self.params = list(self.first.params) + (self.others.params if self.others else [])
        self.grads = list(self.first.grads) + (self.others.grads if self.others else [])

    def forward(self, xs):
        hs = self.first.forward(xs)
        self.fits = hs.shape[2] == xs.shape[2]
        out = hs + xs if self.fits else hs
        return self.others.forward(out) if self.others else out

    def backward(self, dhs):
        dout = self.others.backward(dhs) if self.others else dhs
        dxs = self.first.backward(dout)
        return dxs + dout if self.fits else dxs
