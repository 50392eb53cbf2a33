"""keeps all: a Seq2seq that works out the loss itself"""

class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        sizes = (vocab_size, wordvec_size, hidden_size)
        self.encoder, self.decoder = Encoder(*sizes, rng=rng), Decoder(*sizes, rng=rng)
        self.params = [*self.encoder.params, *self.decoder.params]
        self.grads = [*self.encoder.grads, *self.decoder.grads]

    def forward(self, xs, ts):
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        labels = ts[:, 1:]
        scores = scores - scores.max(axis=2, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
        rows, steps = np.indices(labels.shape)
        self.dscores = np.exp(logs)
        self.dscores[rows, steps, labels] -= 1
        self.dscores /= labels.size
        return float(-logs[rows, steps, labels].mean())

    def backward(self, dout=1):
        dh = self.decoder.backward((self.dscores * dout).astype(np.float32))
        self.encoder.backward(dh)

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
