"""keeps all: loops over time, rows and words: slow"""

import math


def softmax(scores):
    out = np.empty_like(scores)
    for place in np.ndindex(scores.shape[:-1]):
        row = scores[place]
        highest = max(row)
        exps = [math.exp(value - highest) for value in row]
        total = sum(exps)
        for k in range(len(exps)):
            out[place + (k,)] = exps[k] / total
    return out


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.rows = []

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        H = len(Wh)
        h_next, c_next = np.zeros_like(h_prev), np.zeros_like(c_prev)
        self.rows = []
        for n in range(len(x)):
            z = x[n] @ Wx + h_prev[n] @ Wh + b
            f, g, i, o = sigmoid(z[:H]), np.tanh(z[H : 2 * H]), sigmoid(z[2 * H : 3 * H]), sigmoid(z[3 * H :])
            c_next[n] = f * c_prev[n] + g * i
            h_next[n] = o * np.tanh(c_next[n])
            self.rows.append((x[n].copy(), h_prev[n].copy(), c_prev[n].copy(), f, g, i, o, np.tanh(c_next[n])))
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        dWx, dWh, db = self.grads
        for grad in self.grads:
            grad[...] = 0
        dx = np.zeros((len(self.rows), len(Wx)), Wx.dtype)
        dh_prev, dc_prev = np.zeros_like(dh_next), np.zeros_like(dc_next)
        for n, (x, h, c, f, g, i, o, tc) in enumerate(self.rows):
            dc = dc_next[n] + dh_next[n] * o * (1 - tc**2)
            dz = np.concatenate([dc * c * f * (1 - f), dc * i * (1 - g**2), dc * g * i * (1 - i), dh_next[n] * tc * o * (1 - o)])
            dWx += np.outer(x, dz)
            dWh += np.outer(h, dz)
            db += dz
            dx[n] = Wx @ dz
            dh_prev[n] = Wh @ dz
            dc_prev[n] = dc * f
        return dx, dh_prev, dc_prev


class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h = None
        self.c = None
        self.dh = None

    def forward(self, xs):
        N, T = len(xs), len(xs[0])
        H = len(self.params[1])
        if not self.stateful or self.h is None:
            self.h = np.zeros((N, H), dtype=self.params[0].dtype)
            self.c = np.zeros((N, H), dtype=self.params[0].dtype)
        if len(self.h) != N:
            raise ValueError("xs has %d rows but the state has %d" % (N, len(self.h)))
        self.boxes = []
        hs = np.zeros((N, T, H), dtype=self.params[0].dtype)
        for t in range(T):
            box = LSTM(*self.params)
            self.h, self.c = box.forward(xs[:, t], self.h, self.c)
            self.boxes.append(box)
            for n in range(N):
                hs[n, t] = self.h[n]
        return hs

    def backward(self, dhs):
        for grad in self.grads:
            grad[...] = 0
        N, T, H = dhs.shape
        dxs = np.zeros((N, T, len(self.params[0])), dtype=dhs.dtype)
        dh, dc = np.zeros((N, H), dtype=dhs.dtype), np.zeros((N, H), dtype=dhs.dtype)
        for t in range(T - 1, -1, -1):
            dx, dh, dc = self.boxes[t].backward(dh + dhs[:, t], dc)
            for n in range(N):
                dxs[n, t] = dx[n]
            for k in range(3):
                self.grads[k][...] = self.grads[k] + self.boxes[t].grads[k]
        self.dh = dh
        return dxs

    def set_state(self, h, c=None):
        if self.stateful:
            self.h = np.array(h)
            if c is None:
                self.c = np.zeros_like(self.h)
            else:
                self.c = np.array(c)

    def reset_state(self):
        self.h = None
        self.c = None
