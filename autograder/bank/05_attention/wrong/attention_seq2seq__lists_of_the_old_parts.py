"""loses attention_seq2seq: params and grads are those of the plain encoder and decoder that were replaced"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng if rng is not None else np.random.default_rng()
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
