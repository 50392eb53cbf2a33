"""keeps all: a PeekySeq2seq that makes all its parts itself"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads
