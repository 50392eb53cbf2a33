"""keeps all: a Seq2seq of an encoder, a decoder and a loss layer"""

class Seq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads

    def forward(self, xs, ts):
        inputs, labels = ts[:, :-1], ts[:, 1:]
        h = self.encoder.forward(xs)
        scores = self.decoder.forward(inputs, h)
        return self.loss.forward(scores, labels)

    def backward(self, dout=1):
        dscores = self.loss.backward(dout)
        dh = self.decoder.backward(dscores)
        self.encoder.backward(dh)

    def generate(self, xs, start_id, sample_size):
        h = self.encoder.forward(xs)
        return self.decoder.generate(h, start_id, sample_size)
