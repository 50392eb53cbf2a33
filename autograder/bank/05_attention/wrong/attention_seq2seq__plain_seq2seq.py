"""loses attention_seq2seq: the model is a plain Seq2seq"""

class AttentionSeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
