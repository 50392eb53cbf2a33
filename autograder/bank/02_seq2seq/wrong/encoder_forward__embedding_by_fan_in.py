"""loses encoder_forward: the embedding is divided by the root of its rows, not by 100"""

def logistic(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()
        D, H = wordvec_size, hidden_size
        plan = [((vocab_size, D), vocab_size**-0.5), ((D, 4 * H), D**-0.5), ((H, 4 * H), H**-0.5)]
        self.params = [rng.normal(0, spread, shape).astype("float32") for shape, spread in plan]
        self.params.append(np.zeros(4 * H, "float32"))
        self.grads = [np.zeros_like(param) for param in self.params]

    def forward(self, xs):
        W, Wx, Wh, b = self.params
        h = c = np.zeros((len(xs), len(Wh)), W.dtype)
        self.memory = []
        for t in range(xs.shape[1]):
            x = W[xs[:, t]]
            f, g, i, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
            f, g, i, o = logistic(f), np.tanh(g), logistic(i), logistic(o)
            c_next = f * c + g * i
            tc = np.tanh(c_next)
            self.memory.append((xs[:, t].copy(), x, h, c, f, g, i, o, tc))
            h, c = o * tc, c_next
        return h

    def backward(self, dh):
        W, Wx, Wh, b = self.params
        dW, dWx, dWh, db = self.grads
        for grad in self.grads:
            grad[...] = 0
        dc = np.zeros_like(dh)
        for ids, x, h, c, f, g, i, o, tc in self.memory[::-1]:
            dc = dc + dh * o * (1 - tc * tc)
            df, dg, di, do = dc * c, dc * i, dc * g, dh * tc
            dz = np.hstack([df * f * (1 - f), dg * (1 - g * g), di * i * (1 - i), do * o * (1 - o)])
            np.add.at(dW, ids, dz @ Wx.T)
            dWx += x.T @ dz
            dWh += h.T @ dz
            db += dz.sum(axis=0)
            dh = dz @ Wh.T
            dc = dc * f
