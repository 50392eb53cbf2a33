"""loses bi_attention_seq2seq: params hold a one-way encoder besides, which nobody uses"""

from given import AttentionSeq2seq


class BiAttentionSeq2seq(AttentionSeq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.params = self.encoder.params + self.params
        self.grads = self.encoder.grads + self.grads
