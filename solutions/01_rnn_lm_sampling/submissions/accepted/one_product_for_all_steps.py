"""keeps all: one matrix product for all inputs, contiguous gates, one product for each weight gradient"""

# Gates are kept as (4, N, H): each of them is one block of memory.


def to_gates(a):
    """(..., N, 4H) -> (..., 4, N, H), contiguous"""
    *lead, N, H4 = a.shape
    a = a.reshape(*lead, N, 4, H4 // 4)
    return np.ascontiguousarray(np.moveaxis(a, -2, -3))


def from_gates(a):
    """and back"""
    *lead, _, N, H = a.shape
    return np.moveaxis(a, -3, -2).reshape(*lead, N, 4 * H)


def squash(gates):
    for k in (0, 2, 3):
        gates[k] = sigmoid(gates[k])
    gates[1] = np.tanh(gates[1])
    return gates


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        gates = squash(to_gates(np.hstack([x, h_prev]) @ np.vstack([Wx, Wh]) + b))
        f, g, i, o = gates
        c = f * c_prev + g * i
        self.cache = np.hstack([x, h_prev]), c_prev, gates, np.tanh(c)
        return o * self.cache[-1], c

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        both, c_prev, (f, g, i, o), tc = self.cache
        dc = dc_next + dh_next * o * (1 - tc**2)
        dz = from_gates(np.stack([dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dc * g * i * (1 - i), dh_next * tc * o * (1 - o)]))
        dW = both.T @ dz
        D = len(Wx)
        self.grads[0][...], self.grads[1][...] = dW[:D], dW[D:]
        self.grads[2][...] = np.ones(len(dz), dz.dtype) @ dz
        dboth = dz @ np.vstack([Wx, Wh]).T
        return dboth[:, :D], dboth[:, D:], dc * f


class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h = self.c = self.dh = None

    def forward(self, xs):
        Wx, Wh, b = self.params
        (N, T, D), H = xs.shape, len(Wh)
        if self.stateful and self.h is not None:
            if len(self.h) != N:
                raise ValueError(f"xs of {N} rows, state of {len(self.h)}")
            h, c = self.h, self.c
        else:
            h = c = np.zeros((N, H), Wx.dtype)
        # time first: (T, N, D)
        self.x = np.swapaxes(xs, 0, 1).reshape(T * N, D)
        self.z = to_gates((self.x @ Wx + b).reshape(T, N, 4 * H))
        self.hs = np.empty((T + 1, N, H), Wx.dtype)
        self.cs = np.empty((T + 1, N, H), Wx.dtype)
        self.hs[0], self.cs[0] = h, c
        W4 = np.stack(np.split(Wh, 4, axis=1))  # (4, H, H)
        for t in range(T):
            self.z[t] += self.hs[t] @ W4
            f, g, i, o = squash(self.z[t])
            np.multiply(f, self.cs[t], out=self.cs[t + 1])
            self.cs[t + 1] += g * i
            np.multiply(o, np.tanh(self.cs[t + 1]), out=self.hs[t + 1])
        self.h, self.c = self.hs[T].copy(), self.cs[T].copy()
        return np.swapaxes(self.hs[1:], 0, 1).copy()

    def backward(self, dhs):
        Wx, Wh, b = self.params
        N, T, H = dhs.shape
        dz = np.empty((T, N, 4 * H), Wx.dtype)
        dh = dc = np.zeros((N, H), Wx.dtype)
        for t in range(T - 1, -1, -1):
            f, g, i, o = self.z[t]
            tc = np.tanh(self.cs[t + 1])
            dh = dh + dhs[:, t]
            dc = dc + dh * o * (1 - tc * tc)
            dz[t] = np.hstack([dc * self.cs[t] * f * (1 - f), dc * i * (1 - g * g), dc * g * i * (1 - i), dh * tc * o * (1 - o)])
            dh, dc = dz[t] @ Wh.T, dc * f
        self.dh = dh
        dz = dz.reshape(T * N, 4 * H)
        np.matmul(self.x.T, dz, out=self.grads[0])
        np.matmul(self.hs[:T].reshape(T * N, H).T, dz, out=self.grads[1])
        np.sum(dz, axis=0, out=self.grads[2])
        return np.swapaxes((dz @ Wx.T).reshape(T, N, -1), 0, 1)

    def set_state(self, h, c=None):
        if self.stateful:
            self.h = np.array(h, self.params[0].dtype)
            self.c = np.zeros_like(self.h) if c is None else np.array(c, self.params[0].dtype)

    def reset_state(self):
        self.h = self.c = None
