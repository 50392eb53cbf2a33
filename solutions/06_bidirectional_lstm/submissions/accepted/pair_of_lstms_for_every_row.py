"""keeps all: a TimeBiLSTM that makes a pair of TimeLSTMs for every row"""

class TimeBiLSTM:
    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.params = [Wx1, Wh1, b1, Wx2, Wh2, b2]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, xs, lengths=None):
        N, T, D = xs.shape
        H = len(self.params[1])
        lengths = [T] * N if lengths is None else list(lengths)
        if len(lengths) != N:
            raise ValueError(f"lengths has {len(lengths)} numbers for {N} rows")
        for length in lengths:
            if isinstance(length, bool) or not isinstance(length, (int, np.integer)) or not 1 <= length <= T:
                raise ValueError(f"lengths must be whole numbers from 1 to {T}, but one is {length}")
        hs = np.zeros((N, T, 2 * H), dtype=self.params[0].dtype)
        self.xs_shape, self.readers = xs.shape, []
        for n, length in enumerate(lengths):
            there, back = TimeLSTM(*self.params[:3]), TimeLSTM(*self.params[3:])
            row = xs[n : n + 1, :length]
            hs[n, :length, :H] = there.forward(row)[0]
            hs[n, :length, H:] = back.forward(row[:, ::-1])[0, ::-1]
            self.readers.append((there, back, length))
        return hs

    def backward(self, dhs):
        H = len(self.params[1])
        dxs = np.zeros(self.xs_shape, dtype=self.params[0].dtype)
        for grad in self.grads:
            grad[...] = 0
        for n, (there, back, length) in enumerate(self.readers):
            dh = dhs[n : n + 1, :length]
            dxs[n, :length] += there.backward(dh[:, :, :H])[0]
            dxs[n, :length] += back.backward(dh[:, ::-1, H:])[0, ::-1]
            for grad, part in zip(self.grads, there.grads + back.grads):
                grad += part
        return dxs
