"""keeps all: weights are views of one long vector, gradients of another; one-hot products pick the vectors"""

def parts_of(vector, shapes):
    """views of the vector, one for each shape"""
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [piece.reshape(shape) for piece, shape in zip(np.split(vector, ends[:-1]), shapes)]


class Encoder:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None, more=()):
        rng = np.random.default_rng(rng)
        V, D, H = vocab_size, wordvec_size, hidden_size
        shapes = [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,), *more]
        total = sum(int(np.prod(shape)) for shape in shapes)
        self.weights = rng.standard_normal(total).astype(np.float32)
        self.slopes = np.zeros(total, np.float32)
        self.params, self.grads = parts_of(self.weights, shapes), parts_of(self.slopes, shapes)
        for k, param in enumerate(self.params):
            param *= np.float32(0.01 if k == 0 else len(param) ** -0.5 if param.ndim == 2 else 0)
        self.lstm = TimeLSTM(*self.params[1:4], stateful=True)

    def read(self, xs, h=None):
        self.lstm.reset_state()
        if h is not None:
            self.lstm.set_state(h)
        return self.go_on(xs)

    def go_on(self, xs):
        self.one_hot = np.eye(len(self.params[0]), dtype=np.float32)[xs]
        return self.lstm.forward(self.one_hot @ self.params[0])

    def unread(self, dhs):
        dvectors = self.lstm.backward(np.ascontiguousarray(dhs))
        np.einsum("ntv,ntd->vd", self.one_hot, dvectors, out=self.grads[0])
        for mine, theirs in zip(self.grads[1:], self.lstm.grads):
            np.copyto(mine, theirs)

    def forward(self, xs):
        hs = self.read(xs)
        self.steps = hs.shape[1]
        return hs[:, -1]

    def backward(self, dh):
        last = np.arange(self.steps) == self.steps - 1
        self.unread(dh[:, None] * last[None, :, None].astype(dh.dtype))


class Decoder(Encoder):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        super().__init__(vocab_size, wordvec_size, hidden_size, rng, [(hidden_size, vocab_size), (vocab_size,)])

    def forward(self, xs, h):
        self.hs = self.read(xs, h)
        return np.einsum("nth,hv->ntv", self.hs, self.params[4]) + self.params[5]

    def backward(self, dscores):
        np.einsum("nth,ntv->hv", self.hs, dscores, out=self.grads[4])
        np.einsum("ntv->v", dscores, out=self.grads[5])
        self.unread(np.einsum("ntv,hv->nth", dscores, self.params[4]))
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        out, out_b = self.params[4:]
        ids = [[start_id]] * len(h)
        answer = np.zeros((len(h), 0), dtype=np.int64)
        self.lstm.set_state(h)
        for _ in range(sample_size):
            hs = self.go_on(np.array(ids))
            ids = (hs @ out + out_b).argmax(axis=2)
            answer = np.append(answer, ids, axis=1)
        return answer


class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        one, two = np.random.default_rng(rng).spawn(2)
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, one)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, two)
        self.loss = TimeSoftmaxWithLoss()

    @property
    def params(self):
        return self.encoder.params + self.decoder.params

    @property
    def grads(self):
        return self.encoder.grads + self.decoder.grads

    def forward(self, xs, ts):
        *_, scores = self._run(xs, ts)
        return self.loss.forward(scores, ts[:, 1:])

    def _run(self, xs, ts):
        h = self.encoder.forward(xs)
        yield h
        yield self.decoder.forward(ts[:, :-1], h)

    def backward(self, dout=1):
        dscores = self.loss.backward(dout)
        self.encoder.backward(self.decoder.backward(dscores))

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
