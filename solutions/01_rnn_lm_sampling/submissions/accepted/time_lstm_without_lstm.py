"""keeps all: a TimeLSTM that takes the steps itself, without the LSTM class"""

class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.stateful = stateful
        self.h, self.c, self.dh = None, None, None

    def forward(self, xs):
        Wx, Wh, b = self.params
        N, T, _ = xs.shape
        H = len(Wh)
        if not self.stateful or self.h is None:
            self.h = np.zeros((N, H), dtype=Wx.dtype)
            self.c = np.zeros((N, H), dtype=Wx.dtype)
        if self.h.shape[0] != N:
            raise ValueError(f"batch size {N}, but the state has {self.h.shape[0]}")
        hs = np.empty((N, T, H), dtype=Wx.dtype)
        self.memory = []
        for t in range(T):
            x = xs[:, t]
            f, g, i, o = np.split(x @ Wx + self.h @ Wh + b, 4, axis=1)
            f, g, i, o = sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o)
            c = f * self.c + g * i
            self.memory.append((x, self.h, self.c, f, g, i, o, np.tanh(c)))
            self.h, self.c = o * np.tanh(c), c
            hs[:, t] = self.h
        return hs

    def backward(self, dhs):
        Wx, Wh, b = self.params
        N, T, H = dhs.shape
        dxs = np.empty((N, T, len(Wx)), dtype=Wx.dtype)
        for grad in self.grads:
            grad[...] = 0
        dh = np.zeros((N, H), dtype=Wx.dtype)
        dc = np.zeros((N, H), dtype=Wx.dtype)
        for t in range(T - 1, -1, -1):
            x, h_prev, c_prev, f, g, i, o, tc = self.memory[t]
            dh = dh + dhs[:, t]
            dc = dc + dh * o * (1 - tc**2)
            dz = np.hstack([dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dc * g * i * (1 - i), dh * tc * o * (1 - o)])
            self.grads[0] += x.T @ dz
            self.grads[1] += h_prev.T @ dz
            self.grads[2] += dz.sum(axis=0)
            dxs[:, t] = dz @ Wx.T
            dh = dz @ Wh.T
            dc = dc * f
        self.dh = dh
        return dxs

    def set_state(self, h, c=None):
        if not self.stateful:
            return
        self.h = np.array(h)
        self.c = np.zeros_like(self.h) if c is None else np.array(c)

    def reset_state(self):
        self.h, self.c = None, None
