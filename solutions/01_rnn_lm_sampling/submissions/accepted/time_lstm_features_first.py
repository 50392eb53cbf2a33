"""keeps all: a TimeLSTM whose arrays have the features first and the batch last"""

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
        Wx, Wh, _ = self.params
        xs, hs, cs, tanh_cs, gates = self.cache
        (N, T, D), H = (xs.shape, len(Wh))
        dhs = np.ascontiguousarray(dhs.transpose(1, 2, 0))
        dA = np.empty_like(gates)
        dh = dc = np.zeros((H, N), Wx.dtype)
        for t in reversed(range(T)):
            f, g, i, o = gates[t].reshape(4, H, N)
            df, dg, di, do = dA[t].reshape(4, H, N)
            dh = dh + dhs[t]
            dc = dc + dh * o * (1 - tanh_cs[t + 1] ** 2)
            df[...] = dc * cs[t] * f * (1 - f)
            dg[...] = dc * i * (1 - g * g)
            di[...] = dc * g * i * (1 - i)
            do[...] = dh * tanh_cs[t + 1] * o * (1 - o)
            dc = dc * f
            dh = Wh @ dA[t]
        self.dh = dh.T.copy()
        dA = dA.transpose(1, 0, 2).reshape(4 * H, T * N)
        dWx, dWh, db = self.grads
        dWx[...] = (dA @ xs.transpose(1, 0, 2).reshape(T * N, D)).T
        dWh[...] = (dA @ hs[:T].transpose(0, 2, 1).reshape(T * N, H)).T
        db[...] = dA.sum(axis=1)
        return (Wx @ dA).reshape(D, T, N).transpose(2, 1, 0)

    def set_state(self, h, c=None):
        if not self.stateful:
            return
        dtype = self.params[0].dtype
        self.h = np.array(h, dtype)
        self.c = np.zeros_like(self.h) if c is None else np.array(c, dtype)

    def reset_state(self):
        self.h, self.c = (None, None)
