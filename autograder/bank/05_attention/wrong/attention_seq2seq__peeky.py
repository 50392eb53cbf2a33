"""loses attention_seq2seq: the model is a PeekySeq2seq"""

class AttentionSeq2seq(PeekySeq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        PeekySeq2seq.__init__(self, vocab_size, wordvec_size, hidden_size, rng)
