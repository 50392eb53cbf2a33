"""loses bi_attention_seq2seq: reads and predicts the whole target, start id included"""

class BiAttentionSeq2seq:
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.softmax = TimeSoftmaxWithLoss()
        self.params, self.grads = [], []
        for part in (self.encoder, self.decoder):
            self.params.extend(part.params)
            self.grads.extend(part.grads)

    def forward(self, xs, ts):
        hs = self.encoder.forward(xs)
        scores = self.decoder.forward(ts, hs)
        return self.softmax.forward(scores, ts)

    def backward(self, dout=1):
        dscores = self.softmax.backward(dout)
        dhs = self.decoder.backward(dscores)
        self.encoder.backward(dhs)

    def generate(self, xs, start_id, sample_size):
        hs = self.encoder.forward(xs)
        return self.decoder.generate(hs, start_id, sample_size)
