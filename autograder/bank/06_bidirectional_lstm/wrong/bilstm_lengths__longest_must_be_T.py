"""loses bilstm_lengths: refuses lengths of which none is T"""

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
            if not (1 <= lengths.min() and lengths.max() == T):
                raise ValueError(f"lengths: numbers from 1 to {T} wanted, got {lengths}")
            real = np.arange(T)[None, :] < lengths[:, None]
        steps = range(T)
        return np.dstack([self.ways[0].forward(xs, real, steps), self.ways[1].forward(xs, real, steps[::-1])])

    def backward(self, dhs):
        halves = np.split(dhs, 2, axis=-1)
        return self.ways[0].backward(halves[0]) + self.ways[1].backward(halves[1])
