"""loses peeky_seq2seq: the decoder's params and grads come before the encoder's"""

class PeekySeq2seq(Seq2seq):
    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = PeekyDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.decoder.params + self.encoder.params
        self.grads = self.decoder.grads + self.encoder.grads
