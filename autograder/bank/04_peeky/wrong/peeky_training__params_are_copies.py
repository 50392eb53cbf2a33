"""loses peeky_training: the optimiser gets copies of the weights
also loses: peeky_seq2seq
"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = [np.array(param) for part in (self.encoder, self.decoder) for param in part.params]
        self.grads = self.encoder.grads + self.decoder.grads
