"""loses peeky_seq2seq: wordvec_size and hidden_size are taken for each other"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        sizes = vocab_size, hidden_size, wordvec_size
        self.encoder, self.decoder = Encoder(*sizes, rng), PeekyDecoder(*sizes, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = [*self.encoder.params, *self.decoder.params]
        self.grads = [*self.encoder.grads, *self.decoder.grads]
