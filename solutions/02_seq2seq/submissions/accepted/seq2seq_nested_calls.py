"""keeps all: a Seq2seq that nests its calls and extends its lists part by part"""

class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        sizes = vocab_size, wordvec_size, hidden_size
        self.encoder, self.decoder = Encoder(*sizes, rng), Decoder(*sizes, rng)
        self.last = TimeSoftmaxWithLoss()
        self.params, self.grads = [], []
        for part in (self.encoder, self.decoder):
            self.params.extend(part.params)
            self.grads.extend(part.grads)

    def forward(self, xs, ts):
        labels = ts[:, 1:]
        return self.last.forward(self.decoder.forward(ts[:, :-1], self.encoder.forward(xs)), labels)

    def backward(self, dout=1):
        self.encoder.backward(self.decoder.backward(self.last.backward(dout)))

    def generate(self, xs, start_id, sample_size):
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)
