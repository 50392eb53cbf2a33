"""keeps all: an AttentionSeq2seq that makes a plain one and replaces its lists from end to end"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng if rng is not None else np.random.default_rng()
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params[:] = self.encoder.params + self.decoder.params
        self.grads[:] = self.encoder.grads + self.decoder.grads
