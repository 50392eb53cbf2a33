"""keeps all: LSTM and TimeLSTM share one object with a stack of memories, which only they understand"""

class LSTM:
    """for TimeLSTM, forward is called many times, and each backward belongs to the forward before that of the last one"""

    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self._stack = []
        self._adding = False
        self._place = -1

    def forward(self, x, h_prev, c_prev):
        if not self._adding:
            self._stack.clear()
        Wx, Wh, b = self.params
        z = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=-1)
        z = [np.tanh(part) if k == 1 else sigmoid(part) for k, part in enumerate(z)]
        c_next = z[0] * c_prev + z[1] * z[2]
        self._stack.append((x, h_prev, c_prev, z, c_next))
        return z[3] * np.tanh(c_next), c_next

    def backward(self, dh_next, dc_next):
        self._place -= self._adding
        x, h, c, (f, g, i, o), c_next = self._stack[self._place]
        tc = np.tanh(c_next)
        dc = dc_next + dh_next * o * (1 - tc * tc)
        dz = np.hstack((dc * c * (f - f * f), dc * i * (1 - g * g), dc * g * (i - i * i), dh_next * tc * (o - o * o)))
        if not self._adding:
            self._clear()
        self.grads[0] += x.T @ dz
        self.grads[1] += h.T @ dz
        self.grads[2] += dz.sum(0)
        return dz @ self.params[0].T, dz @ self.params[1].T, dc * f

    def _clear(self):
        for grad in self.grads:
            grad *= 0

    def _begin(self):
        self._stack.clear()
        self._adding = True
        return self


class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self._box = LSTM(Wx, Wh, b)._begin()
        self.params, self.grads = self._box.params, self._box.grads
        self.stateful = stateful
        self.reset_state()

    def forward(self, xs):
        N, T, _ = xs.shape
        if not self.stateful:
            self.reset_state()
        if self.h is not None and len(self.h) != N:
            raise ValueError(f"expected {len(self.h)} rows, got {N}")
        if self.h is None:
            self.h = np.zeros((N, len(self.params[1])), self.params[0].dtype)
            self.c = self.h.copy()
        self._box._begin()
        hs = []
        for x in np.swapaxes(xs, 0, 1):
            self.h, self.c = self._box.forward(x, self.h, self.c)
            hs.append(self.h)
        return np.swapaxes(np.array(hs), 0, 1)

    def backward(self, dhs):
        self._box._clear()
        self._box._place = 0  # counts down from the end of the stack
        self.dh = dc = np.zeros_like(dhs[:, 0])
        dxs = np.empty(dhs.shape[:2] + (len(self.params[0]),), dhs.dtype)
        for t in range(dhs.shape[1])[::-1]:
            dxs[:, t], self.dh, dc = self._box.backward(self.dh + dhs[:, t], dc)
        return dxs

    def set_state(self, h, c=None):
        if self.stateful:
            self.h = np.copy(h)
            self.c = np.zeros_like(h) if c is None else np.copy(c)

    def reset_state(self):
        self.h = self.c = None
