"""keeps all: an LSTM that cuts the affine product gate by gate, in a TimeLSTM of new LSTMs"""

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        H = len(Wh)
        z = x @ Wx + h_prev @ Wh + b
        forget = sigmoid(z[:, 0 * H : 1 * H])
        cand = np.tanh(z[:, 1 * H : 2 * H])
        inp = sigmoid(z[:, 2 * H : 3 * H])
        out = sigmoid(z[:, 3 * H : 4 * H])
        c_next = forget * c_prev + inp * cand
        t = np.tanh(c_next)
        h_next = out * t
        self.cache = (x, h_prev, c_prev, forget, cand, inp, out, t)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, forget, cand, inp, out, t = self.cache
        H = len(Wh)
        d_out = dh_next * t
        d_c = dc_next + dh_next * out * (1 - t * t)
        d_forget = d_c * c_prev
        d_inp = d_c * cand
        d_cand = d_c * inp
        dz = np.zeros((len(x), 4 * H), dtype=Wx.dtype)
        dz[:, 0 * H : 1 * H] = d_forget * forget * (1 - forget)
        dz[:, 1 * H : 2 * H] = d_cand * (1 - cand * cand)
        dz[:, 2 * H : 3 * H] = d_inp * inp * (1 - inp)
        dz[:, 3 * H : 4 * H] = d_out * out * (1 - out)
        self.grads[0][...] = x.T @ dz
        self.grads[1][...] = h_prev.T @ dz
        self.grads[2][...] = dz.sum(axis=0)
        dc_prev = d_c * forget
        return dz @ Wx.T, dz @ Wh.T, dc_prev


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
