"""keeps all: recursion in place of loops"""

def softmax(scores):
    """row by row, until there is one row"""
    if scores.ndim > 1:
        return np.array([softmax(part) for part in scores])
    e = np.exp(scores - scores.max())
    return e / e.sum()


class TimeLSTM:
    """hs of a text = h of its first word, then hs of the rest from there"""

    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.stateful, self.h, self.c, self.dh = stateful, None, None, None

    def forward(self, xs):
        if not self.stateful or self.h is None:
            self.h = np.zeros((xs.shape[0], self.params[1].shape[0]), self.params[0].dtype)
            self.c = np.zeros_like(self.h)
        if len(self.h) != len(xs):
            raise ValueError(f"{len(xs)} rows do not go on from {len(self.h)}")
        self.cells = []
        return np.concatenate(self._read(xs), axis=1)

    def _read(self, xs):
        if xs.shape[1] == 0:
            return []
        cell = LSTM(*self.params)
        self.cells.append(cell)
        self.h, self.c = cell.forward(xs[:, 0], self.h, self.c)
        return [self.h[:, np.newaxis]] + self._read(xs[:, 1:])

    def backward(self, dhs):
        for grad in self.grads:
            grad[...] = 0
        dxs, self.dh, _ = self._back(dhs, self.cells)
        return np.concatenate(dxs, axis=1)

    def _back(self, dhs, cells):
        if not cells:
            nothing = np.zeros((dhs.shape[0], dhs.shape[2]), dhs.dtype)
            return [], nothing, nothing
        later, dh, dc = self._back(dhs[:, 1:], cells[1:])
        dx, dh, dc = cells[0].backward(dh + dhs[:, 0], dc)
        for mine, part in zip(self.grads, cells[0].grads):
            mine += part
        return [dx[:, np.newaxis]] + later, dh, dc

    def set_state(self, h, c=None):
        if self.stateful:
            self.h, self.c = np.array(h), np.array(h) * 0 if c is None else np.array(c)

    def reset_state(self):
        self.h = self.c = None


def perplexity(model, corpus, batch_size, time_size):
    corpus = np.array(corpus)
    length = int(np.ceil((len(corpus) - 1) / batch_size))
    flag = vars(model).get("train_flag") if hasattr(model, "__dict__") else None
    flag = getattr(model, "train_flag", flag)

    def strip(k):
        words = corpus[k * length : (k + 1) * length + 1]
        reads, labels = words[:-1], words[1:]
        lacking = length - len(labels)
        return np.pad(reads[:length], (0, length - len(reads))), np.pad(labels, (0, lacking), constant_values=-1)

    xs, ts = map(np.stack, zip(*map(strip, range(batch_size))))

    def surprise(start):
        if start >= length:
            return 0.0
        x, t = xs[:, start : start + time_size], ts[:, start : start + time_size]
        here = model.forward(x, t) * (t >= 0).sum()
        return here + surprise(start + time_size)

    if flag is not None:
        model.train_flag = False
    try:
        model.reset_state()
        return float(np.exp(surprise(0) / (len(corpus) - 1)))
    finally:
        model.reset_state()
        if flag is not None:
            model.train_flag = flag


class RnnlmGen(Rnnlm):
    def generate(self, start_id, skip_ids=None, sample_size=100, rng=None, **controls):
        if sample_size == 1:
            return [int(start_id)]
        rng = rng or np.random.default_rng()
        scores = self.predict(np.full((1, 1), start_id))[0, 0]
        p = next_word_probabilities(np.array(scores, dtype=float), skip_ids=skip_ids, **controls)
        chosen = rng.choice(np.arange(p.size), p=p)
        return [int(start_id)] + self.generate(chosen, skip_ids, sample_size - 1, rng, **controls)
