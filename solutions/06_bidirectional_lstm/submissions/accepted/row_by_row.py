"""keeps all: with lengths, row by row, two LSTMs for each"""

class TimeBiLSTM:
    def __init__(self, Wx1, Wh1, b1, Wx2, Wh2, b2, stateful=False):
        self.params = [Wx1, Wh1, b1, Wx2, Wh2, b2]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, xs, lengths=None):
        N, T, D = xs.shape
        H = len(self.params[1])
        together = lengths is None
        lengths = [T] * N if lengths is None else list(lengths)
        if len(lengths) != N:
            raise ValueError(f"lengths has {len(lengths)} numbers for {N} rows")
        for length in lengths:
            if isinstance(length, bool) or not isinstance(length, (int, np.integer)) or not 1 <= length <= T:
                raise ValueError(f"lengths must be whole numbers from 1 to {T}, but one is {length}")
        hs = np.zeros((N, T, 2 * H), dtype=self.params[0].dtype)
        self.xs_shape, self.readers = xs.shape, []
        parts = [(slice(n, n + 1), length) for n, length in enumerate(lengths)]
        for rows, length in [(slice(N), T)] if together else parts:
            there, back = TimeLSTM(*self.params[:3]), TimeLSTM(*self.params[3:])
            part = xs[rows, :length]
            hs[rows, :length, :H] = there.forward(part)
            hs[rows, :length, H:] = back.forward(part[:, ::-1])[:, ::-1]
            self.readers.append((there, back, rows, length))
        return hs

    def backward(self, dhs):
        H = len(self.params[1])
        dxs = np.zeros(self.xs_shape, dtype=self.params[0].dtype)
        for grad in self.grads:
            grad[...] = 0
        for there, back, rows, length in self.readers:
            dh = dhs[rows, :length]
            dxs[rows, :length] += there.backward(dh[:, :, :H])
            dxs[rows, :length] += back.backward(dh[:, ::-1, H:])[:, ::-1]
            for grad, part in zip(self.grads, there.grads + back.grads):
                grad += part
        return dxs
