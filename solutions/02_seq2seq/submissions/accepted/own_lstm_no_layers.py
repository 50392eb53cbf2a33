"""keeps all: models that hold their own arrays and LSTM, without layers, lists of layers or attributes for them"""

def encode_texts(texts, char_to_id, width):
    for text in texts:
        if not len(text) <= width:
            raise ValueError(f"texts: {text!r} has {len(text)} characters, the rows have {width}")
        for char in sorted(set(text).difference(char_to_id)):
            raise ValueError(f"texts: unknown character {char!r} in {text!r}")
    return np.array([[char_to_id[char] for char in f"{text:<{width}}"] for text in texts], dtype="int32")


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


class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        self.writes = Decoder(vocab_size, wordvec_size, hidden_size, rng)  # drawn first
        self.reads = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = self.reads.params + self.writes.params
        self.grads = self.reads.grads + self.writes.grads

    def forward(self, xs, ts):
        scores = self.writes.forward(ts[:, :-1], self.reads.forward(xs)).astype(np.float64)
        scores -= scores.max(axis=-1, keepdims=True)
        p = np.exp(scores)
        p /= p.sum(axis=-1, keepdims=True)
        truth = np.eye(p.shape[-1])[ts[:, 1:]]
        self.error = (p - truth) / truth.sum()
        return -np.log(p[truth == 1]).mean()

    def backward(self, dout=1):
        self.reads.backward(self.writes.backward(np.float32(dout * self.error)))

    def generate(self, xs, start_id, sample_size):
        return self.writes.generate(self.reads.forward(xs), start_id, sample_size)


def exact_match(predicted, expected):
    if np.shape(predicted) != np.shape(expected):
        raise ValueError(f"{np.shape(predicted)} against {np.shape(expected)}")
    return 1 - np.count_nonzero(np.count_nonzero(predicted != expected, axis=1)) / len(predicted)
