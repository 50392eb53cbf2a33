"""loses time_lstm_backward: each number moved by an imaginary hair, no chain rule"""

def _slopes(loss, arrays):
    """Moves every number by an imaginary hair."""
    slopes = []
    for k, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = [a.astype(complex) for a in arrays]
            moved[k][place] += 1e-30j
            slope[place] = loss(*moved).imag / 1e-30
        slopes.append(slope.astype(array.dtype))
    return slopes


def _step(Wx, Wh, b, x, h, c):
    f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


class TimeLSTM:

    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h, self.c, self.dh = (None, None, None)
        self.cache = None

    def forward(self, xs):
        Wx, Wh, b = self.params
        (N, T, _), H = (xs.shape, len(Wh))
        keeps = self.stateful and self.h is not None
        if keeps and len(self.h) != N:
            raise ValueError(f'xs has batch size {N}, but the state is of batch size {len(self.h)}: reset_state()?')
        hs, cs, tanh_cs = (np.zeros((T + 1, H, N), Wx.dtype) for _ in range(3))
        if keeps:
            hs[0], cs[0] = (self.h.T, self.c.T)
        half = np.repeat(np.array([0.5, 1.0, 0.5, 0.5], Wx.dtype), H)[:, None]
        gates = Wx.T * half @ xs.transpose(1, 2, 0) + b[:, None] * half
        Wh_half = Wh.T * half
        for t in range(T):
            A = gates[t]
            A += Wh_half @ hs[t]
            np.tanh(A, out=A)
            A *= half
            A += 1 - half
            f, g, i, o = A.reshape(4, H, N)
            cs[t + 1] = f * cs[t] + g * i
            tanh_cs[t + 1] = np.tanh(cs[t + 1])
            hs[t + 1] = o * tanh_cs[t + 1]
        self.h, self.c = (hs[T].T.copy(), cs[T].T.copy())
        self.cache = (xs, hs, cs, tanh_cs, gates)
        return np.ascontiguousarray(hs[1:].transpose(2, 0, 1))

    def backward(self, dhs):
        xs, hs, cs = self.cache[:3]
        c0 = cs[0].T

        def loss(Wx, Wh, b, xs, h):
            c, total = (c0, 0)
            for t in range(xs.shape[1]):
                h, c = _step(Wx, Wh, b, xs[:, t], h, c)
                total = total + np.sum(h * dhs[:, t])
            return total
        *slopes, dxs, dh = _slopes(loss, [*self.params, xs, hs[0].T])
        for mine, slope in zip(self.grads, slopes):
            mine[...] = slope
        self.dh = dh.astype(dhs.dtype)
        return dxs.astype(dhs.dtype)

    def set_state(self, h, c=None):
        if not self.stateful:
            return
        dtype = self.params[0].dtype
        self.h = np.array(h, dtype)
        self.c = np.zeros_like(self.h) if c is None else np.array(c, dtype)

    def reset_state(self):
        self.h, self.c = (None, None)
