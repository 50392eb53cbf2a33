"""keeps all: an LSTM that keeps each gate as an attribute, in a TimeLSTM of new LSTMs"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        blocks = np.split(x.dot(Wx) + h_prev.dot(Wh) + b, 4, axis=1)
        self.f = sigmoid(blocks[0])
        self.g = np.tanh(blocks[1])
        self.i = sigmoid(blocks[2])
        self.o = sigmoid(blocks[3])
        self.x, self.h_prev, self.c_prev = x, h_prev, c_prev
        self.c = self.f * c_prev + self.g * self.i
        return self.o * np.tanh(self.c), self.c

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        f, g, i, o = self.f, self.g, self.i, self.o
        tc = np.tanh(self.c)
        # c is used twice: for h and for the next step
        dc = dc_next + dh_next * o * (1 - tc**2)
        df = dc * self.c_prev * f * (1 - f)
        dg = dc * i * (1 - g**2)
        di = dc * g * i * (1 - i)
        do = dh_next * tc * o * (1 - o)
        da = np.concatenate([df, dg, di, do], axis=1)
        dWx, dWh, db = self.grads
        dWx[...] = self.x.T.dot(da)
        dWh[...] = self.h_prev.T.dot(da)
        db[...] = np.sum(da, axis=0)
        dx = da.dot(Wx.T)
        dh_prev = da.dot(Wh.T)
        dc_prev = dc * f
        return dx, dh_prev, dc_prev


class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h = self.c = self.dh = None
        self.cells = []

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        if self.stateful and self.h is not None:
            h, c = self.h, self.c
        else:
            h = np.zeros((N, H), dtype=self.params[0].dtype)
            c = np.zeros_like(h)
        if len(h) != N:
            raise ValueError(f"xs has {N} rows and the state {len(h)}")
        self.cells = []
        hs = []
        for t in range(T):
            cell = LSTM(*self.params)
            h, c = cell.forward(xs[:, t], h, c)
            self.cells.append(cell)
            hs.append(h)
        self.h, self.c = h, c
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        N, T, H = dhs.shape
        dh = np.zeros((N, H), dtype=dhs.dtype)
        dc = np.zeros_like(dh)
        totals = [np.zeros_like(param) for param in self.params]
        dxs = [None] * T
        for t in reversed(range(T)):
            dxs[t], dh, dc = self.cells[t].backward(dhs[:, t] + dh, dc)
            for total, part in zip(totals, self.cells[t].grads):
                total += part
        for grad, total in zip(self.grads, totals):
            grad[...] = total
        self.dh = dh
        return np.stack(dxs, axis=1)

    def set_state(self, h, c=None):
        if self.stateful:
            self.h = h.copy()
            self.c = np.zeros_like(h) if c is None else c.copy()

    def reset_state(self):
        self.h = None
        self.c = None
