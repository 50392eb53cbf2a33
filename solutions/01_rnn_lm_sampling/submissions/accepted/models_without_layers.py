"""keeps all: models that hold their own arrays and work with one-hot vectors instead of the layers handed out"""

def one_hot(ids, size):
    return np.eye(size, dtype=np.float32)[ids]


class Rnnlm:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        V, D, H = vocab_size, wordvec_size, hidden_size
        shapes = [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,), (H, V), (V,)]
        self.params = []
        for k, shape in enumerate(shapes):
            spread = 0 if len(shape) == 1 else 0.01 if k == 0 else 1 / np.sqrt(shape[0])
            self.params.append(rng.normal(0, spread, shape).astype(np.float32))
        self.grads = [np.zeros(shape, np.float32) for shape in shapes]
        self.time_lstm = TimeLSTM(*self.params[1:4], stateful=True)

    def predict(self, xs):
        W, _, _, _, out, bias = self.params
        self.x = one_hot(xs, len(W))
        self.hs = self.time_lstm.forward(self.x @ W)
        return self.hs @ out + bias

    def forward(self, xs, ts):
        scores = self.predict(xs)
        counted = (ts >= 0)[:, :, None]
        self.p = softmax(scores)
        labels = one_hot(np.where(ts < 0, 0, ts), len(self.params[0])) * counted
        self.dscores = (self.p - labels) * counted / max(counted.sum(), 1)
        top = scores.max(axis=-1, keepdims=True)
        logs = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
        return float(-(logs * labels).sum() / max(counted.sum(), 1))

    def backward(self, dout=1):
        W, _, _, _, out, bias = self.params
        ds = (self.dscores * dout).astype(np.float32)
        self.grads[5][...] = ds.sum(axis=(0, 1))
        self.grads[4][...] = np.tensordot(self.hs, ds, axes=((0, 1), (0, 1)))
        dvectors = self.time_lstm.backward(ds @ out.T)
        for mine, theirs in zip(self.grads[1:4], self.time_lstm.grads):
            mine[...] = theirs
        self.grads[0][...] = np.tensordot(self.x, dvectors, axes=((0, 1), (0, 1)))

    def reset_state(self):
        self.time_lstm.reset_state()


class BetterRnnlm:
    def __init__(self, vocab_size, wordvec_size, hidden_size, dropout_ratio=0.5, rng=None):
        if wordvec_size != hidden_size:
            raise ValueError("tied weights: wordvec_size and hidden_size must be the same")
        self.rng = np.random.default_rng(rng)
        self.keep = 1 - dropout_ratio
        H = hidden_size
        self.params = [self.rng.normal(0, 0.01, (vocab_size, H)).astype(np.float32)]
        self.stack = []
        for _ in range(2):
            matrices = [self.rng.normal(0, H**-0.5, (H, 4 * H)).astype(np.float32) for _ in range(2)]
            self.params += [*matrices, np.zeros(4 * H, np.float32)]
            self.stack.append(TimeLSTM(*self.params[-3:], stateful=True))
        self.params.append(np.zeros(vocab_size, np.float32))
        self.grads = [np.zeros_like(param) for param in self.params]
        self.train_flag = True

    def _mask(self, like, on):
        if not on:
            return np.ones_like(like)
        return (self.rng.random(like.shape) < self.keep).astype(like.dtype) / np.float32(self.keep)

    def _read(self, xs, on):
        self.x = one_hot(xs, len(self.params[0]))
        v = self.x @ self.params[0]
        self.masks = [self._mask(v, on)]
        v = v * self.masks[0]
        for layer in self.stack:
            v = layer.forward(v)
            self.masks.append(self._mask(v, on))
            v = v * self.masks[-1]
        self.last = v
        return v @ self.params[0].T + self.params[-1]

    def predict(self, xs):
        return self._read(xs, on=False)

    def forward(self, xs, ts):
        scores = self._read(xs, on=self.train_flag)
        p = softmax(scores)
        rows, columns = np.nonzero(ts >= 0)
        labels = ts[rows, columns]
        self.dscores = np.zeros_like(p)
        self.dscores[rows, columns] = p[rows, columns]
        self.dscores[rows, columns, labels] -= 1
        self.dscores /= max(len(rows), 1)
        return float(-np.log(p[rows, columns, labels]).sum() / max(len(rows), 1))

    def backward(self, dout=1):
        ds = self.dscores * np.float32(dout)
        d = ds @ self.params[0]
        for k in (1, 0):
            d = self.stack[k].backward(d * self.masks[k + 1])
            for mine, theirs in zip(self.grads[1 + 3 * k :], self.stack[k].grads):
                mine[...] = theirs
        self.grads[-1][...] = ds.sum(axis=(0, 1))
        through_output = np.einsum("ntv,nth->vh", ds, self.last)
        through_input = np.einsum("ntv,nth->vh", self.x, d * self.masks[0])
        self.grads[0][...] = through_output + through_input

    def reset_state(self):
        for layer in self.stack:
            layer.reset_state()
