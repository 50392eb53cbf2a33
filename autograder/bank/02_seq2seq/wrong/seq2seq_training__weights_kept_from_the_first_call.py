"""loses seq2seq_training: the encoder keeps the transposed weights of its first forward
also loses: encoder_forward, encoder_backward
"""

def logistic(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()
        D, H = wordvec_size, hidden_size
        plan = [((vocab_size, D), 0.01), ((D, 4 * H), D**-0.5), ((H, 4 * H), H**-0.5)]
        self.params = [rng.normal(0, spread, shape).astype("float32") for shape, spread in plan]
        self.params.append(np.zeros(4 * H, "float32"))
        self.grads = [np.zeros_like(param) for param in self.params]
        self.turned = None

    def forward(self, xs):
        """batch last, because the matrices are faster that way round"""
        W, Wx, Wh, b = self.params
        if self.turned is None:
            self.turned = W.T.copy(), Wx.T.copy(), Wh.T.copy(), b.reshape(-1, 1).copy()
        Wt, Wxt, Wht, bt = self.turned
        h = c = np.zeros((len(Wh), len(xs)), W.dtype)
        self.memory = []
        for t in range(xs.shape[1]):
            x = Wt[:, xs[:, t]]
            f, g, i, o = np.split(Wxt @ x + Wht @ h + bt, 4)
            f, g, i, o = logistic(f), np.tanh(g), logistic(i), logistic(o)
            c_next = f * c + g * i
            tc = np.tanh(c_next)
            self.memory.append((xs[:, t].copy(), x, h, c, f, g, i, o, tc))
            h, c = o * tc, c_next
        return h.T.copy()

    def backward(self, dh):
        Wt, Wxt, Wht, bt = self.turned
        dW, dWx, dWh, db = self.grads
        for grad in self.grads:
            grad[...] = 0
        dh = dh.T
        dc = np.zeros_like(dh)
        for ids, x, h, c, f, g, i, o, tc in self.memory[::-1]:
            dc = dc + dh * o * (1 - tc * tc)
            df, dg, di, do = dc * c, dc * i, dc * g, dh * tc
            dz = np.vstack([df * f * (1 - f), dg * (1 - g * g), di * i * (1 - i), do * o * (1 - o)])
            np.add.at(dW, ids, (Wxt.T @ dz).T)
            dWx += x @ dz.T
            dWh += h @ dz.T
            db += dz.sum(axis=1)
            dh = Wht.T @ dz
            dc = dc * f
