"""keeps all: subclasses 05's classes and 02's Encoder, and keeps hidden sizes as NumPy integers"""

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
        dhs = dhs.copy()
        dhs[self.padding] = 0
        dforth, dback = dhs[:, :, :H], dhs[:, :, H:]
        dxs_forth = self.forth.backward(dforth)
        dxs_back = self.back.backward(dback[self.rows, self.order])[self.rows, self.order]
        return dxs_forth + dxs_back


def to_torch_weights(Wx, Wh, b):
    H = len(Wh)
    order = [2, 0, 1, 3]  # i, f, g, o among f, g, i, o

    def rows_of_torch(W):
        blocks = [W[:, k * H : (k + 1) * H].T for k in order]
        return np.concatenate(blocks, axis=0)

    bias = np.concatenate([b[k * H : (k + 1) * H] for k in order])
    return {"weight_ih": rows_of_torch(Wx), "weight_hh": rows_of_torch(Wh), "bias": bias}


from given import AttentionEncoder


class BiEncoder(AttentionEncoder):
    """An AttentionEncoder whose LSTM was exchanged after it was made."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if hidden_size % 2:
            raise ValueError(f"hidden_size is {hidden_size}, which is odd")
        rng = np.random.default_rng() if rng is None else rng
        half = np.int64(hidden_size // 2)
        super().__init__(vocab_size, wordvec_size, half, rng)
        other = AttentionEncoder(vocab_size, wordvec_size, half, rng)
        self.lstm = TimeBiLSTM(*self.lstm.params, *other.lstm.params)
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads


from given import AttentionSeq2seq


class BiAttentionSeq2seq(AttentionSeq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        of_old = len(self.encoder.params)
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params[:of_old] = self.encoder.params
        self.grads[:of_old] = self.encoder.grads


class RoundAbout:
    """One layer with the way round it."""

    def __init__(self, layer):
        self.layer = layer
        self.round = layer.params[0].shape[0] == layer.params[1].shape[0]

    def forward(self, xs):
        return self.layer.forward(xs) + (xs if self.round else 0)

    def backward(self, dhs):
        return self.layer.backward(dhs) + (dhs if self.round else 0)


class ResidualLSTM:
    def __init__(self, layers):
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]
        self.floors = [RoundAbout(layer) for layer in layers]

    def forward(self, xs):
        for floor in self.floors:
            xs = floor.forward(xs)
        return xs

    def backward(self, dhs):
        for floor in self.floors[::-1]:
            dhs = floor.backward(dhs)
        return dhs
