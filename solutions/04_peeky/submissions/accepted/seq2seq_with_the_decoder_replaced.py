"""keeps all: a PeekySeq2seq that makes a plain one and puts new lists in place of the old ones"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
