"""keeps all: a layer of its own for every step, gradients added up by hand"""

def repeat_over_time(h, T):
    steps = []
    for _ in range(T):
        steps.append(h.copy())
    return np.stack(steps, axis=1)


class PeekyDecoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng if rng is not None else np.random.default_rng()
        self.V, self.D, self.H = vocab_size, wordvec_size, hidden_size
        rows = {"out": 2 * self.H, "hidden": self.H, "in": self.H + self.D}
        columns = {"out": self.V, "hidden": 4 * self.H, "in": 4 * self.H}
        drawn = {}
        for name in rows:
            matrix = rng.standard_normal((rows[name], columns[name]), dtype=np.float32)
            drawn[name] = matrix / np.float32(np.sqrt(rows[name]))
        vectors = 0.01 * rng.standard_normal((self.V, self.D), dtype=np.float32)
        self.params = [vectors.astype(np.float32), drawn["in"], drawn["hidden"], np.zeros(4 * self.H, np.float32),
                       drawn["out"], np.zeros(self.V, np.float32)]
        self.grads = list(map(np.zeros_like, self.params))
        self.steps = []

    def step(self, ids, h, state):
        """One step with fresh layers: ids (N, 1) and (hidden, cell) -> scores (N, V), new (hidden, cell)."""
        embed = TimeEmbedding(self.params[0])
        lstm = TimeLSTM(*self.params[1:4], stateful=True)
        affine = TimeAffine(*self.params[4:])
        lstm.set_state(*state)
        hs = lstm.forward(np.concatenate([h[:, None], embed.forward(ids)], axis=2))
        scores = affine.forward(np.concatenate([h[:, None], hs], axis=2))
        self.steps.append((embed, lstm, affine))
        return scores[:, 0], (lstm.h, lstm.c)

    def forward(self, xs, h):
        # A TimeLSTM gives no gradient of its first cell state, so backward needs one layer over all steps.
        self.embed, self.lstm, self.affine = self.layers = [
            TimeEmbedding(self.params[0]), TimeLSTM(*self.params[1:4], stateful=True), TimeAffine(*self.params[4:])]
        self.lstm.set_state(h)
        T = xs.shape[1]
        vectors = np.stack([self.embed.forward(xs)[:, t] for t in range(T)], axis=1)
        hs = self.lstm.forward(np.dstack([repeat_over_time(h, T), vectors]))
        return self.affine.forward(np.dstack([repeat_over_time(h, T), hs]))

    def backward(self, dscores):
        H = self.H
        dh = np.zeros((len(dscores), H), dtype=self.params[0].dtype)
        both = self.affine.backward(dscores)
        x_too = self.lstm.backward(both[:, :, H:].copy())
        self.embed.backward(x_too[:, :, H:].copy())
        for t in range(dscores.shape[1]):
            dh += both[:, t, :H]
            dh += x_too[:, t, :H]
        dh += self.lstm.dh
        computed = [grad for layer in self.layers for grad in layer.grads]
        for mine, theirs in zip(self.grads, computed):
            mine[:] = theirs
        return dh

    def generate(self, h, start_id, sample_size):
        answers = []
        for row in h:  # one row after another
            row, ids, answer = row[None], np.array([[start_id]]), []
            state = (row, np.zeros_like(row))
            for _ in range(sample_size):
                scores, state = self.step(ids, row, state)
                answer.append(max(range(self.V), key=lambda k: scores[0, k]))
                ids[0, 0] = answer[-1]
            answers.append(answer)
        self.steps.clear()
        return np.array(answers)


class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        del self.params[4:], self.grads[4:]
        self.params.extend(self.decoder.params)
        self.grads.extend(self.decoder.grads)


def parameter_count(model):
    count = 0
    for param in model.params:
        for _ in range(param.reshape(-1).shape[0]):
            count += 1
    return count
