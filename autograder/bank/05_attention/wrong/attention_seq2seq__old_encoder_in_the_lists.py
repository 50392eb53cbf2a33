"""loses attention_seq2seq: the decoder is put into the lists anew, the encoder is still the plain one there"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng if rng is not None else np.random.default_rng()
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params[4:], self.grads[4:] = self.decoder.params, self.decoder.grads
