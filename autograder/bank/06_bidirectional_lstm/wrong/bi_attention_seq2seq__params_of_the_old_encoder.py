"""loses bi_attention_seq2seq: params still belong to the encoder that was replaced"""

from given import AttentionSeq2seq


class BiAttentionSeq2seq(AttentionSeq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = rng or np.random.default_rng()
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        self.encoder = BiEncoder(vocab_size, wordvec_size, hidden_size, rng)
