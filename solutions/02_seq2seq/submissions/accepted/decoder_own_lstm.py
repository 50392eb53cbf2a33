"""keeps all: a Decoder that takes the steps of its LSTM itself"""

def logistic(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


class Decoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()
        V, D, H = vocab_size, wordvec_size, hidden_size
        plan = [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,), (H, V), (V,)]
        self.params = []
        for shape in plan:
            spread = 0.01 if shape == (V, D) and not self.params else shape[0] ** -0.5
            drawn = rng.normal(0, spread, shape) if len(shape) == 2 else np.zeros(shape)
            self.params.append(drawn.astype("float32"))
        self.grads = [np.zeros_like(param) for param in self.params]

    def step(self, ids, h, c):
        W, Wx, Wh, b, out, out_b = self.params
        x = W[ids]
        f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        f, g, i, o = logistic(f), np.tanh(g), logistic(i), logistic(o)
        c_next = f * c + g * i
        tc = np.tanh(c_next)
        h_next = o * tc
        self.memory.append((ids, x, h, c, f, g, i, o, tc, h_next))
        return h_next @ out + out_b, h_next, c_next

    def forward(self, xs, h):
        self.memory = []
        c = np.zeros_like(h)
        scores = []
        for ids in xs.T.copy():
            s, h, c = self.step(ids, h, c)
            scores.append(s)
        return np.stack(scores, axis=1)

    def backward(self, dscores):
        W, Wx, Wh, b, out, out_b = self.params
        dW, dWx, dWh, db, dout, dout_b = self.grads
        for grad in self.grads:
            grad[...] = 0
        dh = np.zeros((len(dscores), len(Wh)), W.dtype)
        dc = np.zeros_like(dh)
        for t in range(dscores.shape[1])[::-1]:
            ids, x, h, c, f, g, i, o, tc, h_next = self.memory[t]
            ds = dscores[:, t]
            dout += h_next.T @ ds
            dout_b += ds.sum(axis=0)
            dh = dh + ds @ out.T
            dc = dc + dh * o * (1 - tc * tc)
            df, dg, di, do = dc * c, dc * i, dc * g, dh * tc
            dz = np.hstack([df * f * (1 - f), dg * (1 - g * g), di * i * (1 - i), do * o * (1 - o)])
            np.add.at(dW, ids, dz @ Wx.T)
            dWx += x.T @ dz
            dWh += h.T @ dz
            db += dz.sum(axis=0)
            dh = dz @ Wh.T
            dc = dc * f
        return dh

    def generate(self, h, start_id, sample_size):
        c = np.zeros_like(h)
        ids = np.repeat(start_id, len(h))
        answer = np.empty((len(h), sample_size), dtype=int)
        self.memory = []
        for t in range(sample_size):
            scores, h, c = self.step(ids, h, c)
            ids = answer[:, t] = scores.argmax(axis=1)
        return answer
