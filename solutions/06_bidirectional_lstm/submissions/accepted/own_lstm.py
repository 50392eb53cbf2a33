"""keeps all: masked loops in place of TimeLSTM, no embed or lstm, no base class"""

def squash(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


class OneWay:
    """An LSTM that takes the steps in a given order and forgets everything at a step that is not real."""

    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, xs, real, steps):
        Wx, Wh, b = self.params
        h = c = np.zeros((len(xs), len(Wh)), Wx.dtype)
        hs = np.zeros((*xs.shape[:2], len(Wh)), Wx.dtype)
        self.xs, self.memory = xs.copy(), []
        for t in steps:
            keep = real[:, t, None].astype(Wx.dtype)
            f, g, i, o = np.split(xs[:, t] @ Wx + h @ Wh + b, 4, axis=1)
            f, g, i, o = squash(f), np.tanh(g), squash(i), squash(o)
            c_new = (f * c + g * i) * keep
            tc = np.tanh(c_new)
            self.memory.append((t, keep, h, c, f, g, i, o, tc))
            h, c = o * tc, c_new
            hs[:, t] = h
        return hs

    def backward(self, dhs):
        Wx, Wh, b = self.params
        for grad in self.grads:
            grad[...] = 0
        dWx, dWh, db = self.grads
        dxs = np.zeros_like(self.xs)
        dh = dc = np.zeros_like(self.memory[0][2])
        for t, keep, h, c, f, g, i, o, tc in reversed(self.memory):
            dh = dh + dhs[:, t]
            dc = (dc + dh * o * (1 - tc**2)) * keep
            df, dg, di, do = dc * c, dc * i, dc * g, dh * tc
            dz = np.hstack([df * f * (1 - f), dg * (1 - g**2), di * i * (1 - i), do * o * (1 - o)])
            dWx += self.xs[:, t].T @ dz
            dWh += h.T @ dz
            db += dz.sum(axis=0)
            dxs[:, t] = dz @ Wx.T
            dh = dz @ Wh.T
            dc = dc * f
        return dxs


class TimeBiLSTM:
    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.ways = [OneWay(Wx1, Wh1, b1), OneWay(Wx2, Wh2, b2)]
        self.params = [param for way in self.ways for param in way.params]
        self.grads = [grad for way in self.ways for grad in way.grads]

    def forward(self, xs, lengths=None):
        N, T, _ = xs.shape
        real = np.ones((N, T), dtype=bool)
        if lengths is not None:
            lengths = np.asarray(lengths)
            if lengths.dtype.kind not in "iu" or lengths.shape != (N,):
                raise ValueError(f"lengths: {N} whole numbers wanted, got {lengths.dtype} of shape {lengths.shape}")
            if not (1 <= lengths.min() and lengths.max() <= T):
                raise ValueError(f"lengths: numbers from 1 to {T} wanted, got {lengths}")
            real = np.arange(T)[None, :] < lengths[:, None]
        steps = range(T)
        return np.dstack([self.ways[0].forward(xs, real, steps), self.ways[1].forward(xs, real, steps[::-1])])

    def backward(self, dhs):
        halves = np.split(dhs, 2, axis=-1)
        return self.ways[0].backward(halves[0]) + self.ways[1].backward(halves[1])


def to_torch_weights(Wx, Wh, b):
    H = Wh.shape[0]
    columns = np.arange(4 * H).reshape(4, H)[[2, 0, 1, 3]].ravel()
    return dict(weight_ih=Wx.T[columns], weight_hh=Wh.T[columns], bias=b[columns])


class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        H, odd = divmod(hidden_size, 2)
        if odd:
            raise ValueError(f"hidden_size: an even number wanted, got {hidden_size}")
        rng = np.random.default_rng(rng)
        shapes = [(vocab_size, wordvec_size)] + [(wordvec_size, 4 * H), (H, 4 * H), (4 * H,)] * 2
        self.params = [np.zeros(shape, np.float32) for shape in shapes]
        self.grads = [np.zeros(shape, np.float32) for shape in shapes]
        for k in (5, 4, 2, 1, 0):
            self.params[k][...] = rng.normal(0, 0.01 if k == 0 else len(self.params[k]) ** -0.5, shapes[k])
        self.reader = TimeBiLSTM(*self.params[1:])

    def forward(self, xs):
        self.one_hot = np.eye(len(self.params[0]), dtype=np.float32)[xs]
        return self.reader.forward(self.one_hot @ self.params[0], lengths=[xs.shape[1]] * len(xs))

    def backward(self, dhs):
        dvectors = self.reader.backward(dhs)
        self.grads[0][...] = np.einsum("ntv,ntd->vd", self.one_hot, dvectors)
        for grad, filled in zip(self.grads[1:], self.reader.grads):
            grad[...] = filled


class BiAttentionSeq2seq:
    """Its own cross-entropy; the decoder is drawn before the encoder."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = [*self.encoder.params, *self.decoder.params]
        self.grads = [*self.encoder.grads, *self.decoder.grads]

    def forward(self, xs, ts):
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        logs = scores - scores.max(axis=2, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=2, keepdims=True))
        labels = np.eye(scores.shape[2], dtype=scores.dtype)[ts[:, 1:]]
        count = labels[..., 0].size
        self.slope = (np.exp(logs) - labels) / count
        return float(-(logs * labels).sum() / count)

    def backward(self, dout=1):
        self.encoder.backward(self.decoder.backward((self.slope * dout).astype(self.slope.dtype)))

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)


class ResidualLSTM:
    """Remembers every layer's input."""

    def __init__(self, layers):
        self.layers = tuple(layers)
        self.params = [*self.layers[0].params]
        self.grads = [*self.layers[0].grads]
        for k in range(1, len(self.layers)):
            self.params.extend(self.layers[k].params)
            self.grads.extend(self.layers[k].grads)

    def forward(self, xs):
        self.inputs = [xs]
        for layer in self.layers:
            hs = np.array(layer.forward(self.inputs[-1]))
            if hs.shape == self.inputs[-1].shape:
                hs += self.inputs[-1]
            self.inputs.append(hs)
        return self.inputs[-1]

    def backward(self, dhs):
        k = len(self.layers) - 1
        while k >= 0:
            dxs = np.array(self.layers[k].backward(dhs))
            if self.inputs[k].shape == self.inputs[k + 1].shape:
                dxs += dhs
            dhs, k = dxs, k - 1
        return dhs
