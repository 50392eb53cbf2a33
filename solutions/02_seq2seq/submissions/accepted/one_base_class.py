"""keeps all: encoder, decoder and the whole are one family: a base class, and a decoder that is an encoder"""

class Part:
    """layers in a row; what they have in params and grads is the part's"""

    def chain(self, *layers):
        self.layers = layers
        self.params, self.grads = [], []
        for layer in layers:
            self.params.extend(layer.params)
            self.grads.extend(layer.grads)

    def draw(self, rng, *sizes, spread=None):
        spread = 1 / np.sqrt(sizes[0]) if spread is None else spread
        return np.multiply(rng.standard_normal(sizes, dtype=np.float32), np.float32(spread))

    def up(self, out):
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def down(self, dout):
        for layer in self.layers[::-1]:
            dout = layer.backward(dout)
        return dout


class Encoder(Part):
    stateful = True  # with a reset before each source

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        Wh = self.draw(rng, hidden_size, 4 * hidden_size)
        Wx = self.draw(rng, wordvec_size, 4 * hidden_size)
        W = self.draw(rng, vocab_size, wordvec_size, spread=0.01)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * hidden_size, "f4"), self.stateful)
        self.chain(TimeEmbedding(W), self.lstm)

    def forward(self, xs):
        self.lstm.reset_state()
        self.size = self.up(xs).shape
        return self.lstm.h

    def backward(self, dh):
        earlier = np.zeros((self.size[0], self.size[1] - 1, self.size[2]), dh.dtype)
        self.down(np.concatenate([earlier, dh[:, None]], axis=1))


class Decoder(Encoder):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        out = TimeAffine(self.draw(rng, hidden_size, vocab_size), np.zeros(vocab_size, "f4"))
        self.chain(*self.layers, out)

    def forward(self, xs, h):
        self.lstm.set_state(h, np.zeros_like(h))
        return self.up(xs)

    def backward(self, dscores):
        self.down(dscores)
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        last = np.full((h.shape[0], 1), start_id, dtype=np.uint8)
        columns = [last := self.next(last, h if t == 0 else None) for t in range(sample_size)]
        return np.hstack(columns)

    def next(self, last, h):
        if h is not None:
            self.lstm.set_state(h)
        return self.up(last).argmax(-1)


class Seq2seq(Part):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.top = TimeSoftmaxWithLoss()
        self.chain(self.encoder, self.decoder, self.top)

    def forward(self, xs, ts):
        return self.top.forward(self.decoder.forward(ts[:, :-1], self.encoder.forward(xs)), ts[:, 1:])

    def backward(self, dout=1):
        self.down(dout)

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
