"""keeps all: a TimeLSTM with a new LSTM for every step, its gradients summed in totals"""

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
