"""loses peeky_training: the model is a plain Seq2seq
also loses: peeky_seq2seq
"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        Seq2seq.__init__(self, vocab_size, wordvec_size, hidden_size, rng)
