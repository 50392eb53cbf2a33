"""keeps all: prints as it goes and writes warnings to stderr"""

import sys
import warnings

print("TimeBiLSTM is being defined")

class TimeBiLSTM:
    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.forth = TimeLSTM(Wx1, Wh1, b1, stateful)
        self.back = TimeLSTM(Wx2, Wh2, b2, stateful)
        self.params = self.forth.params + self.back.params
        self.grads = self.forth.grads + self.back.grads

    def forward(self, xs, lengths=None):
        N, T, D = xs.shape
        if lengths is None:
            counts = np.full(N, T)
        else:
            counts = np.asarray(lengths)
            if counts.shape != (N,) or counts.dtype.kind not in "iu":
                raise ValueError(f"lengths must be {N} whole numbers, got {lengths}")
            if np.any(counts < 1) or np.any(counts > T):
                raise ValueError(f"lengths must be from 1 to {T}, got {lengths}")
        warnings.warn("reading both ways", stacklevel=1)
        order = np.tile(np.arange(T), (N, 1))
        for n, count in enumerate(counts):
            order[n, :count] = np.arange(count)[::-1]
        self.rows, self.order = np.arange(N)[:, None], order
        self.padding = np.arange(T) >= counts[:, None]
        forth = self.forth.forward(xs)
        back = self.back.forward(xs[self.rows, self.order])[self.rows, self.order]
        hs = np.concatenate((forth, back), axis=2)
        hs[self.padding] = 0
        return hs

    def backward(self, dhs):
        H = dhs.shape[2] // 2
        print("DEBUG dhs", dhs.min(), dhs.max(), file=sys.stderr)
        dhs = dhs.copy()
        dhs[self.padding] = 0
        dforth, dback = dhs[:, :, :H], dhs[:, :, H:]
        dxs_forth = self.forth.backward(dforth)
        dxs_back = self.back.backward(dback[self.rows, self.order])[self.rows, self.order]
        return dxs_forth + dxs_back


def to_torch_weights(Wx, Wh, b):
    Wx_f, Wx_g, Wx_i, Wx_o = np.split(Wx, 4, axis=1)
    Wh_f, Wh_g, Wh_i, Wh_o = np.split(Wh, 4, axis=1)
    b_f, b_g, b_i, b_o = np.split(b, 4)
    weights = {}
    print("H =", len(b_f))
    weights["weight_ih"] = np.vstack([Wx_i.T, Wx_f.T, Wx_g.T, Wx_o.T])
    weights["weight_hh"] = np.vstack([Wh_i.T, Wh_f.T, Wh_g.T, Wh_o.T])
    weights["bias"] = np.hstack([b_i, b_f, b_g, b_o])
    return weights


class BiEncoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2 != 0:
            raise ValueError(f"hidden_size must be even, got {hidden_size}")
        if rng is None:
            rng = np.random.default_rng()
        V, D, half = vocab_size, wordvec_size, hidden_size // 2
        embed_W = (rng.standard_normal((V, D)) / 100).astype("f")
        Wx1 = (rng.standard_normal((D, 4 * half)) / np.sqrt(D)).astype("f")
        Wh1 = (rng.standard_normal((half, 4 * half)) / np.sqrt(half)).astype("f")
        b1 = np.zeros(4 * half).astype("f")
        Wx2 = (rng.standard_normal((D, 4 * half)) / np.sqrt(D)).astype("f")
        Wh2 = (rng.standard_normal((half, 4 * half)) / np.sqrt(half)).astype("f")
        b2 = np.zeros(4 * half).astype("f")
        self.embed = TimeEmbedding(embed_W)
        self.bilstm = TimeBiLSTM(Wx1, Wh1, b1, Wx2, Wh2, b2)
        self.params = self.embed.params + self.bilstm.params
        self.grads = self.embed.grads + self.bilstm.grads

    def forward(self, xs):
        vectors = self.embed.forward(xs)
        print("encoder:", vectors.shape, end="\r")
        return self.bilstm.forward(vectors)

    def backward(self, dhs):
        dvectors = self.bilstm.backward(dhs)
        self.embed.backward(dvectors)


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
    def __init__(self, layers):
        self.layers = layers
        self.params, self.grads = [], []
        for layer in layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, xs):
        self.skips = []
        for layer in self.layers:
            hs = layer.forward(xs)
            skip = hs.shape[-1] == xs.shape[-1]
            self.skips.append(skip)
            print(hs.shape, "has a way round it" if skip else "has none")
            xs = hs + xs if skip else hs
        return xs

    def backward(self, dhs):
        for layer, skip in zip(reversed(self.layers), reversed(self.skips)):
            dxs = layer.backward(dhs)
            dhs = dxs + dhs if skip else dxs
        return dhs
