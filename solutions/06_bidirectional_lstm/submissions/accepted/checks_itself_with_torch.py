"""keeps all: imports torch, reorders with it and compares with torch.nn.LSTM before it answers"""

def turned(array, lengths):
    """Every row's first steps in the opposite order, its padding where it was."""
    result = array.copy()
    for n, length in enumerate(lengths):
        result[n, :length] = array[n, :length][::-1]
    return result


class TimeBiLSTM:
    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.lstm1 = TimeLSTM(Wx1, Wh1, b1, stateful=stateful)
        self.lstm2 = TimeLSTM(Wx2, Wh2, b2, stateful=stateful)
        self.params = [*self.lstm1.params, *self.lstm2.params]
        self.grads = [*self.lstm1.grads, *self.lstm2.grads]
        self.lengths = None

    def forward(self, xs, lengths=None):
        N, T, D = xs.shape
        if lengths is not None:
            lengths = np.array(lengths)
            if lengths.ndim != 1 or len(lengths) != N:
                raise ValueError(f"lengths must be {N} numbers, got shape {lengths.shape}")
            if not np.issubdtype(lengths.dtype, np.integer):
                raise ValueError(f"lengths must be whole numbers, got {lengths.dtype}")
            if (lengths < 1).any() or (lengths > T).any():
                raise ValueError(f"lengths must lie between 1 and {T}, got {lengths}")
        self.lengths = lengths
        hs1 = self.lstm1.forward(xs)
        if lengths is None:
            hs2 = self.lstm2.forward(xs[:, ::-1])[:, ::-1]
            return np.concatenate([hs1, hs2], axis=-1)
        hs2 = turned(self.lstm2.forward(turned(xs, lengths)), lengths)
        hs = np.concatenate([hs1, hs2], axis=-1)
        for n, length in enumerate(lengths):
            hs[n, length:] = 0
        return hs

    def backward(self, dhs):
        H = dhs.shape[-1] // 2
        if self.lengths is None:
            dxs1 = self.lstm1.backward(dhs[:, :, :H])
            dxs2 = self.lstm2.backward(dhs[:, ::-1, H:])[:, ::-1]
            return dxs1 + dxs2
        dhs = dhs.copy()
        for n, length in enumerate(self.lengths):
            dhs[n, length:] = 0
        dxs1 = self.lstm1.backward(dhs[:, :, :H])
        dxs2 = turned(self.lstm2.backward(turned(dhs[:, :, H:], self.lengths)), self.lengths)
        return dxs1 + dxs2


import torch


def to_torch_weights(Wx, Wh, b):
    def reordered(array):
        forget, candidate, into, out = torch.from_numpy(np.array(array)).chunk(4, dim=-1)
        joined = torch.cat([into, forget, candidate, out], dim=-1)
        return joined.t().contiguous().numpy().copy()

    weights = {"weight_ih": reordered(Wx), "weight_hh": reordered(Wh), "bias": reordered(b)}
    lstm = torch.nn.LSTM(Wx.shape[0], Wh.shape[0], batch_first=True).to(torch.from_numpy(weights["bias"]).dtype)
    lstm.load_state_dict({
        "weight_ih_l0": torch.from_numpy(weights["weight_ih"]),
        "weight_hh_l0": torch.from_numpy(weights["weight_hh"]),
        "bias_ih_l0": torch.from_numpy(weights["bias"]),
        "bias_hh_l0": torch.zeros(4 * Wh.shape[0], dtype=lstm.bias_hh_l0.dtype),
    })  # fmt: skip
    xs = np.linspace(-1, 1, 3 * len(Wx)).reshape(1, 3, len(Wx)).astype(Wx.dtype)
    with torch.no_grad():
        theirs = lstm(torch.from_numpy(xs))[0].numpy()
    ours = TimeLSTM(Wx, Wh, b).forward(xs)
    assert np.allclose(ours, theirs, atol=1e-4), "the gates are in the wrong order"
    return weights


class BiEncoder:
    """keeps its layers in a list"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        half, odd = divmod(hidden_size, 2)
        if odd:
            raise ValueError(f"hidden_size={hidden_size} is odd")
        self.rng = np.random.default_rng() if rng is None else rng
        words = TimeEmbedding(self.normal(vocab_size, wordvec_size, 0.01))
        there, back = self.direction(wordvec_size, half), self.direction(wordvec_size, half)
        self.layers = [words, TimeBiLSTM(*there, *back)]
        self.params = [param for layer in self.layers for param in layer.params]
        self.grads = [grad for layer in self.layers for grad in layer.grads]

    def normal(self, rows, columns, spread):
        return self.rng.normal(scale=spread, size=(rows, columns)).astype(np.float32)

    def direction(self, D, H):
        b = np.zeros(4 * H, dtype=np.float32)
        return self.normal(D, 4 * H, D**-0.5), self.normal(H, 4 * H, H**-0.5), b

    def forward(self, xs):
        out = xs
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def backward(self, dhs):
        dout = dhs
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
