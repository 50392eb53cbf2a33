"""keeps all: sorts rows by length, reads only the rows that are still there, and undoes the sorting"""

class TimeBiLSTM:
    """The longest row first; at every step of either direction only the rows that have a real step take part."""

    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.params = [Wx1, Wh1, b1, Wx2, Wh2, b2]
        self.grads = [np.zeros_like(param) for param in self.params]

    def checked(self, lengths, N, T):
        if lengths is None:
            return np.full(N, T)
        lengths = np.array(lengths)
        whole = lengths.dtype.kind in ("i", "u")
        if not whole or lengths.shape != (N,) or (lengths < 1).any() or (lengths > T).any():
            raise ValueError(f"lengths must be {N} whole numbers from 1 to {T}, got {lengths!r}")
        return lengths.astype(int)

    def forward(self, xs, lengths=None):
        N, T, _ = xs.shape
        H = len(self.params[1])
        lengths = self.checked(lengths, N, T)
        self.order = np.argsort(-lengths, kind="stable")
        self.xs, self.present = xs[self.order], [int((lengths > t).sum()) for t in range(T)]
        hs = np.zeros((N, T, 2 * H), self.params[0].dtype)
        self.there = self.read(self.params[:3], range(T), hs[:, :, :H])
        self.back = self.read(self.params[3:], range(T - 1, -1, -1), hs[:, :, H:])
        return hs[np.argsort(self.order)]

    def read(self, weights, steps, hs):
        Wx, Wh, b = weights
        h, c = np.zeros_like(hs[:, 0]), np.zeros_like(hs[:, 0])
        memory = []
        for t in steps:
            k = self.present[t]
            z = self.xs[:k, t] @ Wx + h[:k] @ Wh + b
            f, g, i, o = np.split(z, 4, axis=1)
            f, i, o = (0.5 * np.tanh(0.5 * gate) + 0.5 for gate in (f, i, o))
            g = np.tanh(g)
            before = h[:k].copy(), c[:k].copy()
            c[:k] = f * c[:k] + g * i
            h[:k] = o * np.tanh(c[:k])
            hs[:k, t] = h[:k]
            memory.append((t, k, *before, f, g, i, o, np.tanh(c[:k])))
        return memory

    def backward(self, dhs):
        H = len(self.params[1])
        dhs = dhs[self.order]
        dxs = self.go_back(self.there, dhs[:, :, :H], self.params[:3], self.grads[:3])
        dxs += self.go_back(self.back, dhs[:, :, H:], self.params[3:], self.grads[3:])
        undone = np.empty_like(dxs)
        undone[self.order] = dxs
        return undone

    def go_back(self, memory, dhs, weights, grads):
        Wx, Wh, b = weights
        for grad in grads:
            grad[...] = 0
        dxs = np.zeros_like(self.xs)
        dh, dc = np.zeros_like(dhs[:, 0]), np.zeros_like(dhs[:, 0])
        for t, k, h, c, f, g, i, o, tc in memory[::-1]:
            up = dh[:k] + dhs[:k, t]
            dcell = dc[:k] + up * o * (1 - tc * tc)
            df, dg, di, do = dcell * c, dcell * i, dcell * g, up * tc
            dz = np.concatenate([df * f * (1 - f), dg * (1 - g * g), di * i * (1 - i), do * o * (1 - o)], axis=1)
            grads[0] += self.xs[:k, t].T @ dz
            grads[1] += h.T @ dz
            grads[2] += dz.sum(axis=0)
            dxs[:k, t] = dz @ Wx.T
            dh[:k], dc[:k] = dz @ Wh.T, dcell * f
        return dxs


def to_torch_weights(Wx, Wh, b):
    Wx_f, Wx_g, Wx_i, Wx_o = np.split(Wx, 4, axis=1)
    Wh_f, Wh_g, Wh_i, Wh_o = np.split(Wh, 4, axis=1)
    b_f, b_g, b_i, b_o = np.split(b, 4)
    weights = {}
    weights["weight_ih"] = np.vstack([Wx_i.T, Wx_f.T, Wx_g.T, Wx_o.T])
    weights["weight_hh"] = np.vstack([Wh_i.T, Wh_f.T, Wh_g.T, Wh_o.T])
    weights["bias"] = np.hstack([b_i, b_f, b_g, b_o])
    return weights


class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2:
            raise ValueError(f"two directions cannot share hidden_size {hidden_size}")
        rng = rng or np.random.default_rng()
        D, H = wordvec_size, hidden_size // 2
        shapes = [(vocab_size, D)] + 2 * [(D, 4 * H), (H, 4 * H), (4 * H,)]
        scales = [0.01] + 2 * [D**-0.5, H**-0.5, 0]
        weights = [(scale * rng.standard_normal(shape)).astype(np.float32) for shape, scale in zip(shapes, scales)]
        self.embed = TimeEmbedding(weights[0])
        self.lstm = TimeBiLSTM(*weights[1:])
        self.params = [*self.embed.params, *self.lstm.params]
        self.grads = [*self.embed.grads, *self.lstm.grads]

    def forward(self, xs):
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        return self.embed.backward(self.lstm.backward(dhs))


class BiAttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        self.encoder = BiEncoder(V, D, H, rng)
        self.decoder = AttentionDecoder(V, D, H, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads


class ResidualLSTM:
    def __init__(self, layers):
        self.layers = list(layers)
        self.params = sum([layer.params for layer in self.layers], [])
        self.grads = sum([layer.grads for layer in self.layers], [])

    def goes_round(self, layer):
        Wx, Wh, b = layer.params
        return len(Wx) == len(Wh)

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            way_round = out
            out = layer.forward(out)
            if self.goes_round(layer):
                out = out + way_round
        return out

    def backward(self, dhs):
        dout = dhs
        for layer in self.layers[::-1]:
            way_round = dout
            dout = layer.backward(dout)
            if self.goes_round(layer):
                dout = dout + way_round
        return dout
