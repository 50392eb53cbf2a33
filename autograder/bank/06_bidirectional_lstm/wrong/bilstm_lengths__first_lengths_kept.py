"""loses bilstm_lengths: the lengths of the first call are used ever after"""

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
            if self.lengths is not None and len(self.lengths) == N:
                lengths = self.lengths
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
