"""keeps all: models without layers: own arrays, an LSTM written out, what h adds computed once"""

def repeat_over_time(h, T):
    """Read-only: every step is the same memory."""
    return np.broadcast_to(h[:, None], (h.shape[0], T, h.shape[1]))


def squash(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


class PeekyDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        V, D, H = vocab_size, wordvec_size, hidden_size
        shapes = [(V, D), (H + D, 4 * H), (H, 4 * H), (4 * H,), (2 * H, V), (V,)]
        self.params = [np.zeros(shape, np.float32) for shape in shapes]
        self.grads = [np.zeros(shape, np.float32) for shape in shapes]
        for k in (4, 2, 1, 0):  # from output to input
            spread = 0.01 if k == 0 else shapes[k][0] ** -0.5
            self.params[k][...] = rng.normal(0, spread, shapes[k])
        self.size = H

    def _gates(self, z):
        H = self.size
        f, g, i, o = (z[:, k * H : (k + 1) * H] for k in range(4))
        return squash(f), np.tanh(g), squash(i), squash(o)

    def _steps(self, h, feed, T):
        """Run T steps; feed(t, scores of the step before) gives the ids of step t."""
        W, Wx, Wh, b, U, d = self.params
        H = self.size
        from_h = h @ Wx[:H] + b
        to_scores = h @ U[:H] + d
        state, c, scores = h, np.zeros_like(h), None
        self.peek, self.memory, every = h, [], []
        for t in range(T):
            ids = feed(t, scores)
            f, g, i, o = self._gates(from_h + W[ids] @ Wx[H:] + state @ Wh)
            before, c_before = state, c
            c = f * c + g * i
            state = o * np.tanh(c)
            self.memory.append((ids, before, c_before, f, g, i, o, np.tanh(c), state))
            scores = to_scores + state @ U[H:]
            every.append(scores)
        return np.stack(every, axis=1)

    def forward(self, xs, h):
        return self._steps(h.copy(), lambda t, _: xs[:, t], xs.shape[1])

    def generate(self, h, start_id, sample_size):
        start = np.full(len(h), start_id)
        scores = self._steps(h, lambda t, last: start if t == 0 else last.argmax(axis=1), sample_size)
        return scores.argmax(axis=2)

    def backward(self, dscores):
        W, Wx, Wh, b, U, d = self.params
        for grad in self.grads:
            grad.fill(0)
        dW, dWx, dWh, db, dU, dd = self.grads
        H, h = self.size, self.peek
        dstate = dc = np.zeros_like(h)
        dpeek = np.zeros_like(h)
        for t in range(len(self.memory) - 1, -1, -1):
            ids, before, c_before, f, g, i, o, tc, state = self.memory[t]
            ds = dscores[:, t]
            dd += ds.sum(axis=0)
            dU[:H] += h.T @ ds
            dU[H:] += state.T @ ds
            dpeek += ds @ U[:H].T
            dstate = dstate + ds @ U[H:].T
            dc = dc + dstate * o * (1 - tc**2)
            df, dg, di, do = dc * c_before, dc * i, dc * g, dstate * tc
            dz = np.hstack([df * f * (1 - f), dg * (1 - g**2), di * i * (1 - i), do * o * (1 - o)])
            db += dz.sum(axis=0)
            dWh += before.T @ dz
            dWx[:H] += h.T @ dz
            dWx[H:] += W[ids].T @ dz
            np.add.at(dW, ids, dz @ Wx[H:].T)
            dpeek += dz @ Wx[:H].T
            dc = dc * f
            dstate = dz @ Wh.T
        return dpeek + dstate


class PeekySeq2seq:
    """Without the base class."""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng(rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = [*self.encoder.params, *self.decoder.params]
        self.grads = [*self.encoder.grads, *self.decoder.grads]

    def forward(self, xs, ts):
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        logs = scores - scores.max(axis=2, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=2, keepdims=True))
        labels = np.eye(scores.shape[2], dtype=scores.dtype)[ts[:, 1:]]
        self.slope = (np.exp(logs) - labels) / labels[..., 0].size
        return float(-(logs * labels).sum() / labels[..., 0].size)

    def backward(self, dout=1):
        self.encoder.backward(self.decoder.backward((self.slope * dout).astype(self.slope.dtype)))

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)


def parameter_count(model):
    return int(np.concatenate([param.ravel() for param in model.params]).shape[0])
