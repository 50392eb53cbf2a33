"""loses peeky_seq2seq: the decoder is a plain one"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        super().__init__(vocab_size, wordvec_size, hidden_size, rng)
        decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.hidden_size = hidden_size
