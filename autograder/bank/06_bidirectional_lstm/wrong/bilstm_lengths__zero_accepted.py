"""loses bilstm_lengths: a length of 0 goes through"""

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
            if np.any(counts < 0) or np.any(counts > T):
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
