"""keeps all: an AttentionSeq2seq that inherits nothing but the name"""

class AttentionSeq2seq(Seq2seq):
    """nothing inherited but the name"""

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.softmax = TimeSoftmaxWithLoss()
        self.params, self.grads = [], []
        for part in self.encoder, self.decoder:
            self.params.extend(part.params)
            self.grads.extend(part.grads)

    def forward(self, xs, ts):
        decoder_xs, decoder_ts = ts[:, :-1], ts[:, 1:]
        hs = self.encoder.forward(xs)
        score = self.decoder.forward(decoder_xs, hs)
        loss = self.softmax.forward(score, decoder_ts)
        return loss

    def backward(self, dout=1):
        dscore = self.softmax.backward(dout)
        dhs = self.decoder.backward(dscore)
        self.encoder.backward(dhs)

    def generate(self, xs, start_id, sample_size):
        hs = self.encoder.forward(xs)
        sampled = self.decoder.generate(hs, start_id, sample_size)
        return sampled
