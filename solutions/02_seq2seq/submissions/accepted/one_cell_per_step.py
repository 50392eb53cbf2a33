"""keeps all: one LSTM cell object per step, and gradients summed in a list"""


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]

    def forward(self, x, h, c):
        Wx, Wh, b = self.params
        H = h.shape[1]
        a = x @ Wx + h @ Wh + b
        s = (np.tanh(a / 2) + 1) / 2
        self.x, self.h, self.c = x, h, c
        self.f, self.g, self.i, self.o = s[:, :H], np.tanh(a[:, H : 2 * H]), s[:, 2 * H : 3 * H], s[:, 3 * H :]
        self.tanh_c = np.tanh(c_next := self.f * c + self.g * self.i)
        return self.o * self.tanh_c, c_next

    def backward(self, dh, dc):
        Wx, Wh, b = self.params
        f, g, i, o = self.f, self.g, self.i, self.o
        dc = dc + dh * o * (1 - self.tanh_c**2)
        do = dh * self.tanh_c * o * (1 - o)
        da = np.concatenate([dc * self.c * f * (1 - f), dc * i * (1 - g * g), dc * g * i * (1 - i), do], axis=1)
        self.grads = [self.x.T @ da, self.h.T @ da, da.sum(axis=0)]
        return da @ Wx.T, da @ Wh.T, dc * f


class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        D, H = wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        Wx = rng.standard_normal((D, 4 * H)) / np.sqrt(D)
        Wh = rng.standard_normal((H, 4 * H)) / np.sqrt(H)
        W = rng.standard_normal((vocab_size, D)) * 0.01
        self.params = [a.astype(np.float32) for a in (W, Wx, Wh, np.zeros(4 * H))]
        self.grads = [np.zeros(a.shape, np.float32) for a in self.params]

    def forward(self, xs):
        W, *lstm = self.params
        self.xs = np.array(xs)
        self.cells = [LSTM(*lstm) for _ in range(self.xs.shape[1])]
        h = c = np.zeros((len(xs), len(lstm[1])), np.float32)
        for cell, ids in zip(self.cells, self.xs.T):
            h, c = cell.forward(W[ids], h, c)
        return h

    def backward(self, dh):
        totals = [0, 0, 0]
        dc = np.zeros_like(dh)
        self.grads[0].fill(0)
        for t in range(len(self.cells) - 1, -1, -1):
            dx, dh, dc = self.cells[t].backward(dh, dc)
            totals = [total + part for total, part in zip(totals, self.cells[t].grads)]
            for n in range(len(dx)):
                self.grads[0][self.xs[n, t]] += dx[n]
        for grad, total in zip(self.grads[1:], totals):
            grad[:] = total
        return dh


class Decoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        if rng is None:
            rng = np.random.default_rng()
        out = rng.standard_normal((H, V)) / np.sqrt(H)
        Wx = rng.standard_normal((D, 4 * H)) / np.sqrt(D)
        Wh = rng.standard_normal((H, 4 * H)) / np.sqrt(H)
        W = rng.standard_normal((V, D)) * 0.01
        self.params = [a.astype(np.float32) for a in (W, Wx, Wh, np.zeros(4 * H), out, np.zeros(V))]
        self.grads = [np.zeros(a.shape, np.float32) for a in self.params]

    def start(self, h):
        self.h, self.c, self.cells, self.xs, self.hs = h, np.zeros_like(h), [], [], []

    def step(self, ids):
        W, Wx, Wh, b, out, out_b = self.params
        cell = LSTM(Wx, Wh, b)
        self.h, self.c = cell.forward(W[ids], self.h, self.c)
        self.cells.append(cell)
        self.xs.append(np.array(ids))
        self.hs.append(self.h)
        return self.h.dot(out) + out_b

    def forward(self, xs, h):
        self.start(h)
        return np.array([self.step(xs[:, t]) for t in range(xs.shape[1])]).swapaxes(0, 1)

    def backward(self, dscores):
        W, Wx, Wh, b, out, out_b = self.params
        for grad in self.grads:
            grad.fill(0)
        dh = dc = np.zeros_like(self.h)
        for t in range(len(self.cells) - 1, -1, -1):
            ds = dscores[:, t]
            dx, dh, dc = self.cells[t].backward(dh + ds @ out.T, dc)
            for n, k in enumerate(self.xs[t]):
                self.grads[0][k] += dx[n]
            for grad, part in zip(self.grads[1:], [*self.cells[t].grads, self.hs[t].T @ ds, ds.sum(0)]):
                grad += part
        return dh

    def generate(self, h, start_id, sample_size):
        self.start(h)
        ids = [start_id] * len(h)
        answer = [ids := self.step(ids).argmax(1) for _ in range(sample_size)]
        return np.column_stack(answer)
